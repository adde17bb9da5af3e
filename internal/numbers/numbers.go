// Package numbers writes numbers for people.
package numbers

import "strconv"

// Grouped returns n with its thousands apart: "1,012".
func Grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Counted returns n and the noun for so many: "1 session", "1,012 sessions".
func Counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Grouped(n) + " " + many
}
