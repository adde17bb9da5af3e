package web

import (
	"strings"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// refusedTail says what was refused, or why.
func refusedTail(e users.Event) string {
	values := map[string]string{}
	for _, c := range e.Changes {
		values[c.Field] = c.New
	}
	what, ok := values["refusal"]
	if !ok {
		return ""
	}
	if refusal, ok := words.Refusals[what]; ok && refusal.Because != "" {
		return "because " + refusal.Because
	}
	what = refusedWhat(what)
	if fields := values["fields"]; fields != "" {
		what += ": " + plainText(fields)
	}
	return "(" + what + ")"
}

// pageWords say what a route is for, to tell what somebody was refused.
var pageWords = map[string]string{
	"/users":                   "the directory",
	"/users/layout":            "the columns of the directory",
	"/users/views":             "saved views",
	"/users/views/delete":      "deleting a saved view",
	"/users/export":            "exporting the directory",
	"/users/export/progress":   "exporting the directory",
	"/users/new":               "adding a person",
	"/users/:id":               "their page",
	"/users/:id/activity":      "their activity",
	"/users/:id/sessions":      "their sessions",
	"/users/:id/sessions/end":  "ending sessions",
	"/users/:id/edit":          "editing",
	"/users/:id/role":          "changing the role",
	"/users/:id/reset-sign-in": "resetting the sign-in",
	"/users/:id/reviewed":      "marking as reviewed",
	"/users/:id/deactivate":    "deactivating",
	"/users/:id/reactivate":    "reactivating",
	"/users/:id/delete":        "deleting",
	"/service-users/new":       "creating a service user",
	"/audit":                   "the audit log",
	"/audit/:seq":              "an event",
}

// refusedWhat says what was refused, which is recorded as a route, with the method before it,
// or as a code. What this version does not know is said as it is stored.
func refusedWhat(recorded string) string {
	if recorded == users.CrossOrigin {
		return "form posted from another site"
	}
	route := recorded
	if _, path, ok := strings.Cut(route, " "); ok {
		route = path
	}
	if what, ok := pageWords[route]; ok {
		return what
	}
	return plainText(recorded)
}
