package words

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// Texts of the pages of batches.
const (
	Batches          = "Batches"
	AllThatMatch     = "all users that match"
	BatchContinue    = "Show what changes"
	BatchRoleText    = "A change of role ends the sessions of a person: they sign in again with the new one. A service user cannot be an owner."
	LabelsHint       = "Put a comma between several."
	BringBackTokens  = "Suspended tokens give access again. Otherwise they are disabled: each can be enabled later."
	BatchPreparing   = "Finding out what changes"
	BatchNothing     = "Nothing changes"
	BatchNothingText = "None of these users changes. The list says why."
	WillChange       = "Will change"
	HasChanged       = "Changed"
	AlreadySo        = "Already so"
	Left             = "Left"
	Refused          = "Refused"
	NotReached       = "Not reached"
)

// TooManyTicked says that more users are ticked than a page of the directory has.
var TooManyTicked = fmt.Sprintf("Choose at most %d users, or all that match.", users.MaxBatchAtOnce)

// BatchTitle says what a batch does with a number of users, such as "3 users".
func BatchTitle(a users.BatchAct, count string) string {
	if text, ok := batchTexts[a]; ok {
		return fmt.Sprintf(text.title, count)
	}
	return "Act on " + count
}

// BatchPart names the part of the items of a batch with an outcome.
func BatchPart(o users.ItemOutcome, prepared bool) string {
	switch {
	case o == users.ItemChanged && prepared:
		return WillChange
	case o == users.ItemChanged:
		return HasChanged
	case o == users.ItemSame:
		return AlreadySo
	case o == users.ItemMoved:
		return Left
	}
	return Refused
}

// OfPart says how many items of a part a page shows.
func OfPart(a users.BatchAct, shown, all int) string {
	if a == users.BatchImport {
		return numbers.Grouped(shown) + " of " + numbers.Counted(all, "line", "lines")
	}
	return numbers.Grouped(shown) + " of " + numbers.Counted(all, "user", "users")
}

// BatchCounts says how far a batch is, in a line of a list.
func BatchCounts(b users.Batch) string {
	if b.State == users.BatchPrepared {
		return numbers.Counted(b.Items, "user", "users")
	}
	return numbers.Grouped(b.Changed) + " of " + numbers.Counted(b.Items, "user", "users") + " changed"
}

// BatchPrepared is the line below the title of a preview.
func BatchPrepared(b users.Batch, at string) string {
	return "Nothing has been changed yet. You chose " + numbers.Counted(b.Items, "user", "users") + ", " + at +
		"; users who match later are not in the list."
}

// BatchProgress says what the console is doing with a batch.
func BatchProgress(b users.Batch) string {
	if b.State == users.BatchPrepared {
		return "The console carries out the act for each user and takes it back, to find out what would change. Nothing is changed yet."
	}
	return "You can leave this page: the batch goes on, also after a restart of the console."
}

// TimeLeft estimates how long the work on a batch will take; empty in its first second.
func TimeLeft(b users.Batch, now time.Time) string {
	begun := b.CreatedAt
	if b.State != users.BatchPrepared {
		begun = b.StartedAt
	}
	took := now.Sub(begun).Seconds()
	if b.Worked() == 0 || took < 1 {
		return ""
	}
	left := took / float64(b.Worked()) * float64(b.Items-b.Worked())
	if left < 90 {
		return "About " + numbers.Grouped(int(math.Ceil(left))) + " s left"
	}
	return "About " + numbers.Grouped(int(math.Ceil(left/60))) + " min left"
}

// BatchShow leads to the page of a batch.
const BatchShow = "Show the batch"

// BatchResult says what an ended batch has done, and until which day it can be undone.
func BatchResult(b users.Batch, until string) string {
	parts := []string{fmt.Sprintf(batchTexts[b.Act].done, numbers.Counted(b.Changed, "user", "users"))}
	if n := b.Effects.Sessions; n > 0 {
		parts = append(parts, numbers.Counted(n, "session", "sessions")+" ended")
	}
	if n := b.Effects.Tokens; n > 0 {
		parts = append(parts, numbers.Counted(n, "token", "tokens")+" "+tokensDone[b.Act])
	}
	if n := b.Effects.Services; n > 0 {
		parts = append(parts, numbers.Counted(n, "service user", "service users")+" "+servicesDone[b.Act])
	}
	text := strings.Join(parts, ", ")
	if b.State == users.BatchStopped {
		text = "Stopped before all users were reached. " + text
	}
	if b.Cause != "" {
		text += ". It stopped because " + BatchCause(b.Cause)
	}
	if until != "" {
		text += ". This can be undone until " + until
	}
	return text + "."
}

// What is done to tokens and to service users with an act on their users.
var (
	tokensDone   = map[users.BatchAct]string{users.BatchDeactivate: "suspended", users.BatchReactivate: "disabled", users.BatchUndo: "disabled"}
	servicesDone = map[users.BatchAct]string{users.BatchDeactivate: "without responsible person", users.BatchUndo: "handed back"}
)

// ConfirmHint says when the number has to be typed.
func ConfirmHint(most int) string {
	return fmt.Sprintf("Required for more than %d users.", most)
}
