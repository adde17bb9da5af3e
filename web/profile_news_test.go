package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// heading of what is new on My profile.
const newsHeading = "New: changes to your account by others"

// TestNews: what others did to an account is new on My profile until it is marked as seen.
func TestNews(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleUser)
	if p := b.get(t, "/profile").must(t, http.StatusOK, "Changes to your account by others"); strings.Contains(p.text(t), newsHeading) {
		t.Error("that the account was added, before its first sign-in, is new")
	}
	rename := func(name string) {
		t.Helper()
		s.Clock.Advance(time.Hour)
		if _, err := s.Edit(t.Context(), s.Owner, "user@example.com", users.Edit{Fields: users.Fields{Name: &name}}); err != nil {
			t.Fatal(err)
		}
	}
	rename("Uma")
	p := b.get(t, "/profile").must(t, http.StatusOK, newsHeading, "New owner@example.com changed the name of your account", "Uma just now", "Earlier changes to your account by others")
	seen := p.form(t, "/profile/seen")
	rename("Una")
	before := s.Last(t)
	if to := b.post(t, "/profile/seen", seen).must(t, http.StatusSeeOther).header.Get("Location"); to != "/profile" {
		t.Errorf("it leads to %q", to)
	}
	b.post(t, "/profile/seen", seen).must(t, http.StatusSeeOther) // twice does no harm
	p = b.get(t, "/profile").must(t, http.StatusOK, newsHeading, "Una just now")
	if n := strings.Count(p.text(t), "New owner@example.com"); n != 1 {
		t.Errorf("%d changes are new, want the one since", n)
	}
	b.post(t, "/profile/seen", p.form(t, "/profile/seen")).must(t, http.StatusSeeOther)
	if p = b.get(t, "/profile"); strings.Contains(p.text(t), newsHeading) || s.Last(t) != before {
		t.Errorf("afterwards something is new, or %d events were recorded", s.Last(t)-before)
	}
	b.post(t, "/profile/seen", set(seen, "seq", "x")).must(t, http.StatusUnprocessableEntity)
}

// TestNews_old: to someone who has never marked anything, what happened more than 30 days ago is not
// new.
func TestNews_old(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.as(t, users.RoleUser)
	s.Clock.Advance(time.Hour)
	if _, err := s.ChangeRole(t.Context(), s.Owner, "user@example.com", users.RoleChange{Role: users.RoleAuditor}); err != nil {
		t.Fatal(err)
	}
	s.signIn(t, "user@example.com").get(t, "/profile").must(t, http.StatusOK, newsHeading, "changed the role of your account from user to auditor")
	s.Clock.Advance(31 * 24 * time.Hour)
	if p := s.signIn(t, "user@example.com").get(t, "/profile").must(t, http.StatusOK, "from user to auditor"); strings.Contains(p.text(t), newsHeading) {
		t.Error("a change of 31 days ago is new")
	}
}
