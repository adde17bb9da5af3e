package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// maxStatements is how many statements a page of the directory may take.
const maxStatements = 6

// maxStatementsClose is how many more a page without users may take: one for the names since the
// last search, and twice three for users with close names.
const maxStatementsClose = 7

// TestListUsers_statements counts the statements of a page, on the first visit and the
// second, with a few users and with many on it: there is no query in a loop.
func TestListUsers_statements(t *testing.T) {
	t.Parallel()
	// So that searches and filters find more than can be put in order.
	s := newSite(t, siteOptions{directory: directory.Config{MaxSorted: 5}})
	b := s.as(t, users.RoleOwner)
	b.get(t, "/users?q=x").must(t, 200) // the first request reads the secret of cursors
	s.Settle()
	paths := []string{
		"/users", "/users?sort=-seen", "/users?type=service&status=active", "/users?view=quiet", "/users?seen=%3C90d&created=%3C90d",
		"/users?q=ro", "/users?q=robot-1", "/users?q=robot+type:service&role=user&sort=-created", "/users?q=nobody",
		"/users?q=ro&view=changed&created=%3C90d",
	}
	for _, n := range []int{3, 60} {
		for i := range n {
			s.ServiceUser(t, fmt.Sprintf("robot-%d-%d", n, i), users.RoleUser)
		}
		for _, path := range append(paths, paths...) {
			s.Settle()
			before := s.Statements.Load()
			most := int64(maxStatements)
			if p := b.get(t, path).must(t, 200); strings.Contains(p.text(t), "No one matches") || strings.Contains(p.text(t), "No exact match") {
				most += maxStatementsClose
			}
			if got := s.Statements.Load() - before; got > most {
				t.Errorf("%s among %d: got %d statements, want at most %d", path, n, got, most)
			}
		}
	}
}
