package web_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/users"
)

// TestResetSignIn_addressOfANewHire has an address that a new hire got, while the user of
// that address is an admin: the page compares both accounts, says what goes along, and
// offers to keep the two apart.
func TestResetSignIn_addressOfANewHire(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleAdmin)
	s.signIn(t, "ana@example.com")
	hire := authtest.Person{Subject: "op-hire", Email: "ana@example.com", Name: "Anja Hire", Verified: true}
	s.browser(t).signInAt(t, hire, "/").must(t, 403, "already belongs to a user")
	s.Settle()
	b := s.as(t, users.RoleOwner)
	at := "/users/ana@example.com/reset-sign-in"
	b.get(t, "/users/ana@example.com").must(t, 200, `Reset sign-in`)
	p := b.get(t, at).must(t, 200, "Linked to this user", "sub-ana@example.com", "Refused", "Anja Hire", "op-hire",
		"Does the address belong to a new person now?", "1. Delete this user", "2. Add person",
		"with the role admin, name", "The activity since", "Come back with the role user instead of admin")
	text := textOf(p.doc(t))
	if strings.Index(text, "new person now?") > strings.Index(text, "What ends now") {
		t.Error("the new person is not offered first")
	}
	form := p.form(t, at)
	if form.Has("as_user") {
		t.Error("the box is ticked beforehand")
	}
	b.post(t, at, form).must(t, 303)
	s.browser(t).signInAt(t, hire, "/").must(t, 200)
	if u := s.Must(t, "ana@example.com"); u.Role != users.RoleAdmin {
		t.Errorf("an ordinary reset: got the role %s, want admin", u.Role)
	}
	last := s.Last(t)
	b.post(t, at, set(b.get(t, at).form(t, at), "as_user", "on")).must(t, 303)
	if u := s.Must(t, "ana@example.com"); u.Role != users.RoleUser {
		t.Errorf("with the box ticked: got the role %s, want user", u.Role)
	}
	if got := s.Trail(t, last); !slices.ContainsFunc(got, func(e string) bool {
		return strings.Contains(e, "user.role_changed ana@example.com [role: admin → user]")
	}) {
		t.Errorf("got %q, want the change of role among them", got)
	}
}

// TestResetSignIn_asUserByAnAdmin posts the box that an admin is not shown.
func TestResetSignIn_asUserByAnAdmin(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleAuditor)
	s.signIn(t, "ana@example.com")
	b := s.as(t, users.RoleAdmin)
	at := "/users/ana@example.com/reset-sign-in"
	p := b.get(t, at).must(t, 200, "with the role auditor, name")
	if strings.Contains(textOf(p.doc(t)), "Come back with") {
		t.Error("an admin is offered another role")
	}
	b.post(t, at, set(p.form(t, at), "as_user", "on")).must(t, 422, "Only owners can change a role.")
	if u := s.Must(t, "ana@example.com"); u.Role != users.RoleAuditor || !u.Identified() {
		t.Errorf("got %s, identified %v; want Ana as she was", u.Role, u.Identified())
	}
	s.Settle()
	s.signIn(t, "owner@example.com").get(t, "/audit?action=access.refused").must(t, 200, "resetting the sign-in: as_user")
}

// TestSignUpIsTakenIntoAccount opens the pages that say what a person can do afterwards,
// with each --signup.
func TestSignUpIsTakenIntoAccount(t *testing.T) {
	t.Parallel()
	back, added := "can come back as a new user", "can also sign in without being added"
	tests := map[string]struct {
		config       users.Config
		says, silent []string
		own          string
	}{
		"invited":        {users.Config{}, nil, []string{back, added}, "added by an admin again"},
		"its domain":     {users.Config{Signup: users.SignupDomain, SignupDomains: []string{"example.org", "example.com"}}, []string{back, added, "example.org or example.com"}, nil, "as a new user with the role user"},
		"another domain": {users.Config{Signup: users.SignupDomain, SignupDomains: []string{"example.org"}}, []string{added}, []string{back}, "added by an admin again"},
		"open":           {users.Config{Signup: users.SignupOpen}, []string{back, added}, nil, "as a new user with the role user"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, siteOptions{users: test.config})
			s.Invited(t, "ana@example.com", users.RoleUser)
			s.signIn(t, "ana@example.com").get(t, "/profile").must(t, 200, test.own)
			b := s.as(t, users.RoleAdmin)
			all := ""
			for _, path := range []string{"/users/ana@example.com/delete", "/users/ana@example.com/deactivate", "/users/new", "/users/ana@example.com/reset-sign-in"} {
				all += textOf(b.get(t, path).must(t, 200).doc(t))
			}
			for _, want := range test.says {
				if !strings.Contains(all, want) {
					t.Errorf("the pages do not say %q", want)
				}
			}
			for _, no := range test.silent {
				if strings.Contains(all, no) {
					t.Errorf("the pages say %q", no)
				}
			}
			if offers := strings.Contains(all, "Deactivate instead"); offers != slices.Contains(test.says, back) {
				t.Errorf("deactivating is offered instead: %v", offers)
			}
		})
	}
}
