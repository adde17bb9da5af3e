package words

import (
	"strings"

	"github.com/roboto-ai/console/internal/users"
)

// refusalCause says what was refused, or why a sign-in was.
func refusalCause(e users.Event) string {
	what, ok := valueOf(e, "refusal")
	if !ok {
		return ""
	}
	if refusal, ok := Refusals[what]; ok && refusal.Because != "" {
		return "because " + refusal.Because
	}
	what = refusedAccess(what)
	if fields, _ := valueOf(e, "fields"); fields != "" {
		what += ": " + Plain(fields)
	}
	return "(" + what + ")"
}

// routes say what a route serves, to tell what was refused.
var routes = map[string]string{
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

// refusedAccess says what was refused, which is recorded as a route, with the method before it,
// or as a code. What this version does not know is returned as it is stored.
func refusedAccess(recorded string) string {
	if recorded == users.CrossOrigin {
		return "form posted from another site"
	}
	route := recorded
	if _, path, ok := strings.Cut(route, " "); ok {
		route = path
	}
	if text, ok := routes[route]; ok {
		return text
	}
	return Plain(recorded)
}
