package words

import (
	"strconv"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// Texts of the page that undoes an event, and of the line that offers it.
const (
	Undo         = "Undo"
	Undone       = "Undone."
	UndoNote     = "This is a new change under today’s rules. The audit log has it as an undo of this one, and it can be undone too."
	UndoSessions = "Ended sessions do not come back."
	UndoStale    = "This user has changed since the page was opened. Check what would go back now."
)

// UndoHeading is the heading for n of all fields that go back.
func UndoHeading(n, all int) string {
	switch n {
	case 0:
		return "Nothing to undo"
	case all:
		return "Undo this change?"
	}
	return "Undo a part of this change?"
}

// UndoButton names the act for n of all fields that go back.
func UndoButton(n, all int) string {
	if n == all {
		return "Undo"
	}
	return "Undo " + numbers.Grouped(n) + " of " + numbers.Counted(all, "field", "fields")
}

// UndoCount says how many fields have changed since and stay.
func UndoCount(moved int) string {
	if moved == 0 {
		return ""
	}
	return numbers.Counted(moved, "field has", "fields have") + " changed since."
}

// undoStates name what undoing does with a field.
var undoStates = map[users.UndoState]string{
	users.UndoBack: "Goes back", users.UndoSame: "Same as before", users.UndoMoved: "Stays", users.UndoRefused: "Stays",
}

// UndoState names what undoing does with a field.
func UndoState(s users.UndoState) string { return undoStates[s] }

// undoCauses say why an event cannot be undone.
var undoCauses = map[users.UndoCause]string{
	users.UndoNever:   "This change can't be undone.",
	users.UndoErased:  "What this event changed has been erased, so it can't be undone.",
	users.UndoGone:    "What this event changed has been deleted, so there is nothing to undo.",
	users.UndoChanged: "Nothing goes back: each field has changed since, or has its value from before.",
	users.UndoDone:    "Every field has its value from before this event, so there is nothing to undo.",
}

// UndoCause says why an event cannot be undone.
func UndoCause(c users.UndoCause) string { return undoCauses[c] }

// UndoStays says that a field has changed since and keeps its value.
func UndoStays(field, now string) string {
	if now == "" {
		return field + " has changed since. It stays empty."
	}
	return field + " has changed since. It stays “" + bidi.Isolate(now) + "”."
}

// EventTitle is the title of the page about an event.
func EventTitle(seq int64) string { return "Event " + strconv.FormatInt(seq, 10) }

// UndoneBy names the event that has undone another.
func UndoneBy(seq string) string { return "It was undone by event " + seq + "." }

// MoreChanges says how many changes are not listed.
func MoreChanges(n int) string { return numbers.Counted(n, "more change", "more changes") }

// Texts of the page with a record as it was.
const (
	AsItWas        = "As it was"
	EnterMoment    = "Enter a date, or a date and a time, like 2026-06-30T17:00."
	MomentToCome   = "Choose a moment that has passed."
	NotThere       = "This user did not exist at that moment."
	RecordErased   = "Some of the changes since then have been erased, so the record of that moment is not known."
	SetBackNothing = "The record was the same then as it is now."
	SetBackNote    = "This is one edit under today’s rules, and it can be undone."
)

// SetBackButton names the act that gives n fields the values of a moment.
func SetBackButton(n int) string { return "Set " + numbers.Counted(n, "field", "fields") + " back" }

// SetBackDone says that a user has the values of a moment again.
func SetBackDone(label string) string { return "Set " + label + " back." }
