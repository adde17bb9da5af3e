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
