package users_test

import (
	"errors"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// previews are sign-ins and their results.
var previews = map[string]struct {
	claims  func(*users.Claims)
	refused users.Refusal
	role    users.Role
}{
	"somebody who was here":   {func(*users.Claims) {}, "", users.RoleAuditor},
	"somebody invited":        {func(c *users.Claims) { *c = userstest.Claims("invited@example.com") }, "", users.RoleAdmin},
	"a stranger":              {func(c *users.Claims) { *c = userstest.Claims("stranger@elsewhere.example") }, users.RefusedDomain, ""},
	"one of the domain":       {func(c *users.Claims) { *c = userstest.Claims("new@example.com") }, "", users.RoleUser},
	"no address":              {func(c *users.Claims) { c.Subject, c.Address = "other", "" }, users.RefusedNoAddress, ""},
	"another with an address": {func(c *users.Claims) { c.Subject = "other" }, users.RefusedTaken, ""},
	"not verified":            {func(c *users.Claims) { c.Subject, c.Verified = "other", users.VerifiedNo }, users.RefusedUnverified, ""},
	"nobody vouches":          {func(c *users.Claims) { c.Subject, c.Verified = "other", users.VerifiedUnknown }, users.RefusedUnvouched, ""},
	"verified as True":        {func(c *users.Claims) { c.Subject, c.Verified = "other", users.VerifiedUnclear }, users.RefusedUnclear, ""},
	"another's address":       {func(c *users.Claims) { c.Address = "invited@example.com" }, users.RefusedOtherUser, ""},
	"deactivated":             {func(c *users.Claims) { *c = userstest.Claims("gone@example.com") }, users.RefusedDeactivated, ""},
}

// TestPreviewSignIn previews the result of a sign-in without an event, and compares it.
func TestPreviewSignIn(t *testing.T) {
	t.Parallel()
	for name, test := range previews {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := userstest.New(t, users.Config{Signup: users.SignupDomain, SignupDomains: []string{"example.com"}})
			dir.Person(t, "ana@example.com", users.RoleAuditor)
			dir.Invited(t, "invited@example.com", users.RoleAdmin)
			dir.Person(t, "gone@example.com", users.RoleUser)
			if err := dir.Deactivate(t.Context(), dir.Owner, "gone@example.com", users.Departure{}); err != nil {
				t.Fatal(err)
			}
			claims := userstest.Claims("ana@example.com")
			test.claims(&claims)

			before, err := dir.LastSignIn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			u, err := dir.PreviewSignIn(t.Context(), claims)
			if got := reasonOf(err); got != test.refused || u.Role != test.role {
				t.Errorf("PreviewSignIn: got role %q and error %v, want %q and %q", u.Role, err, test.role, test.refused)
			}
			if after, err := dir.LastSignIn(t.Context()); err != nil || after != before {
				t.Errorf("it left a trace: %+v, before %+v, error %v", after, before, err)
			}
			in, err := dir.SignIn(t.Context(), claims, userstest.Visit("secret"))
			if got := reasonOf(err); got != test.refused || in.User.Role != test.role {
				t.Errorf("SignIn: got role %q and error %v", in.User.Role, err)
			}
		})
	}
}

// reasonOf returns why a sign-in was refused, or "".
func reasonOf(err error) users.Refusal {
	refused, _ := errors.AsType[*users.RefusedError](err)
	if refused == nil {
		return ""
	}
	return refused.Reason
}

// TestLastSignIn returns the newest sign-in and the newest refusal.
func TestLastSignIn(t *testing.T) {
	t.Parallel()
	dir := userstest.NewEmpty(t)
	if last, err := dir.LastSignIn(t.Context()); err != nil || last != (users.LastSignIn{}) {
		t.Fatalf("nobody was here: got %+v, error %v", last, err)
	}
	if err := dir.EnsureOwners(t.Context(), []string{"owner@example.com"}); err != nil {
		t.Fatal(err)
	}
	dir.SignedIn(t, "owner@example.com")
	signedIn := dir.Clock.Now()
	dir.Clock.Advance(time.Minute)
	if _, err := dir.SignIn(t.Context(), userstest.Claims("stranger@example.com"), userstest.Visit("secret")); err == nil {
		t.Fatal("a stranger was let in")
	}
	last, err := dir.LastSignIn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !last.At.Equal(signedIn) || last.Claimed != "owner@example.com" || last.From == "" ||
		last.Refused.Address != "stranger@example.com" || last.Refused.Reason != users.RefusedUninvited {
		t.Errorf("got %+v", last)
	}
}
