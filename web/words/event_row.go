package words

import (
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// ShortSentence describes an event as [Sentence] does, for a line that shows the changed fields
// beside it and therefore does not name them.
func ShortSentence(e users.Event, self bool) (verb, detail string) {
	short := e.Action == users.ActionEdited || e.Action == users.ActionRoleChanged
	switch {
	case short && e.Undoes != 0 && self:
		return "undid a change of their own record", ""
	case short && e.Undoes != 0:
		return "undid a change of", ""
	case short && self:
		return "changed their own record", ""
	case short:
		return "changed", ""
	}
	verb, detail = Sentence(e, self)
	if e.Action == users.ActionHandedOver || e.Action == users.ActionReviewed {
		detail = ""
	}
	return verb, detail
}

// batchVerbs say what a batch did to users, before and after their number.
var batchVerbs = map[users.BatchAct][2]string{
	users.BatchReview:         {"marked", "as reviewed"},
	users.BatchLabels:         {"changed the labels of", ""},
	users.BatchSetResponsible: {"set the responsible person of", ""},
	users.BatchChangeRole:     {"changed the role of", ""},
	users.BatchDeactivate:     {"deactivated", ""},
	users.BatchReactivate:     {"reactivated", ""},
	users.BatchEndSessions:    {"ended the sessions of", ""},
	users.BatchImport:         {"added or changed", ""},
	users.BatchUndo:           {"undid the changes of", ""},
}

// BatchSentence returns what a batch did, around the number of its users: "deactivated",
// "40 users", "in one batch". The number is that of the users who were changed if ended, the event
// of its end, is known, and else of those whom it was started for.
func BatchSentence(started users.Event, ended *users.Event) (verb, of, detail string) {
	act, _ := valueOf(started, "act")
	n, _ := valueOf(started, "users")
	detail = "in one batch"
	if ended != nil {
		n, _ = valueOf(*ended, "changed")
	} else {
		detail += " (started)"
	}
	return batchVerb(act, detail, n)
}

// batchVerb returns the words of [BatchSentence] for an act as it is stored.
func batchVerb(act, detail, n string) (verb, of, end string) {
	words, known := batchVerbs[users.BatchAct(act)]
	if !known {
		words[0] = BatchAct(users.BatchAct(act)) + ":"
	}
	if words[1] != "" {
		detail = words[1] + " " + detail
	}
	return words[0], ofUsers(n), detail
}

// FieldCount returns how many fields an event changed: "3 fields".
func FieldCount(n int) string { return numbers.Counted(n, "field", "fields") }

// MoreEvents returns how many other events one request has caused: "2 more events".
func MoreEvents(n int) string { return numbers.Counted(n, "more event", "more events") }

// Texts of lists of events.
const (
	EventCut   = "Show the whole event"
	EventBatch = "Batch"
	EventUndo  = "Undo…"
)
