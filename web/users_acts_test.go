package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

func TestChangeRole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.ServiceUser(t, "nightly", users.RoleUser)
	ana := s.signIn(t, "ana@example.com")
	b := s.as(t, users.RoleOwner)
	at := "/users/ana@example.com/role"
	form := b.get(t, at).must(t, 200, "Change the role of Ana", "Adds people and service users with the role user").form(t, at)
	b.post(t, at, set(form, "role", "root")).must(t, 422, "Choose a role")
	b.post(t, at, set(form, "role", "")).must(t, 422, "Choose a role")
	b.post(t, "/users/nightly/role", set(unkeyed(form), "role", "owner", "version", "1")).must(t, 422, "Choose a role that a service user can have.")
	b.post(t, at, set(form, "role", "admin", "reason", "She runs the desk")).must(t, 303)
	b.get(t, "/users/ana@example.com").must(t, 200, words.RoleChanged("Ana", users.RoleAdmin),
		"owner@example.com changed the role of Ana from user to admin", "“She runs the desk”")
	ana.get(t, "/users").must(t, 303) // signed out: the new role comes with the next sign-in
	s.signIn(t, "ana@example.com").get(t, "/users").must(t, 200)

	stale := b.post(t, at, set(form, "role", "auditor")).must(t, 409, "in another tab or window", "Before User", "Saved Admin", "Yours Auditor")
	if got := stale.form(t, at).Get("role"); got != "auditor" {
		t.Errorf("the form holds %q", got)
	}
	b.post(t, at, stale.form(t, at)).must(t, 303)
	if got := s.Must(t, "ana@example.com").Role; got != users.RoleAuditor {
		t.Errorf("got role %s", got)
	}
}

// TestLastOwner is that there is always an active owner, on every page that
// could end it.
func TestLastOwner(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	own := "/users/owner@example.com/"
	for tail, form := range map[string]url.Values{
		"role": {"role": {"user"}, "version": {s.version(t, "owner@example.com")}}, "delete": {"confirm": {"owner@example.com"}}, "reset-sign-in": {},
	} {
		b.get(t, own+tail).must(t, 200, words.LastOwner)
		b.post(t, own+tail, form).must(t, 409, words.LastOwner)
	}
	b.post(t, own+"deactivate", url.Values{}).must(t, 403, "You cannot change your own status.")
	if u := s.Must(t, "owner@example.com"); u.Role != users.RoleOwner || u.Status != users.StatusActive {
		t.Errorf("the last owner is %s and %s", u.Role, u.Status)
	}
	s.Person(t, "second@example.com", users.RoleOwner)
	b.post(t, own+"role", url.Values{"role": {"admin"}, "version": {s.version(t, "owner@example.com")}}).must(t, 303)
	if got := s.Must(t, "owner@example.com").Role; got != users.RoleAdmin {
		t.Errorf("an owner who is not the last could not step down: %s", got)
	}
}

func TestDeactivate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	ana := s.signIn(t, "ana@example.com")
	b := s.as(t, users.RoleAdmin)
	serviceUserOf(t, s, "nightly", "ana@example.com")
	at := "/users/ana@example.com/deactivate"
	form := b.get(t, at).must(t, 200, "Deactivate Ana?", "Their one session ends at once", "can't sign in as this user any more",
		"can be reactivated at any time", "nightly", "Hand over nightly to").form(t, at)
	p := b.post(t, at, set(form, "hand_over", "nobody@example.com", "reason", "left")).must(t, 422, "No person has the user ID")
	if got := p.form(t, at).Get("reason"); got != "left" {
		t.Errorf("the reason was lost: %q", got)
	}
	b.post(t, at, set(form, "hand_over", "ana@example.com")).must(t, 422, "Choose another person than Ana.")
	ana.get(t, "/profile").must(t, 200)
	b.post(t, at, set(form, "hand_over", "owner@example.com", "reason", "left")).must(t, 303)
	b.get(t, "/users/ana@example.com").must(t, 200, words.Deactivated("Ana"), "is now responsible for nightly.", "Deactivated", "Admin deactivated Ana", "“left”", "Reactivate")
	ana.get(t, "/profile").must(t, 303)
	if got := s.Must(t, "nightly").Responsible.ID; got != "owner@example.com" {
		t.Errorf("nightly was handed over to %s", got)
	}
	b.get(t, at).must(t, 200, "Ana is deactivated already.")
	b.post(t, at, form).must(t, 303)

	back := "/users/ana@example.com/reactivate"
	form = b.get(t, back).must(t, 200, "Reactivate Ana?", "They can sign in again at once.").form(t, back)
	b.post(t, back, set(form, "reason", strings.Repeat("x", 501))).must(t, 422, "Use at most 500 characters.")
	b.post(t, back, set(form, "reason", "came back")).must(t, 303)
	b.get(t, "/users/ana@example.com").must(t, 200, words.Reactivated("Ana", 0, false), "Active", "“came back”")
	b.get(t, back).must(t, 200, "Ana is not deactivated.")
	ana.get(t, "/profile").must(t, 303) // sessions that have ended stay ended
}

// serviceUserOf creates a service user that a person is responsible for.
func serviceUserOf(t *testing.T, s *site, id, person string) {
	t.Helper()
	_, err := s.CreateServiceUser(t.Context(), s.Owner, users.NewServiceUser{
		NewPerson: users.NewPerson{ID: id}, ServiceFields: users.ServiceFields{Purpose: "Tests", Responsible: person},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDeleteUser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	ana := s.signIn(t, "ana@example.com")
	serviceUserOf(t, s, "nightly", "ana@example.com")
	b := s.as(t, users.RoleOwner)
	at := "/users/ana@example.com/delete"
	form := b.get(t, at).must(t, 200, "Delete Ana?", "Delete ana@example.com", "This can't be undone", "The audit log keeps").form(t, at)
	p := b.post(t, at, set(form, "confirm", "Ana", "reason", "asked for it")).must(t, 422, "Type ana@example.com to confirm.")
	if got := p.form(t, at).Get("reason"); got != "asked for it" {
		t.Errorf("the reason was lost: %q", got)
	}
	b.post(t, at, set(form, "confirm", "ANA@example.com ", "reason", "asked for it")).must(t, 303)
	if p := b.get(t, "/users").must(t, 200, words.Deleted("Ana")+" "+words.HandedOver(nil, []string{"nightly"})); strings.Contains(strings.Join(listed(t, p), " "), "ana@") {
		t.Error("they are still listed")
	}
	b.get(t, at).must(t, 404)
	b.get(t, "/users/ana@example.com").must(t, 404)
	ana.get(t, "/profile").must(t, 303)
	b.get(t, "/audit?target=ana@example.com").must(t, 200, "owner@example.com deleted Ana", "“asked for it”")
	if got := s.Must(t, "nightly").Responsible.ID; got != "" {
		t.Errorf("nightly was handed over to %q, whom the form did not name", got)
	}
	serviceUserOf(t, s, "weekly", "owner@example.com")
	user := s.as(t, users.RoleUser)
	user.get(t, "/users/user@example.com/delete").must(t, 200, "This can't be undone")
	if to := user.post(t, "/users/user@example.com/delete", url.Values{"confirm": {"user@example.com"}}).must(t, 303).location(); to != "/" {
		t.Errorf("who deleted themselves goes on to %s", to)
	}
	user.get(t, "/").must(t, 200, "Sign in")
}

func TestResetSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	b := s.as(t, users.RoleAdmin)
	at := "/users/ana@example.com/reset-sign-in"
	b.get(t, at).must(t, 200, words.NothingToReset)
	ana := s.signIn(t, "ana@example.com")
	form := b.get(t, at).must(t, 200, "Reset the sign-in of Ana?", "no longer linked", "links its account at the provider", "with the role user, name").form(t, at)
	b.post(t, at, set(form, "user_id", "x")).must(t, 422)
	b.post(t, at, set(form, "reason", "new provider")).must(t, 303)
	b.get(t, "/users/ana@example.com").must(t, 200, words.ResetDone("Ana"), "Admin reset the sign-in of Ana", "“new provider”", "Invited")
	ana.get(t, "/profile").must(t, 303)
	ana.signInAt(t, person("ana@example.com"), "/profile").must(t, 200, words.MyProfile)
}
