package web_test

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/roboto-ai/console/internal/users"
)

// rightToLeft is a name in a right-to-left script, with signs at its ends that belong to it and
// would move without isolation.
const rightToLeft = "(סטודיו) שרה!"

// TestNamesAreIsolated looks for a name from right to left on every kind of page: wherever it
// stands alone its element is isolated, and in a sentence it stands between isolates.
func TestNamesAreIsolated(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "sara@example.com", users.RoleUser)
	b := s.as(t, users.RoleOwner)
	const at = "/users/sara@example.com/edit"
	form := set(b.get(t, at).form(t, at), "name", rightToLeft)
	b.post(t, at, set(form, "reason", rightToLeft)).must(t, http.StatusSeeOther)
	s.Settle()
	b.get(t, "/profile") // which says that it is saved
	for _, path := range []string{
		"/users", "/users/sara@example.com", "/users/sara@example.com/activity", at, "/users/sara@example.com/role",
		"/users/sara@example.com/deactivate", "/users/sara@example.com/delete", "/audit", "/audit?q=%D7%A9%D7%A8%D7%94", "/service-users/new",
	} {
		seen := 0
		for n := range b.get(t, path).must(t, http.StatusOK).doc(t).Descendants() {
			if n.Type != html.TextNode || !strings.Contains(n.Data, rightToLeft) || n.Parent.Data == "title" {
				continue
			}
			seen++
			alone := n.Parent.Data == "bdi" || attr(n.Parent, "dir") == "auto"
			if !alone && !strings.Contains(n.Data, "\u2068"+rightToLeft+"\u2069") {
				t.Errorf("%s: the name is not isolated in <%s>%s", path, n.Parent.Data, n.Data)
			}
		}
		if seen == 0 {
			t.Errorf("%s does not show the name", path)
		}
	}
}

// TestOwnNameIsNamedToBrowsers looks at what the profile says of its fields, by WCAG 1.3.5,
// and that no field elsewhere switches the memory of browsers off.
func TestOwnNameIsNamedToBrowsers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "sara@example.com", users.RoleUser)
	b := s.as(t, users.RoleOwner)
	want := map[string]string{"name": "name", "picture_url": "photo"}
	for _, input := range b.get(t, "/profile").nodes(t, "input") {
		if token, ok := want[attr(input, "name")]; ok && attr(input, "autocomplete") != token {
			t.Errorf("%s has autocomplete %q, want %q", attr(input, "name"), attr(input, "autocomplete"), token)
		}
	}
	for _, path := range []string{"/profile", "/users/new", "/service-users/new", "/users/sara@example.com/edit", "/users/sara@example.com/role", "/users/sara@example.com/delete"} {
		for _, input := range b.get(t, path).nodes(t, "input") {
			if attr(input, "autocomplete") == "off" && attr(input, "name") != "q" {
				t.Errorf("%s: %s has autocomplete off", path, attr(input, "name"))
			}
		}
	}
}
