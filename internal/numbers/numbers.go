// Package numbers formats numbers for people.
package numbers

import "strconv"

// Grouped returns n with commas between thousands: "1,012".
func Grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Counted returns n with the singular or plural of a noun: "1 session", "1,012 sessions".
func Counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Grouped(n) + " " + many
}
