package web_test

import (
	"fmt"
	"testing"

	"github.com/roboto-ai/console/internal/users"
)

// pageStatements are how many statements the pages of the audit log and of one user may take, for
// an owner.
var pageStatements = map[string]int64{
	"/audit":                          4,
	"/audit?q=ana":                    6,
	"/audit?action=user.edited":       5,
	"/audit/5":                        3,
	"/overview":                       8,
	"/todo":                           5,
	"/users/ana@example.com":          9,
	"/users/ana@example.com/activity": 5,
	"/users/robot-0":                  6, // one for the chart of twelve weeks
	"/profile":                        9,
}

// TestPages_statements counts the statements of pages on the second visit, with few events and
// with many: there is no query in a loop.
func TestPages_statements(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.Person(t, "ana@example.com", users.RoleUser)
	b := s.as(t, users.RoleOwner)
	for _, n := range []int{1, 20} {
		for i := range n {
			robot := s.ServiceUser(t, fmt.Sprintf("robot-%d", i+n-1), users.RoleUser)
			_, err := s.Edit(t.Context(), s.Owner, robot.ID, users.Edit{Service: &users.ServiceFields{Purpose: "Tests", Responsible: string(ana.ID)}})
			if err != nil {
				t.Fatal(err)
			}
		}
		for path, most := range pageStatements {
			b.get(t, path).must(t, 200)
			s.Settle()
			before := s.Statements.Load()
			b.get(t, path).must(t, 200)
			if got := s.Statements.Load() - before; got > most {
				t.Errorf("%s after %d changes: got %d statements, want at most %d", path, n, got, most)
			}
		}
	}
}
