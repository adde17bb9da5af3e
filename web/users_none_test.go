package web_test

import (
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
)

// TestListUsers_close searches for misspelled names: the close ones are suggested where no one
// matches exactly, under the same filters, and no one is offered to be added.
func TestListUsers_close(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for id, name := range map[string]string{"erik@example.com": "Erik Jónsson", "adam@example.com": "Adam Wojciech Lis"} {
		if _, err := s.AddPerson(t.Context(), users.Command(""), users.NewPerson{ID: id, Name: name, Role: users.RoleUser}); err != nil {
			t.Fatal(err)
		}
	}
	b := s.as(t, users.RoleOwner)
	for text, want := range map[string][2]string{"jonson": {"Erik Jónsson", "/users/erik@example.com"}, "wojtech+lis": {"Adam Wojciech Lis", "/users/adam@example.com"}} {
		p := b.get(t, "/users?q="+text).must(t, 200, "No exact match. Close:", "Invited")
		if got := p.link(t, want[0]); got != want[1] {
			t.Errorf("for %s the page links to %q", text, got)
		}
		if p.link(t, "Add jonson") != "" || p.link(t, "Clear search and filters") != "/users" {
			t.Errorf("for %s the page offers something else", text)
		}
	}
	for query, status := range map[string]int{"jonson+role:admin": 200, "jonsson": 200, "jonson+role:king": 422} {
		if p := b.get(t, "/users?q="+query).must(t, status); strings.Contains(p.text(t), "Close:") {
			t.Errorf("for %s close matches are suggested", query)
		}
	}
}
