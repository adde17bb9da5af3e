package databasetest

import "os"

// Rounds returns how often a test is to try something that may fail once in a
// while: a few times, or as often as it takes where CONSOLE_TORTURE is full.
func Rounds(few, full int) int {
	if os.Getenv("CONSOLE_TORTURE") == "full" {
		return full
	}
	return few
}
