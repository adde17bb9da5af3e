package web_test

import (
	"net/url"
	"testing"

	"github.com/roboto-ai/console/internal/users"
)

// TestListCookie opens a user from a list with filters, edits it, and goes back to the list, and to
// the users beside it there.
func TestListCookie(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, id := range []string{"a1@example.com", "a2@example.com", "a3@example.com"} {
		s.Invited(t, id, users.RoleUser)
	}
	s.Person(t, "a4@example.com", users.RoleUser)
	b := s.as(t, users.RoleOwner)
	const list = "/users?q=a&sort=-name&status=invited"
	b.get(t, list).must(t, 200, "3 of 5 users")
	detail := b.get(t, "/users/a2@example.com").must(t, 200)
	if before, after := detail.link(t, "Previous in the list: A3"), detail.link(t, "Next in the list: A1"); before != "/users/a3@example.com" || after != "/users/a1@example.com" {
		t.Errorf("the users beside it are %q and %q", before, after)
	}
	form := b.get(t, "/users/a2@example.com/edit").form(t, "/users/a2@example.com/edit")
	saved := b.follow(t, b.post(t, "/users/a2@example.com/edit", set(form, "name", "Azra")).must(t, 303))
	if got := saved.link(t, "Users matching “a”"); got != list {
		t.Errorf("the breadcrumb leads to %q, want %q", got, list)
	}
	first := b.get(t, "/users/a3@example.com").must(t, 200)
	if got := first.link(t, "Next in the list: A1"); got != "/users/a1@example.com" {
		t.Errorf("after the renamed user comes %q", got)
	}
	for _, forged := range []string{"?q=%00&view=x", "?after=x", "//evil.test", "%zz", "?role=" + url.QueryEscape("<script>")} {
		b.setCookie(t, "list", url.QueryEscape(forged))
		b.get(t, "/users/a2@example.com").must(t, 200, "Azra")
	}
}
