package users_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// provider is the OpenID provider as an actor.
var provider = users.Provider("req", "192.0.2.9", "provider")

// atProvider signs a person in who has that session at the provider, by an ID token of now.
func atProvider(t *testing.T, d *userstest.Directory, id, sid, secret string) (users.SignedIn, error) {
	t.Helper()
	claims := userstest.Claims(id)
	claims.SessionID, claims.IssuedAt = sid, d.Clock.Now()
	return d.SignIn(t.Context(), claims, userstest.Visit(secret))
}

// logOuts are logout tokens and the sessions that they end.
var logOuts = map[string]struct {
	logout users.Logout
	ends   []string // secrets of the sessions that end
}{
	"a session":                        {users.Logout{SessionID: "a1"}, []string{"a1"}},
	"a subject":                        {users.Logout{Subject: "sub-ana@example.com"}, []string{"a1", "a2", "a3"}},
	"a session of a subject":           {users.Logout{Subject: "sub-ana@example.com", SessionID: "a2"}, []string{"a2", "a3"}},
	"a session of another subject":     {users.Logout{Subject: "sub-bo@example.com", SessionID: "a2"}, nil},
	"a session that is not known":      {users.Logout{SessionID: "x"}, nil},
	"no session of those without one":  {users.Logout{SessionID: ""}, nil},
	"a subject that is not known":      {users.Logout{Subject: "sub-x"}, nil},
	"a subject of another provider":    {users.Logout{Issuer: "https://other.example.com", Subject: "sub-ana@example.com"}, nil},
	"a session at another provider":    {users.Logout{Issuer: "https://other.example.com", SessionID: "a1"}, nil},
	"what would match any in a search": {users.Logout{Subject: "%", SessionID: "%"}, nil},
}

// signInTwo signs in ana three times, the last without a session at the provider, and bo once.
// It returns the secrets of the sessions.
func signInTwo(t *testing.T, d *userstest.Directory) (secrets []string) {
	t.Helper()
	d.Invited(t, "ana@example.com", users.RoleUser)
	d.Invited(t, "bo@example.com", users.RoleUser)
	for _, s := range []struct{ id, sid, secret string }{
		{"ana@example.com", "a1", "a1"}, {"ana@example.com", "a2", "a2"}, {"ana@example.com", "", "a3"}, {"bo@example.com", "b1", "b1"},
	} {
		if _, err := atProvider(t, d, s.id, s.sid, s.secret); err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, s.secret)
	}
	return secrets
}

// TestLogOut has the provider log people out of whom each has two sessions.
func TestLogOut(t *testing.T) {
	t.Parallel()
	for name, test := range logOuts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			secrets := signInTwo(t, d)
			d.Clock.Advance(time.Minute)
			test.logout.JTI, test.logout.IssuedAt = "1", d.Clock.Now()
			if test.logout.Issuer == "" {
				test.logout.Issuer = userstest.Issuer
			}
			last := d.Last(t)
			n, err := d.LogOut(t.Context(), provider, test.logout)
			if err != nil || n != len(test.ends) {
				t.Errorf("ended %d, %v; want %d", n, err, len(test.ends))
			}
			for _, secret := range secrets {
				lives(t, d, secret, !slices.Contains(test.ends, secret))
			}
			events := d.Since(t, last)
			for _, e := range events {
				if e.Via != users.ViaProvider || e.Actor.Key != "" || e.Target.ID != "ana@example.com" || e.Action != users.ActionEnded ||
					e.Changes[0].New != "provider_signed_out" {
					t.Errorf("event %+v", e)
				}
			}
			if len(events) != len(test.ends) {
				t.Errorf("%d events, want %d", len(events), len(test.ends))
			}
		})
	}
}

// TestLogoutTokenCountsOnce has two consoles get the same token, and a token after the
// person has signed in anew.
func TestLogoutTokenCountsOnce(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	other := d.Another(t)
	d.Invited(t, "ana@example.com", users.RoleUser)
	token := users.Logout{Issuer: userstest.Issuer, Subject: "sub-ana@example.com", JTI: strings.Repeat("j", 10_000), IssuedAt: d.Clock.Now()}
	if n, err := other.LogOut(t.Context(), provider, token); n != 0 || err != nil {
		t.Fatalf("of a person with no session: %d, %v", n, err)
	}
	d.Clock.Advance(time.Second)
	if _, err := atProvider(t, d, "ana@example.com", "a1", "a1"); err != nil {
		t.Fatal(err)
	}
	for _, console := range []*users.Service{d.Service, other} {
		if _, err := console.LogOut(t.Context(), provider, token); !errors.Is(err, users.ErrReplayed) {
			t.Errorf("a token used before: got %v", err)
		}
	}
	lives(t, d, "a1", true)
	token.Issuer = "https://other.example.com" // whose tokens have identifiers of their own
	if _, err := other.LogOut(t.Context(), provider, token); err != nil {
		t.Error(err)
	}
}

// racingLogOuts are logouts that another console gets during a sign-in, and whether the sign-in is refused.
var racingLogOuts = map[string]struct {
	logout  users.Logout
	sid     string
	later   time.Duration // of the ID token than of the logout token
	refused bool
}{
	"of the session":                               {users.Logout{SessionID: "a1"}, "a1", -time.Second, true},
	"of the session, in the same second":           {users.Logout{SessionID: "a1"}, "a1", 0, true},
	"of the subject":                               {users.Logout{Subject: "sub-ana@example.com"}, "a1", -time.Second, true},
	"of both":                                      {users.Logout{Subject: "sub-ana@example.com", SessionID: "a1"}, "a1", -time.Second, true},
	"of both, with an ID token without a sid":      {users.Logout{Subject: "sub-ana@example.com", SessionID: "a1"}, "", -time.Second, true},
	"of another session of the subject":            {users.Logout{Subject: "sub-ana@example.com", SessionID: "a2"}, "a1", -time.Second, false},
	"of another session":                           {users.Logout{SessionID: "a2"}, "a1", -time.Second, false},
	"of another subject":                           {users.Logout{Subject: "sub-bo@example.com"}, "a1", -time.Second, false},
	"before the ID token":                          {users.Logout{Subject: "sub-ana@example.com"}, "a1", time.Second, false},
	"long before, of a session that is used again": {users.Logout{SessionID: "a1"}, "a1", 2 * time.Hour, false},
}

// TestLogOutWhileSigningIn has the logout come between the ID token and the session, to
// another console.
func TestLogOutWhileSigningIn(t *testing.T) {
	t.Parallel()
	for name, test := range racingLogOuts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			d.Invited(t, "ana@example.com", users.RoleUser)
			if _, err := atProvider(t, d, "ana@example.com", "", "before"); err != nil {
				t.Fatal(err)
			}
			d.Clock.Advance(time.Hour)
			issued := d.Clock.Now()
			test.logout.Issuer, test.logout.JTI, test.logout.IssuedAt = userstest.Issuer, "1", issued
			if _, err := d.Another(t).LogOut(t.Context(), provider, test.logout); err != nil {
				t.Fatal(err)
			}
			claims, last := userstest.Claims("ana@example.com"), d.Last(t)
			claims.SessionID, claims.IssuedAt = test.sid, issued.Add(test.later)
			_, err := d.SignIn(t.Context(), claims, userstest.Visit("new"))
			refused, ok := errors.AsType[*users.RefusedError](err)
			if ok != test.refused || ok && refused.Reason != users.RefusedEnded || !ok && err != nil {
				t.Errorf("sign-in: %v", err)
			}
			lives(t, d, "new", !test.refused)
			if events := d.Trail(t, last); test.refused && (len(events) != 1 || !strings.Contains(events[0], "session.refused")) {
				t.Errorf("events %q", events)
			}
			d.Clock.Advance(time.Second)
			if _, err := atProvider(t, d, "ana@example.com", "a9", "again"); err != nil {
				t.Errorf("signing in again: %v", err)
			}
		})
	}
}

// TestConfirm has the provider confirm a session, or another one.
func TestConfirm(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Invited(t, "ana@example.com", users.RoleUser)
	began, err := atProvider(t, d, "ana@example.com", "a1", "s")
	if err != nil {
		t.Fatal(err)
	}
	d.Clock.Advance(time.Hour)
	claims := userstest.Claims("ana@example.com")
	claims.SessionID, claims.IssuedAt = "a2", d.Clock.Now()
	if ok, err := d.Confirm(t.Context(), began.Session, userstest.Claims("bo@example.com")); ok || err != nil {
		t.Errorf("another subject: %v, %v", ok, err)
	}
	if ok, err := d.Confirm(t.Context(), began.Session, claims); !ok || err != nil {
		t.Errorf("the same subject: %v, %v", ok, err)
	}
	in, err := d.Session(t.Context(), users.DigestOf("s"))
	if err != nil || !in.Session.ConfirmedAt.Equal(d.Clock.Now()) {
		t.Errorf("confirmed at %s, %v", in.Session.ConfirmedAt, err)
	}
	logout := users.Logout{Issuer: userstest.Issuer, SessionID: "a2", JTI: "1", IssuedAt: d.Clock.Now()}
	if n, err := d.LogOut(t.Context(), provider, logout); n != 1 || err != nil {
		t.Errorf("a logout of the session that confirmed it: %d, %v", n, err)
	}
	if ok, err := d.Confirm(t.Context(), began.Session, claims); ok || err != nil {
		t.Errorf("after its logout: %v, %v", ok, err)
	}
	if err := d.EndAtProvider(t.Context(), provider, began.Session.ID, "x"); err != nil {
		t.Errorf("to end a session that is gone: %v", err)
	}
}

// TestConfirmDuringLogout has the provider confirm a session by a session of its own, and end
// that one on another console at the same moment: the session ends, or is not confirmed.
func TestConfirmDuringLogout(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	other := d.Another(t)
	d.Invited(t, "ana@example.com", users.RoleUser)
	for i := range 20 {
		secret := fmt.Sprint("s", i)
		began, err := atProvider(t, d, "ana@example.com", "before", secret)
		if err != nil {
			t.Fatal(err)
		}
		d.Clock.Advance(time.Minute)
		claims := userstest.Claims("ana@example.com")
		claims.SessionID, claims.IssuedAt = secret, d.Clock.Now()
		logout := users.Logout{Issuer: userstest.Issuer, SessionID: secret, JTI: secret, IssuedAt: d.Clock.Now()}
		confirmed := false
		for _, err := range userstest.AtOnce(2, func(i int) (err error) {
			if i == 0 {
				confirmed, err = d.Confirm(t.Context(), began.Session, claims)
			} else {
				_, err = other.LogOut(t.Context(), provider, logout)
			}
			return err
		}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		if confirmed {
			lives(t, d, secret, false)
		}
	}
}

// TestTidyForgetsLogouts keeps a token for as long as it could be accepted again.
func TestTidyForgetsLogouts(t *testing.T) {
	t.Parallel()
	d := tidied(t)
	for i := range 3 {
		logout := users.Logout{Issuer: userstest.Issuer, Subject: "x", JTI: fmt.Sprint(i), IssuedAt: d.Clock.Now()}
		if _, err := d.LogOut(t.Context(), provider, logout); err != nil {
			t.Fatal(err)
		}
		tidyAfter(t, d, 25*time.Minute)
	}
	if n := rows(t, d, `SELECT COUNT(*) FROM logouts`); n != 2 {
		t.Errorf("%d logouts are remembered, want the two of the last hour", n)
	}
}
