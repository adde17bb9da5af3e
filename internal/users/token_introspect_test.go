package users_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestIntrospect introspects tokens in every state: one that gives access is active; of any other
// the answer has nothing.
func TestIntrospect(t *testing.T) {
	t.Parallel()
	for circumstance, refusal := range refusals {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			robot := d.ServiceUser(t, "robot", users.RoleAuditor)
			d.ServiceUser(t, "proxy", users.RoleUser)
			_, proxySecret := d.IssuedBy(t, d.Owner, "proxy", users.NewToken{Name: "asks", Lifetime: 365 * 24 * time.Hour, Scopes: []users.Scope{users.ScopeTokensIntrospect}})
			proxy := d.With(t, proxySecret)
			token, secret := d.Issued(t, "robot")
			d.Clock.Advance(time.Minute)
			got, err := d.Introspect(t.Context(), proxy, secret, "198.51.100.1")
			if err != nil || !got.Active || got.User.Key != robot.Key || got.Token.ID != token.ID || got.Role() != users.RoleAuditor {
				t.Fatalf("got %+v, %v", got, err)
			}
			d.Clock.Advance(time.Hour - time.Minute)
			if err := refusal.do(t, d, token); err != nil {
				t.Fatal(err)
			}
			got, err = d.Introspect(t.Context(), proxy, secret, "198.51.100.1")
			if diff := cmp.Diff(users.Introspection{}, got, cmpopts.IgnoreUnexported(users.User{})); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// TestIntrospect_unknown introspects secrets of no token.
func TestIntrospect_unknown(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	proxy := d.Program(t, "proxy", users.RoleUser, users.ScopeTokensIntrospect)
	_, secret := d.Issued(t, "proxy")
	for circumstance, wrong := range absent(secret) {
		d.Settle()
		if got, err := d.Introspect(t.Context(), proxy, wrong, ""); err != nil || got.Active || got.User.Key != "" {
			t.Errorf("%s: got %+v, %v", circumstance, got, err)
		}
	}
}

// TestIntrospect_scope introspects without a token of the scope, whatever the role.
func TestIntrospect_scope(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	admin := d.Program(t, "robot", users.RoleAdmin)
	_, secret := d.Issued(t, "robot")
	for name, actor := range map[string]users.Actor{"a token without it": admin, "an owner in a browser": d.Owner, "the command line": users.Command("cmd")} {
		if _, err := d.Introspect(t.Context(), actor, secret, ""); !errors.Is(err, users.ErrForbidden) {
			t.Errorf("%s: got %v, want %v", name, err, users.ErrForbidden)
		}
	}
}

// TestIntrospect_ranges introspects a token with ranges, which is active for a client whose
// address is known and in them.
func TestIntrospect_ranges(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	proxy := d.Program(t, "proxy", users.RoleUser, users.ScopeTokensIntrospect)
	n := readOnly("ranges")
	n.Ranges = []string{"192.0.2.0/24"}
	_, secret := d.IssuedBy(t, d.Owner, "proxy", n)
	for client, want := range map[string]bool{"192.0.2.9": true, "198.51.100.9": false, "": false} {
		if got, err := d.Introspect(t.Context(), proxy, secret, client); err != nil || got.Active != want {
			t.Errorf("for %q: got %v, %v, want %v", client, got.Active, err, want)
		}
	}
}

// accessEnds are what takes access from a token, and the state in which it is then.
var accessEnds = map[string]struct {
	do  func(*testing.T, *userstest.Directory, users.Token) error
	why users.TokenState
}{
	"revoked":                      {refusals["revoked"].do, users.TokenRevoked},
	"disabled":                     {refusals["disabled"].do, users.TokenDisabled},
	"of a user who is deactivated": {refusals["of a user who is deactivated"].do, users.TokenSuspended},
	"of a user with a lower role": {func(t *testing.T, d *userstest.Directory, token users.Token) error {
		_, err := d.ChangeRole(t.Context(), d.Owner, token.User.ID, users.RoleChange{Role: users.RoleUser})
		return err
	}, users.TokenLive},
}

// introspect introspects a secret as an actor, and has that recorded.
func introspect(t *testing.T, d *userstest.Directory, asker users.Actor, secret string) {
	t.Helper()
	if _, err := d.Introspect(t.Context(), asker, secret, ""); err != nil {
		t.Fatal(err)
	}
	d.Settle()
}

// TestAskers has two systems introspect a token, which loses access, and one of them again.
func TestAskers(t *testing.T) {
	t.Parallel()
	for circumstance, test := range accessEnds {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			d.ServiceUser(t, "robot", users.RoleAdmin)
			token, secret := d.Issued(t, "robot")
			proxy := d.Program(t, "proxy", users.RoleUser, users.ScopeTokensIntrospect)
			platform := d.System(t, "platform", users.ScopeTokensIntrospect)
			d.Clock.Advance(time.Minute)
			introspect(t, d, proxy, secret)
			introspect(t, d, platform, secret)
			introspect(t, d, platform, "usr_pat_unknown")
			if _, ends, err := d.Askers(t.Context(), d.Owner); err != nil || len(ends) != 0 {
				t.Errorf("before: %+v, %v", ends, err)
			}
			d.Clock.Advance(time.Minute)
			if err := test.do(t, d, token); err != nil {
				t.Fatal(err)
			}
			ended := d.Clock.Now()
			d.Clock.Advance(5 * time.Second)
			introspect(t, d, platform, secret)
			_, ends, err := d.Askers(t.Context(), d.Owner)
			if err != nil || len(ends) != 1 || ends[0].Token.ID != token.ID || ends[0].Why != test.why || !ends[0].At.Equal(ended) {
				t.Fatalf("got %+v, %v, want that the token %s is %s since %v", ends, err, token.ID, test.why, ended)
			}
			checkAskers(t, d, ends[0], ended)
		})
	}
}

// checkAskers checks that the platform asked five seconds after the end, and that the proxy
// has not asked since a minute before it.
func checkAskers(t *testing.T, d *userstest.Directory, end users.AccessEnd, ended time.Time) {
	t.Helper()
	askers, _, err := d.Askers(t.Context(), d.Owner)
	var asked []string
	for _, a := range askers {
		asked = append(asked, string(a.User.ID)+" "+a.LastAsked.Sub(ended).String())
	}
	if diff := cmp.Diff([]string{"platform 5s", "proxy -1m0s"}, asked); diff != "" || err != nil {
		t.Errorf("asking systems: %v (-want +got):\n%s", err, diff)
	}
	if len(end.Askers) != 2 || end.Askers[0].Asker.ID != "platform" || !end.Askers[0].Seen || !end.Askers[0].AskedAt.Equal(ended.Add(5*time.Second)) {
		t.Errorf("the platform has asked since: got %+v", end.Askers)
		return
	}
	if proxy := end.Askers[1]; proxy.Asker.ID != "proxy" || proxy.Seen || !proxy.Stale().Equal(ended.Add(-50*time.Second)) {
		t.Errorf("the proxy has not: got %+v", proxy)
	}
}
