package web_test

import (
	"fmt"
	"testing"

	"github.com/roboto-ai/console/internal/users"
)

// maxStatements is how many statements a page of the directory may take.
const maxStatements = 6

// TestListUsers_statements counts the statements of a page, with a few users and
// with many on it: there is no query in a loop.
func TestListUsers_statements(t *testing.T) {
	t.Parallel()
	// So that searches and filters find more than can be put in order.
	s := newSite(t, siteOptions{users: users.Config{MaxSorted: 5}})
	b := s.as(t, users.RoleOwner)
	paths := []string{
		"/users", "/users?sort=-seen", "/users?type=service&status=active", "/users?view=quiet", "/users?seen=%3C90d&created=%3C90d",
		"/users?q=ro", "/users?q=robot-1", "/users?q=robot+type:service&role=user&sort=-created", "/users?q=nobody",
	}
	few := map[string]int64{}
	for _, n := range []int{3, 60} {
		for i := range n {
			s.ServiceUser(t, fmt.Sprintf("robot-%d-%d", n, i), users.RoleUser)
		}
		for _, path := range paths {
			b.get(t, path).must(t, 200)
			s.Settle()
			before := s.Statements.Load()
			b.get(t, path).must(t, 200)
			got := s.Statements.Load() - before
			if got > maxStatements || few[path] > 0 && got > few[path]+1 { // one more, where it now has to be estimated how many there are
				t.Errorf("%s among %d: got %d statements, want at most %d; before %d", path, n, got, maxStatements, few[path])
			}
			few[path] = got
		}
	}
}
