package web

import (
	"strings"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// refusedTail tells what was refused, or why.
func refusedTail(e users.Event) string {
	for _, c := range e.Changes {
		if c.Field == "refusal" {
			if refusal, ok := words.Refusals[c.New]; ok && refusal.Because != "" {
				return "because " + refusal.Because
			}
			return "(" + refusedWhat(c.New) + ")"
		}
	}
	return ""
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

// refusedWhat tells what was refused, which is recorded as a route, with the
// method before it or the names of fields behind it.
func refusedWhat(recorded string) string {
	route, fields, _ := strings.Cut(recorded, ": ")
	if _, path, ok := strings.Cut(route, " "); ok {
		route = path
	}
	what, ok := pageWords[route]
	if !ok {
		return plainText(recorded)
	}
	if fields != "" {
		what += ": " + plainText(fields)
	}
	return what
}
