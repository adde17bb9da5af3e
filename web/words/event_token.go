package words

import (
	"cmp"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/users"
)

// tokenCauses say why the console itself ended or disabled a token, or refused a part of a planned departure.
var tokenCauses = map[string]string{
	"repeated":      "a repeated request replaced it before it was used",
	"deleted":       "the user was deleted",
	"sign_in_reset": "the sign-in was reset",
	"retired":       "safe to retire: its programs use its successor",
	"heir_gone":     "the person who was to take over is deactivated or deleted",
	"planner_gone":  "the person who planned it is deactivated or deleted",
	"not_allowed":   "the person who planned it does not have the permission any more",
	"last_owner":    "there must be an active owner",
	"reactivated":   "the user was reactivated without their tokens",
}

// tokenCause says why a token ended. A cause that this version does not know is returned as it
// is stored.
func tokenCause(stored string) string {
	if text, ok := tokenCauses[stored]; ok {
		return text
	}
	return stored
}

// tokenDetail names a token and the program that was struck off, and says why the token ended if
// the console ended it.
func tokenDetail(e users.Event) string {
	name, client, cause := "", "", ""
	for _, c := range e.Changes {
		switch c.Field {
		case "token_name":
			name = called(c.New)
		case "client", "asker":
			client = ": " + bidi.Isolate(cmp.Or(Plain(Mentioned(e, c.Field, c.New)), "a program without a name"))
		case "network":
			client += " at " + cmp.Or(Plain(c.New), "several addresses")
		case "cause":
			cause = " (" + Plain(tokenCause(c.New)) + ")"
		}
	}
	return name + client + cause
}

// machine names the machine that a program runs on, as the program gave it.
func machine(e users.Event) string {
	if name, ok := valueOf(e, "client_hostname"); ok {
		return "on “" + bidi.Isolate(Plain(name)) + "”"
	}
	return ""
}
