package web

import (
	"strconv"
	"strings"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// exportedTail tells how many users were exported.
func exportedTail(e users.Event) string {
	for _, c := range e.Changes {
		if c.Field == "users" && c.New == "1" {
			return "(1 user)"
		}
		if c.Field == "users" {
			return "(" + plainText(exportedNumber(c.New)) + " users)"
		}
	}
	return ""
}

// exportEndWords say how an export ended.
var exportEndWords = map[users.ExportEnd]string{
	users.ExportComplete: "complete",
	users.ExportGone:     "the client went away",
	users.ExportSlow:     "the client was too slow",
	users.ExportLate:     "it took longer than 15 minutes",
	users.ExportFailed:   "there was a fault, which the log of the console explains",

	users.ExportEnd(users.RevokedSession):     "the session of the person had ended",
	users.ExportEnd(users.RevokedDeactivated): "the person was deactivated",
	users.ExportEnd(users.RevokedDeleted):     "the person was deleted",
	users.ExportEnd(users.RevokedToken):       "the token had ended or was disabled",
	users.ExportEnd(users.RevokedRole):        "the role of the person no longer allowed it",
}

// exportEndWord says how an export ended; an end that this version does not know by its
// stored value.
func exportEndWord(stored string) string {
	if word, ok := exportEndWords[users.ExportEnd(stored)]; ok {
		return word
	}
	return stored
}

// exportEndedTail says how many users an export sent, and how it ended.
func exportEndedTail(e users.Event) string {
	values := map[string]string{}
	for _, c := range e.Changes {
		values[c.Field] = c.New
	}
	sent, of := exportedNumber(values["users"]), exportedNumber(values["of"])
	return plainText(sent + " of " + of + " users sent; " + exportEndWord(values["end"]))
}

// exportedNumber returns how many users an event says were exported, such as
// "about 12000", with its thousands apart.
func exportedNumber(recorded string) string {
	digits := recorded[strings.LastIndexByte(recorded, ' ')+1:]
	n, err := strconv.Atoi(digits)
	if err != nil {
		return recorded
	}
	return strings.TrimSuffix(recorded, digits) + numbers.Grouped(n)
}
