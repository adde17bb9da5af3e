package words

import (
	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/users"
)

// acts name the acts on a user: on a button, and as a phrase around the user's name. The phrase
// ends with … where the act asks for more first.
var acts = map[users.Act]struct{ label, before, after string }{
	users.ActEdit:        {"Edit", "Edit ", ""},
	users.ActChangeRole:  {ChangeRole, "Change role of ", "…"},
	users.ActEndSessions: {"End sessions", "End sessions of ", "…"},
	users.ActResetSignIn: {ResetSignIn, "Reset sign-in of ", "…"},
	users.ActIssueToken:  {NewToken, "Issue token for ", "…"},
	users.ActReactivate:  {"Reactivate", "Reactivate ", "…"},
	users.ActDeactivate:  {"Deactivate", "Deactivate ", "…"},
	users.ActDelete:      {"Delete", "Delete ", "…"},
	users.ActSee:         {"Activity", "Activity of ", ""},
}

// Rename names the act that edits the name of a user, with RenameTo between the user and the name:
// "rename ana to Ana Lima".
const (
	Rename   = "Rename"
	RenameTo = " to "
)

// RenameOf returns that act with the name of the user, and the new one unless it is empty.
func RenameOf(user, name string) string {
	text := Rename + " " + bidi.Isolate(user)
	if name != "" {
		text += RenameTo + bidi.Isolate(name)
	}
	return text + "…"
}

// ActLabel returns the name of an act on a user, as on its button: "End sessions".
func ActLabel(act users.Act) string { return acts[act].label }

// ActOn returns an act with the name of the user: "End sessions of Ana Lima…".
func ActOn(act users.Act, name string) string {
	return acts[act].before + bidi.Isolate(name) + acts[act].after
}
