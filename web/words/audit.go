package words

import (
	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/numbers"
)

// Texts of the audit log.
const (
	SignIns       = "Sign-ins"
	Anyone        = "Anyone"
	EnterNameOrID = "No user has this name. Enter a name or a user ID."
	Today         = "Today"
)

// auditViews are the presets of the audit log by their stored names.
var auditViews = map[string]string{
	"": "Changes", "roles": "Role changes", "lost": "Access lost", "refused": "Refused sign-ins", "exports": "Exports",
	"commands": "Command line", "mine": "Mine",
}

// AuditView returns the name of a preset of the audit log.
func AuditView(view string) string { return auditViews[view] }

// SeveralNamed says that a name fits several users.
func SeveralNamed(name string) string {
	return "Several users match “" + bidi.Isolate(Plain(name)) + "”. Choose one."
}

// Changes returns a number of changes: "31 changes".
func Changes(n int) string { return numbers.Counted(n, "change", "changes") }

// UsualDay says how many changes a usual day has.
func UsualDay(n int) string { return numbers.Grouped(n) + " on a usual day" }
