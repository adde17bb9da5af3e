package words

import (
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/numbers"
)

// Total returns how many users a list holds: "1,012", "more than 10,000".
func Total(t directory.Total) string {
	if t.More {
		return "more than " + numbers.Grouped(t.N)
	}
	return numbers.Grouped(t.N)
}

// TotalUsers returns the same as a phrase: "1 user", "more than 10,000 users".
func TotalUsers(t directory.Total) string {
	if t == (directory.Total{N: 1}) {
		return "1 user"
	}
	return Total(t) + " users"
}
