package web_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/roboto-ai/console/internal/users"
)

// TestTickedRows ticks a row of the list and asks for its address and for its export. A row has the
// beginning of the user's key alone.
func TestTickedRows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.Invited(t, "bo@example.com", users.RoleUser)
	b := s.as(t, users.RoleOwner)
	var key string
	for n := range b.get(t, "/users").must(t, 200).doc(t).Descendants() {
		if n.Type == html.ElementNode && attr(n, "aria-label") == "Select ana@example.com" {
			key = attr(n, "value")
		}
	}
	if whole := string(s.Must(t, "ana@example.com").Key); key == "" || len(key) > len(whole)/2 {
		t.Errorf("the row of %s has the key %q", whole, key)
	}
	if p := b.get(t, "/users/addresses?key="+key).must(t, 200, "1 address", "ana@example.com"); strings.Contains(p.body, "bo@example.com") {
		t.Error("the address of a user who was not ticked is among those to copy")
	}
	b.get(t, "/users/export?key="+key).must(t, 200, "1 selected user")
	b.get(t, "/users/addresses?key=usr_").must(t, 200, "0 addresses")
}
