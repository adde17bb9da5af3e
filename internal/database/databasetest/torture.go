package databasetest

import "os"

// Rounds returns how often a test repeats what may fail occasionally: few, or full if
// CONSOLE_TORTURE is full.
func Rounds(few, full int) int {
	if os.Getenv("CONSOLE_TORTURE") == "full" {
		return full
	}
	return few
}
