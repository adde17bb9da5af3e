package web

import (
	"cmp"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/users"
)

// tokenCauses say why the console itself ended or disabled a token, as the history has it.
var tokenCauses = map[string]string{
	"repeated":      "a repeated request replaced it before it was used",
	"deleted":       "the user was deleted",
	"sign_in_reset": "the sign-in was reset",
	"retired":       "safe to retire: its clients use its successor",
	"reactivated":   "the user was reactivated without their tokens",
}

// tokenTail tells the name of a token, the client that was struck off, and why it ended where that was a consequence.
func tokenTail(e users.Event) string {
	name, client, cause := "", "", ""
	for _, c := range e.Changes {
		switch c.Field {
		case "token_name":
			name = "called “" + bidi.Isolate(plainText(c.New)) + "”"
		case "client", "asker":
			client = ": " + bidi.Isolate(cmp.Or(plainText(personWord(e, c.Field, c.New)), "a program without a name"))
		case "network":
			client += " at " + cmp.Or(plainText(c.New), "several addresses")
		case "cause":
			cause = " (" + plainText(tokenCauseWord(c.New)) + ")"
		}
	}
	return name + client + cause
}

// tokenCauseWord says why a token ended; a cause that this version does not know by its stored value.
func tokenCauseWord(stored string) string {
	if words, ok := tokenCauses[stored]; ok {
		return words
	}
	return stored
}

// programTail tells on which machine the program of a sign-in runs, as it says itself.
func programTail(e users.Event) string {
	for _, c := range e.Changes {
		if c.Field == "client_hostname" {
			return "on “" + bidi.Isolate(plainText(c.New)) + "”"
		}
	}
	return ""
}
