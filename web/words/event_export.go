package words

import (
	"strconv"
	"strings"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// exportedUsers returns how many users were exported, in a sentence.
func exportedUsers(e users.Event) string {
	n, ok := valueOf(e, "users")
	switch {
	case !ok:
		return ""
	case n == "1":
		return "(1 user)"
	}
	return "(" + Plain(exportedNumber(n)) + " users)"
}

// exportEnds say how an export ended.
var exportEnds = map[users.ExportEnd]string{
	directory.ExportComplete: "complete",
	directory.ExportGone:     "the client disconnected",
	directory.ExportSlow:     "the client was too slow",
	directory.ExportLate:     "it took longer than 15 minutes",
	directory.ExportFailed:   "an error occurred, which is in the console's log",

	users.ExportEnd(users.RevokedSession):     "the person's session had ended",
	users.ExportEnd(users.RevokedDeactivated): "the person was deactivated",
	users.ExportEnd(users.RevokedDeleted):     "the person was deleted",
	users.ExportEnd(users.RevokedToken):       "the token had ended or was disabled",
	users.ExportEnd(users.RevokedRole):        "the person's role no longer allowed it",
}

// exportEnd says how an export ended. An end that this version does not know is returned as it
// is stored.
func exportEnd(stored string) string {
	if text, ok := exportEnds[users.ExportEnd(stored)]; ok {
		return text
	}
	return stored
}

// exportResult says how many users an export sent, and how it ended.
func exportResult(e users.Event) string {
	sent, _ := valueOf(e, "users")
	of, _ := valueOf(e, "of")
	end, _ := valueOf(e, "end")
	if events, ok := valueOf(e, "events"); ok {
		return "of the audit log: " + Plain(exportedNumber(events)+" events sent; "+exportEnd(end))
	}
	return Plain(exportedNumber(sent) + " of " + exportedNumber(of) + " users sent; " + exportEnd(end))
}

// exportedNumber returns a number of users as recorded, such as "about 12000", with its
// thousands apart.
func exportedNumber(recorded string) string {
	digits := recorded[strings.LastIndexByte(recorded, ' ')+1:]
	n, err := strconv.Atoi(digits)
	if err != nil {
		return recorded
	}
	return strings.TrimSuffix(recorded, digits) + numbers.Grouped(n)
}
