package words

import (
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// Total returns how many users a list holds: "1,012", "about 12,000".
func Total(t users.Total) string {
	switch t.How {
	case users.About:
		return "about " + numbers.Grouped(t.N)
	case users.MoreThan:
		return "more than " + numbers.Grouped(t.N)
	}
	return numbers.Grouped(t.N)
}

// TotalUsers returns the same as a phrase: "1 user", "about 12,000 users".
func TotalUsers(t users.Total) string {
	if t == (users.Total{N: 1}) {
		return "1 user"
	}
	return Total(t) + " users"
}
