package users_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// leaver returns a directory with a person who has seen the secrets of a token of robot, of the
// role auditor, and of a token of boss, of the role admin, and a third token whose secret they have
// not seen.
func leaver(t *testing.T) (d *userstest.Directory, seen, above, other users.Token, secret string) {
	t.Helper()
	d = userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleAuditor)
	d.ServiceUser(t, "boss", users.RoleAdmin)
	eve := d.Person(t, "eve@example.com", users.RoleOwner)
	n := users.NewToken{Name: "nightly", Lifetime: 90 * 24 * time.Hour, Scopes: []users.Scope{users.ScopeUsersRead}}
	seen, secret = d.IssuedBy(t, eve, "robot", n)
	above, _ = d.IssuedBy(t, eve, "boss", n)
	other, _ = d.Issued(t, "robot")
	return d, seen, above, other, secret
}

// TestDeactivateAndRotate deactivates a person and rotates the tokens whose secrets they have seen:
// the successor works, and the old secret until the end of the overlap.
func TestDeactivateAndRotate(t *testing.T) {
	t.Parallel()
	d, seen, above, _, secret := leaver(t)
	last := d.Last(t)
	rotated, err := d.DeactivateAndRotate(t.Context(), d.Owner, "eve@example.com", users.Departure{Reason: "left"},
		users.RotateKnown{Tokens: []users.TokenID{seen.ID, above.ID}, Overlap: 24 * time.Hour})
	if err != nil || len(rotated) != 2 {
		t.Fatalf("got %+v, %v", rotated, err)
	}
	one := rotated[0]
	if one.Old.ID != seen.ID || one.New.Replaces != seen.ID || one.New.ShownTo.ID != "owner@example.com" || !one.Old.EndsAt.Equal(d.Clock.Now().Add(24*time.Hour)) {
		t.Errorf("got %+v", one)
	}
	by := users.Program("req", "192.0.2.3", "test", "test")
	for _, s := range []string{secret, one.Secret, rotated[1].Secret} {
		if _, err := d.Authenticate(t.Context(), s, by); err != nil {
			t.Errorf("within the overlap: %v", err)
		}
	}
	d.Clock.Advance(24 * time.Hour)
	if _, err := d.Authenticate(t.Context(), secret, by); !errors.Is(err, users.ErrNoToken) {
		t.Errorf("the old secret after the overlap: %v", err)
	}
	if _, err := d.Authenticate(t.Context(), one.Secret, by); err != nil {
		t.Errorf("the new secret after the overlap: %v", err)
	}
	trail := strings.Join(d.Trail(t, last), "\n")
	for _, want := range []string{"user.deactivated eve@example.com", `token.rotated robot`, `token.rotated boss`} {
		if !strings.Contains(trail, want) {
			t.Errorf("the history lacks %q:\n%s", want, trail)
		}
	}
	for _, s := range []string{secret, one.Secret} {
		if strings.Contains(trail, s) {
			t.Error("the history holds a secret")
		}
	}
}

// TestActsThatRotate rotates tokens with the other acts that can.
func TestActsThatRotate(t *testing.T) {
	for name, act := range map[string]func(*testing.T, *userstest.Directory, users.RotateKnown) ([]users.Rotated, error){
		"a lower role": func(t *testing.T, d *userstest.Directory, r users.RotateKnown) ([]users.Rotated, error) {
			after, rotated, err := d.ChangeRoleAndRotate(t.Context(), d.Owner, "eve@example.com", users.RoleChange{Role: users.RoleUser}, r)
			if err == nil && after.Role != users.RoleUser {
				t.Errorf("the role is %s", after.Role)
			}
			return rotated, err
		},
		"deletion": func(t *testing.T, d *userstest.Directory, r users.RotateKnown) ([]users.Rotated, error) {
			return d.DeleteAndRotate(t.Context(), d.Owner, "eve@example.com", users.Deletion{Confirm: "eve@example.com"}, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, seen, _, _, _ := leaver(t)
			rotated, err := act(t, d, users.RotateKnown{Tokens: []users.TokenID{seen.ID}})
			if err != nil || len(rotated) != 1 || rotated[0].Secret == "" || rotated[0].Old.Ended(d.Clock.Now()).IsZero() {
				t.Errorf("got %+v, %v", rotated, err)
			}
		})
	}
}

// refusedKnownRotations are tokens that cannot be rotated when a person is deactivated.
var refusedKnownRotations = map[string]struct {
	actor func(*testing.T, *userstest.Directory) users.Actor
	which func(seen, above, other users.Token) users.TokenID
	again bool   // a recent sign-in is asked for
	want  string // of the message on rotate
}{
	"a token whose secret they have not seen": {which: func(_, _, other users.Token) users.TokenID { return other.ID }, want: "has not seen"},
	"a token that does not exist":             {which: func(_, _, _ users.Token) users.TokenID { return "tok_none" }, want: "has not seen"},
	"a token above the role of the actor": {
		actor: func(t *testing.T, d *userstest.Directory) users.Actor {
			if _, err := d.ChangeRole(t.Context(), d.Owner, "eve@example.com", users.RoleChange{Role: users.RoleUser}); err != nil {
				t.Fatal(err)
			}
			return d.Person(t, "ana@example.com", users.RoleAdmin)
		},
		which: func(_, above, _ users.Token) users.TokenID { return above.ID }, want: "only an owner can",
	},
	"a token of an admin, by a sign-in of yesterday": {
		actor: func(_ *testing.T, d *userstest.Directory) users.Actor {
			actor := d.Owner
			actor.AuthTime = d.Clock.Now().Add(-24 * time.Hour)
			return actor
		},
		which: func(_, above, _ users.Token) users.TokenID { return above.ID }, again: true,
	},
}

// TestDeactivateAndRotate_refused rotates tokens that cannot be rotated: the person is not
// deactivated either.
func TestDeactivateAndRotate_refused(t *testing.T) {
	for circumstance, test := range refusedKnownRotations {

		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			d, seen, above, other, _ := leaver(t)
			actor := d.Owner
			if test.actor != nil {
				actor = test.actor(t, d)
			}
			last := d.Last(t)
			rotated, err := d.DeactivateAndRotate(t.Context(), actor, "eve@example.com", users.Departure{},
				users.RotateKnown{Tokens: []users.TokenID{seen.ID, test.which(seen, above, other)}, Overlap: time.Hour})
			bad, _ := errors.AsType[*users.InvalidError](err)
			switch {
			case test.again && !errors.Is(err, users.ErrSignInAgain):
				t.Errorf("got %v", err)
			case !test.again && (bad == nil || bad.Fields[0].Field != "rotate" || !strings.Contains(bad.Fields[0].Message, test.want)):
				t.Errorf("got %v", err)
			}
			if len(rotated) != 0 || len(d.Since(t, last)) != 0 || d.Must(t, "eve@example.com").Status != users.StatusActive {
				t.Errorf("recorded: %v", d.Trail(t, last))
			}
		})
	}
}
