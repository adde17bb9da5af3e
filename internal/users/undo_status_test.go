package users_test

import (
	"errors"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestUndoReactivation undoes a reactivation, and that again: sessions end, tokens are suspended and
// give access again. Tokens that the reactivation disabled stay disabled.
func TestUndoReactivation(t *testing.T) {
	for name, back := range map[string]bool{"with tokens": true, "without tokens": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			ana := d.Person(t, "ana@example.com", users.RoleUser)
			_, secret := d.IssuedBy(t, ana, ana.ID, users.NewToken{Name: "a", Lifetime: time.Hour, Scopes: []users.Scope{users.ScopeUsersRead}})
			works := func() bool {
				_, err := d.Authenticate(t.Context(), secret, users.Program("req", "192.0.2.9", "", ""))
				return err == nil
			}
			err := d.Deactivate(t.Context(), d.Owner, ana.ID, users.Departure{})
			before := d.Last(t)
			if err := errors.Join(err, d.Reactivate(t.Context(), d.Owner, ana.ID, users.Reactivation{BringBackTokens: back})); err != nil || works() != back {
				t.Fatalf("reactivate: %v", err)
			}
			d.SignedIn(t, "ana@example.com")
			d.Clock.Advance(time.Second)
			last := d.Last(t)
			check(t, d, last, d.Undo(t.Context(), d.Owner, before+1, users.UndoInput{}), nil,
				"owner@example.com user.deactivated ana@example.com [status: active → deactivated]",
				"owner@example.com session.ended ana@example.com [session: ses_* → deactivated]")
			if works() {
				t.Error("the token works while its user is deactivated")
			}
			d.Clock.Advance(time.Second)
			check(t, d, last+2, d.Undo(t.Context(), d.Owner, last+1, users.UndoInput{}), nil, "owner@example.com user.reactivated ana@example.com [status: deactivated → active]")
			if works() != back {
				t.Errorf("after undoing that: the token works %t, want %t", works(), back)
			}
		})
	}
}

// TestUndoReactivation_rules: to undo a reactivation takes what a deactivation takes.
func TestUndoReactivation_rules(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	second, admin := d.Person(t, "second@example.com", users.RoleOwner), d.Person(t, "admin@example.com", users.RoleAdmin)
	before := d.Last(t)
	err := errors.Join(d.Deactivate(t.Context(), d.Owner, second.ID, users.Departure{}), d.Reactivate(t.Context(), d.Owner, second.ID, users.Reactivation{}))
	if err != nil {
		t.Fatal(err)
	}
	second = d.SignedIn(t, "second@example.com").Actor("req", "192.0.2.1", "test")
	seq := nthOf(t, d.Since(t, before), users.ActionReactivated, 1)
	last := d.Last(t)
	for _, by := range []users.Actor{admin, second} { // not an owner, and oneself
		check(t, d, last, d.Undo(t.Context(), by, seq, users.UndoInput{}), users.ErrForbidden)
	}
	if err := d.Deactivate(t.Context(), second, d.Owner.ID, users.Departure{}); err != nil {
		t.Fatal(err)
	}
	last = d.Last(t)
	check(t, d, last, d.Undo(t.Context(), users.Command("req"), seq, users.UndoInput{}), users.ErrLastOwner)
}
