package userstest

import (
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// Issued issues a token of 90 days for a user at the command line, with those scopes or
// [users.ScopeEverything], and returns it with its secret.
func (d *Directory) Issued(tb testing.TB, id users.ID, scopes ...users.Scope) (users.Token, string) {
	tb.Helper()
	if len(scopes) == 0 {
		scopes = []users.Scope{users.ScopeEverything}
	}
	return d.IssuedBy(tb, users.Command("cmd-token"), id, users.NewToken{Name: "tests", Lifetime: 90 * 24 * time.Hour, Scopes: scopes})
}

// IssuedBy issues a token as an actor.
func (d *Directory) IssuedBy(tb testing.TB, actor users.Actor, id users.ID, n users.NewToken) (users.Token, string) {
	tb.Helper()
	t, secret, err := d.IssueToken(tb.Context(), actor, id, n)
	if err != nil {
		tb.Fatalf("issue a token for %s: %v", id, err)
	}
	return t, secret
}

// With returns the actor who comes with a token that has that secret.
func (d *Directory) With(tb testing.TB, secret string) users.Actor {
	tb.Helper()
	by := users.Program("req-token", "192.0.2.3", "roboto-sdk/0.62.0", "roboto-sdk 0.62.0")
	in, err := d.Authenticate(tb.Context(), secret, by)
	if err != nil {
		tb.Fatalf("authenticate: %v", err)
	}
	d.Settle()
	return in.Actor(by)
}

// Program creates a service user that the owner is responsible for and returns it as an actor who
// comes with a token, with those scopes or [users.ScopeEverything].
func (d *Directory) Program(tb testing.TB, id string, role users.Role, scopes ...users.Scope) users.Actor {
	tb.Helper()
	_, secret := d.Issued(tb, d.ServiceUser(tb, id, role).ID, scopes...)
	return d.With(tb, secret)
}

// System adds a system user and returns it as an actor who comes with a token, with those
// scopes or [users.ScopeEverything].
func (d *Directory) System(tb testing.TB, id string, scopes ...users.Scope) users.Actor {
	tb.Helper()
	u, err := d.AddSystemUser(tb.Context(), users.Command("cmd-system"), id)
	if err != nil {
		tb.Fatalf("add system user %s: %v", id, err)
	}
	_, secret := d.Issued(tb, u.ID, scopes...)
	return d.With(tb, secret)
}
