package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// TestFormOfAnotherUser posts the form of every act after another owner has signed in with
// the same browser: nothing is done as them, and both can go on.
func TestFormOfAnotherUser(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, f readyForm) {
		f.Person(t, "other-owner@example.com", users.RoleOwner)
		other := f.signIn(t, "other-owner@example.com")
		mine := f.b.cookie(t, "session")
		f.b.setCookie(t, "session", other.cookie(t, "session"))
		f.Settle()
		last := f.Last(t)
		p := f.b.post(t, f.to, f.values).must(t, http.StatusConflict, words.NothingWasChanged,
			"opened as owner@example.com", "Go on as other-owner@example.com", "Sign in as owner@example.com")
		if !strings.Contains(hrefOf(t, p, "Sign in as owner@example.com"), "prompt=select_account") {
			t.Error("the way back does not ask for the account")
		}
		if trail := f.Trail(t, last); len(trail) > 0 {
			t.Errorf("got events %q, want none", trail)
		}
		f.b.setCookie(t, "session", mine)
		if p := f.b.post(t, f.to, f.values); p.status != http.StatusSeeOther && !f.leave && !f.secret {
			t.Errorf("its own user gets status %d, want 303", p.status)
		}
	})
}

// TestExportOfAnotherUser posts an export, which is done as often as it is asked for.
func TestExportOfAnotherUser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, other := s.as(t, users.RoleOwner), s.as(t, users.RoleAuditor)
	form := b.get(t, "/users/export").form(t, "/users/export")
	other.post(t, "/users/export", form).must(t, http.StatusConflict, "opened as owner@example.com")
}

// TestFormKey is which keys of a form are accepted.
func TestFormKey(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	s.Person(t, "bo@example.com", users.RoleUser)
	b := s.signIn(t, "owner@example.com")
	const path = "/users/ana@example.com/edit"
	form := b.get(t, path).form(t, path)
	key := form.Get("form")
	if strings.Contains(key, "ana") || strings.Contains(key, "usr_") {
		t.Errorf("the key shows what is in it: %s", key)
	}
	for name, bad := range map[string]string{"made up": "frm_abcdefghijklmnopqrstuvwxyz", "cut short": key[:len(key)-1], "empty": "", "changed": key[:40] + swapped(key[40]) + key[41:]} {
		if p := b.post(t, path, set(form, "name", "X", "form", bad)); p.status != http.StatusBadRequest {
			t.Errorf("a key that is %s: got status %d, want 400", name, p.status)
		}
	}
	twice := set(form, "name", "X")
	twice.Add("form", key)
	b.post(t, path, twice).must(t, http.StatusBadRequest)
	bo := set(form, "name", "Of Ana's page", "version", s.version(t, "bo@example.com"))
	b.post(t, "/users/bo@example.com/edit", bo).must(t, http.StatusBadRequest)
	b.post(t, path, set(form, "name", "Ana Lima")).must(t, http.StatusSeeOther)
	if got := s.Must(t, "bo@example.com").Name; got != "Bo" {
		t.Errorf("bo is called %q by a form of another user's page", got)
	}
}

// TestKeptFormIsItsUsers keeps a form after its session was ended by another user, which
// leaves no trace of whose it was but the key of the form.
func TestKeptFormIsItsUsers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	s.Person(t, "bo@example.com", users.RoleUser)
	b := s.signIn(t, "ana@example.com")
	form := set(b.get(t, "/profile").form(t, "/profile"), "name", "Secret of Ana")
	if _, err := s.EndSessions(t.Context(), s.Owner, "ana@example.com", ""); err != nil {
		t.Fatal(err)
	}
	b.post(t, "/profile", form).must(t, http.StatusUnauthorized, "kept for ten minutes")
	b.setCookie(t, "session", s.signIn(t, "bo@example.com").cookie(t, "session"))
	if p := b.get(t, "/profile").must(t, http.StatusOK); strings.Contains(p.body, "Secret of Ana") {
		t.Error("bo sees what ana has typed")
	}

	b = s.signIn(t, "ana@example.com")
	form = set(b.get(t, "/profile").form(t, "/profile"), "name", "Secret of Ana")
	unknown := set(form)
	unknown.Del("form")
	s.Clock.Advance(13 * time.Hour)
	b.post(t, "/profile", unknown).must(t, http.StatusUnauthorized, "Nothing was changed.")
	b.post(t, "/profile", form).must(t, http.StatusUnauthorized, "kept for ten minutes")
	b.setCookie(t, "session", s.signIn(t, "ana@example.com").cookie(t, "session"))
	if got := b.get(t, "/profile").must(t, http.StatusOK, "has not been sent yet").form(t, "/profile").Get("name"); got != "Secret of Ana" {
		t.Errorf("the form holds the name %q", got)
	}
}

// swapped returns another character than c.
func swapped(c byte) string {
	if c == 'x' {
		return "y"
	}
	return "x"
}

// TestKeptFormsAreBounded has one client keep forms until their size is too much.
func TestKeptFormsAreBounded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	b := s.signIn(t, "ana@example.com")
	form := set(b.get(t, "/profile").form(t, "/profile"), "name", strings.Repeat("x", 60<<10))
	s.Clock.Advance(13 * time.Hour)
	kept := 0
	for range 20 {
		if p := b.post(t, "/profile", form).must(t, http.StatusUnauthorized); strings.Contains(p.body, "kept for ten minutes") {
			kept++
		}
	}
	if kept != 8 {
		t.Errorf("%d forms of 60 KiB are kept, want 8", kept)
	}
}
