package users_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestEndToken disables, enables and revokes a token, each with one event, and with none when it is
// repeated.
func TestEndToken(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleUser)
	token, secret := d.IssuedBy(t, d.Owner, "robot", readOnly("one"))
	ctx, leave := t.Context(), users.TokenEnd{Reason: "leaked", LeaveNone: true}
	steps := []struct {
		name  string
		do    func() error
		trail string
		state users.TokenState
	}{
		{"disable", func() error { return d.DisableToken(ctx, d.Owner, token.ID, leave) }, `owner@example.com token.disabled robot [token:  → tok_*, token_name: one → one] because "leaked"`, users.TokenDisabled},
		{"enable", func() error { return d.EnableToken(ctx, d.Owner, token.ID, "found") }, `owner@example.com token.enabled robot [token:  → tok_*, token_name: one → one] because "found"`, users.TokenLive},
		{"revoke", func() error { return d.RevokeToken(ctx, d.Owner, token.ID, leave) }, `owner@example.com token.revoked robot [token:  → tok_*, token_name: one → one] because "leaked"`, users.TokenRevoked},
	}
	for _, step := range steps {
		last := d.Last(t)
		check(t, d, last, step.do(), nil, step.trail)
		check(t, d, last+1, step.do(), nil)
		got, err := d.Token(ctx, d.Owner, token.ID)
		if err != nil || got.State(d.Clock.Now()) != step.state {
			t.Errorf("after %s: got %s, %v, want %s", step.name, got.State(d.Clock.Now()), err, step.state)
		}
		if _, err := d.Authenticate(ctx, secret, aProgram()); (err == nil) != (step.state == users.TokenLive) {
			t.Errorf("after %s: authenticate: %v", step.name, err)
		}
	}
	last := d.Last(t)
	for _, err := range []error{d.EnableToken(ctx, d.Owner, token.ID, ""), d.DisableToken(ctx, d.Owner, token.ID, leave), d.RevokeToken(ctx, d.Owner, "tok_none", leave)} {
		check(t, d, last, err, users.ErrNotFound)
	}
}

// TestLastTokenIsEndedKnowingly ends the last token of a user that gives access, which is refused
// without LeaveNone.
func TestLastTokenIsEndedKnowingly(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*userstest.Directory, users.TokenID, users.TokenEnd) error{
		"disable": func(d *userstest.Directory, id users.TokenID, o users.TokenEnd) error {
			return d.DisableToken(t.Context(), d.Owner, id, o)
		},
		"revoke": func(d *userstest.Directory, id users.TokenID, o users.TokenEnd) error {
			return d.RevokeToken(t.Context(), d.Owner, id, o)
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			d.ServiceUser(t, "robot", users.RoleUser)
			expired, _ := d.IssuedBy(t, d.Owner, "robot", readOnly("expired"))
			d.Clock.Advance(2 * time.Hour)
			resting, _ := d.IssuedBy(t, d.Owner, "robot", readOnly("resting"))
			one, _ := d.IssuedBy(t, d.Owner, "robot", readOnly("one"))
			if err := end(d, resting.ID, users.TokenEnd{}); err != nil {
				t.Fatalf("one of two: %v", err)
			}
			if err := end(d, expired.ID, users.TokenEnd{}); err != nil {
				t.Errorf("one that has ended: %v", err)
			}
			checkMistakes(t, d, d.Last(t), end(d, one.ID, users.TokenEnd{}), "leave_none")
			if err := end(d, one.ID, users.TokenEnd{LeaveNone: true}); err != nil {
				t.Errorf("the last one, knowingly: %v", err)
			}
		})
	}
}

// TestTwoTokensAreNotEndedAtOnce has two consoles end the last two tokens at the same moment:
// one is refused.
func TestTwoTokensAreNotEndedAtOnce(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleUser)
	one, _ := d.IssuedBy(t, d.Owner, "robot", readOnly("one"))
	two, _ := d.IssuedBy(t, d.Owner, "robot", readOnly("two"))
	other := d.Another(t)
	var both sync.WaitGroup
	var first, second error
	both.Go(func() { first = d.RevokeToken(t.Context(), d.Owner, one.ID, users.TokenEnd{}) })
	both.Go(func() { second = other.DisableToken(t.Context(), d.Owner, two.ID, users.TokenEnd{}) })
	both.Wait()
	if (first == nil) == (second == nil) {
		t.Errorf("got %v and %v, want one refused", first, second)
	}
}

// repeatedTokens are ways to issue a token of the same name again, and whether that ends the first one.
var repeatedTokens = map[string]struct {
	between func(*testing.T, *userstest.Directory, string)
	alter   func(*users.NewToken)
	again   bool // by the same caller
	ended   bool
}{
	"at once":           {again: true, ended: true},
	"after 14 minutes":  {between: func(_ *testing.T, d *userstest.Directory, _ string) { d.Clock.Advance(14 * time.Minute) }, again: true, ended: true},
	"after 15 minutes":  {between: func(_ *testing.T, d *userstest.Directory, _ string) { d.Clock.Advance(15 * time.Minute) }, again: true},
	"after a use":       {between: func(t *testing.T, d *userstest.Directory, secret string) { d.With(t, secret) }, again: true},
	"right after a use": {between: authenticates, again: true},
	"with another name": {alter: func(n *users.NewToken) { n.Name = "two" }, again: true},
	"not by the API":    {alter: func(n *users.NewToken) { n.Twice = false }, again: true},
	"by another token":  {},
	"with other scopes": {alter: func(n *users.NewToken) { n.Scopes = []users.Scope{users.ScopeUsersRead} }, again: true, ended: true},
}

// TestRepeatedTokenReplacesTheFirst issues tokens of one name twice, as a program does whose answer
// was lost.
func TestRepeatedTokenReplacesTheFirst(t *testing.T) {
	t.Parallel()
	for circumstance, test := range repeatedTokens {

		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			caller := d.Program(t, "robot", users.RoleUser)
			_, otherSecret := d.Issued(t, "robot")
			n := users.NewToken{Name: "one", Lifetime: time.Hour, Twice: true}
			first, secret := d.IssuedBy(t, caller, "robot", n)
			if test.between != nil {
				test.between(t, d, secret)
			}
			if test.alter != nil {
				test.alter(&n)
			}
			if !test.again {
				caller = d.With(t, otherSecret)
			}
			last := d.Last(t)
			_, again := d.IssuedBy(t, caller, "robot", n)
			d.With(t, again)
			_, err := d.Authenticate(t.Context(), secret, aProgram())
			if (err != nil) != test.ended {
				t.Errorf("the first: %v, want ended %v", err, test.ended)
			}
			if trail := d.Trail(t, last); test.ended && (len(trail) != 2 || trail[0] != "robot token.revoked robot [token:  → tok_*, token_name: one → one, cause:  → repeated]") {
				t.Errorf("history of %s: %q", first.ID, trail)
			}
		})
	}
}

// authenticates uses a token, without waiting until the use is written.
func authenticates(t *testing.T, d *userstest.Directory, secret string) {
	t.Helper()
	if _, err := d.Authenticate(t.Context(), secret, aProgram()); err != nil {
		t.Fatal(err)
	}
}

// TestTokenEnablesNoMore enables disabled tokens by a token, which is refused for those with more
// access than it has.
func TestTokenEnablesNoMore(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleUser)
	weak, weakSecret := d.IssuedBy(t, d.Owner, "robot", users.NewToken{Name: "weak", Lifetime: time.Hour, Scopes: []users.Scope{users.ScopeTokensSelf}, Ranges: []string{"192.0.2.0/24"}})
	if _, err := d.ChangeRole(t.Context(), d.Owner, "robot", users.RoleChange{Role: users.RoleAuditor}); err != nil {
		t.Fatal(err)
	}
	caller := d.With(t, weakSecret)
	for circumstance, test := range map[string]struct {
		n    users.NewToken
		want error
	}{
		"more of a role": {users.NewToken{Scopes: weak.Scopes, Ranges: []string{"192.0.2.0/24"}}, users.ErrForbidden},
	} {
		test.n.Name, test.n.Lifetime = circumstance, time.Hour
		token, _ := d.IssuedBy(t, d.Owner, "robot", test.n)
		enableAfterDisable(t, d, caller, token, test.want)
	}
	if _, err := d.ChangeRole(t.Context(), d.Owner, "robot", users.RoleChange{Role: users.RoleUser}); err != nil {
		t.Fatal(err)
	}
	for circumstance, test := range map[string]struct {
		n    users.NewToken
		want error
	}{
		"more scopes":    {users.NewToken{Scopes: []users.Scope{users.ScopeEverything}, Ranges: []string{"192.0.2.0/24"}}, users.ErrForbidden},
		"more addresses": {users.NewToken{Scopes: weak.Scopes}, users.ErrForbidden},
		"the same":       {users.NewToken{Scopes: weak.Scopes, Ranges: []string{"192.0.2.0/25"}}, nil},
	} {
		test.n.Name, test.n.Lifetime = circumstance, time.Hour
		token, _ := d.IssuedBy(t, d.Owner, "robot", test.n)
		enableAfterDisable(t, d, caller, token, test.want)
	}
}

// enableAfterDisable has the owner disable a token and the caller enable it.
func enableAfterDisable(t *testing.T, d *userstest.Directory, caller users.Actor, token users.Token, want error) {
	t.Helper()
	if err := d.DisableToken(t.Context(), d.Owner, token.ID, users.TokenEnd{}); err != nil {
		t.Fatal(err)
	}
	if err := d.EnableToken(t.Context(), caller, token.ID, ""); !errors.Is(err, want) || want == nil && err != nil {
		t.Errorf("%s: got %v, want %v", token.Name, err, want)
	}
}

// TestTokensInOrder lists live tokens before those that ended, for 90 days.
func TestTokensInOrder(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleUser)
	issue := func(name string, life time.Duration) users.Token {
		n := readOnly(name)
		n.Lifetime = life
		token, _ := d.IssuedBy(t, d.Owner, "robot", n)
		d.Clock.Advance(time.Minute)
		return token
	}
	issue("old", 300*24*time.Hour)
	issue("expires first", time.Hour)
	revoked := issue("revoked later", 300*24*time.Hour)
	issue("new", 300*24*time.Hour)
	d.Clock.Advance(2 * time.Hour)
	if err := d.RevokeToken(t.Context(), d.Owner, revoked.ID, users.TokenEnd{}); err != nil {
		t.Fatal(err)
	}
	names := func() (got []string) {
		all, err := d.Tokens(t.Context(), d.Owner, "robot")
		if err != nil {
			t.Fatal(err)
		}
		for _, token := range all {
			got = append(got, token.Name)
		}
		return got
	}
	if diff := cmp.Diff([]string{"new", "old", "revoked later", "expires first"}, names()); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
	d.Clock.Advance(90*24*time.Hour - time.Hour)
	if diff := cmp.Diff([]string{"new", "old", "revoked later"}, names()); diff != "" {
		t.Errorf("tokens 90 days later (-want +got):\n%s", diff)
	}
}
