package words

import (
	"strings"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// BatchEnds says what ends with a prepared batch.
func BatchEnds(b users.Batch) []string {
	var all []string
	if n := b.Effects.Sessions; n > 0 {
		all = append(all, numbers.Counted(n, "session ends", "sessions end")+".")
	}
	if n := b.Effects.Tokens; n > 0 && b.Act == users.BatchDeactivate {
		all = append(all, numbers.Counted(n, "token is", "tokens are")+" suspended: refused from the next request on.")
	} else if n > 0 {
		all = append(all, numbers.Counted(n, "suspended token is", "suspended tokens are")+" disabled.")
	}
	if n := b.Effects.Services; n > 0 && b.Act == users.BatchDeactivate {
		all = append(all, numbers.Counted(n, "service user loses its", "service users lose their")+" responsible person. To choose another one, deactivate that person on their own page.")
	}
	return all
}

// BatchStays says what a prepared batch leaves.
func BatchStays(b users.Batch) []string {
	switch b.Act {
	case users.BatchDeactivate:
		return []string{"Names, roles, labels and activity."}
	case users.BatchEndSessions:
		return []string{"People can sign in again at once."}
	}
	return nil
}

// BatchBack says what of a prepared batch can be undone, until a day.
func BatchBack(b users.Batch, until string) []string {
	if b.Act == users.BatchEndSessions {
		return nil
	}
	text := "Until " + until + ", as one batch."
	if b.Effects.Sessions > 0 {
		text += " Sessions do not come back."
	}
	return []string{text}
}

// BatchEffects says what goes with the change of one item of a batch.
func BatchEffects(b users.Batch, i users.BatchItem) string {
	var parts []string
	prepared, e := b.State == users.BatchPrepared, i.Cause.Effects
	add := func(n int, one, many, before, after string) {
		if n == 0 {
			return
		}
		verb := after
		if prepared {
			verb = before
		}
		parts = append(parts, numbers.Counted(n, one, many)+" "+verb)
	}
	add(e.Sessions, "session", "sessions", "to end", "ended")
	add(e.Tokens, "token", "tokens", "to be "+tokensDone[b.Act], tokensDone[b.Act])
	add(e.Services, "service user", "service users", servicesDone[b.Act], servicesDone[b.Act])
	return strings.Join(parts, ", ")
}

// itemCauses say why items are refused, where the item has no text of its own.
var itemCauses = map[users.CauseCode]string{
	users.CauseDeleted:     "Deleted meanwhile",
	users.CauseErased:      "What it needs is erased",
	users.CauseLastOwner:   LastOwner,
	users.CauseSelf:        "Your own role is not changed in a batch.",
	users.CauseTaken:       "Another user has this user ID.",
	users.CauseDeactivated: "This person is deactivated. Tick “Reactivate people who are deactivated” below, and check again.",
	users.CauseFault:       "An error occurred, which is in the console's log. Nothing was changed for this user.",
}

// BatchWhy says why an item of a batch was not changed; empty for one that was.
func BatchWhy(b users.Batch, i users.BatchItem) string {
	switch i.Outcome {
	case users.ItemSame:
		return batchTexts[b.Act].same
	case users.ItemMoved:
		return "Changed meanwhile"
	case users.ItemRefused:
		if text, ok := itemCauses[i.Cause.Code]; ok {
			return text
		}
		return Plain(i.Cause.Text)
	}
	return ""
}
