package words

import (
	"strings"

	"github.com/roboto-ai/console/internal/users"
)

// A batchText holds the texts of an act of batches.
type batchText struct {
	name  string // as buttons name it: "Deactivate"
	title string // %s is a number of users: "Deactivate 3 users"
	done  string // "3 users deactivated"
	same  string // why a user does not change: "Deactivated already"
}

// batchTexts are the texts of each act.
var batchTexts = map[users.BatchAct]batchText{
	users.BatchReview:         {"Mark as reviewed", "Mark %s as reviewed", "%s marked as reviewed", "Nothing to change"},
	users.BatchLabels:         {"Edit labels", "Edit the labels of %s", "%s with other labels", "Has these labels already"},
	users.BatchSetResponsible: {"Set responsible person", "Set the responsible person of %s", "%s with another responsible person", "Has this responsible person already"},
	users.BatchChangeRole:     {"Change role", "Change the role of %s", "%s with another role", "Has this role already"},
	users.BatchDeactivate:     {"Deactivate", "Deactivate %s", "%s deactivated", "Deactivated already"},
	users.BatchReactivate:     {"Reactivate", "Reactivate %s", "%s reactivated", "Not deactivated"},
	users.BatchEndSessions:    {"End sessions", "End the sessions of %s", "%s signed out", "No session to end"},
	users.BatchImport:         {"Add many people", "Add %s", "%s added or changed", "Has these fields already"},
	users.BatchUndo:           {"Undo", "Undo the changes of %s", "%s changed back", "Back already"},
}

// BatchAct returns the name of an act of batches, as on its button.
func BatchAct(a users.BatchAct) string {
	if text, ok := batchTexts[a]; ok {
		return text.name
	}
	return Shorten(Plain(string(a)), 40)
}

// batchStates name the states of batches.
var batchStates = map[users.BatchState]string{
	users.BatchPrepared: "Not started", users.BatchRunning: "Running", users.BatchStopped: "Stopped", users.BatchDone: "Done",
}

// BatchState returns the name of a state.
func BatchState(s users.BatchState) string {
	if text, ok := batchStates[s]; ok {
		return text
	}
	return string(s)
}

// batchCauses say why the console stopped a batch.
var batchCauses = map[users.Revocation]string{
	users.RevokedSession:     "the session in which it was started has ended",
	users.RevokedDeactivated: "the person who started it was deactivated",
	users.RevokedDeleted:     "the person who started it was deleted",
	users.RevokedRole:        "the role of the person who started it was changed",
}

// BatchCause says why the console stopped a batch.
func BatchCause(r users.Revocation) string {
	if text, ok := batchCauses[r]; ok {
		return text
	}
	return string(r)
}

// batchStarted says what a batch is to do.
func batchStarted(e users.Event) string {
	act, _ := valueOf(e, "act")
	n, _ := valueOf(e, "users")
	return BatchAct(users.BatchAct(act)) + " (" + ofUsers(n) + ")"
}

// ofUsers returns a recorded number of users.
func ofUsers(n string) string {
	if n == "1" {
		return "1 user"
	}
	return Plain(exportedNumber(n)) + " users"
}

// batchEnded says what a batch has done.
func batchEnded(e users.Event) string {
	act, _ := valueOf(e, "act")
	state, _ := valueOf(e, "batch_state")
	changed, _ := valueOf(e, "changed")
	text := BatchAct(users.BatchAct(act)) + ", " + strings.ToLower(BatchState(users.BatchState(state))) + "; " + ofUsers(changed) + " changed"
	if cause, ok := valueOf(e, "batch_cause"); ok {
		text += "; " + BatchCause(users.Revocation(cause))
	}
	return text
}
