package users_test

import (
	"database/sql"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// endings are acts on Ana, and whether they end her sessions.
var endings = map[string]struct {
	do   func(*testing.T, *userstest.Directory) error
	ends bool
}{
	"deactivated": {func(t *testing.T, d *userstest.Directory) error {
		return d.Deactivate(t.Context(), d.Owner, "ana@example.com", users.Departure{})
	}, true},
	"deactivated and back": {func(t *testing.T, d *userstest.Directory) error {
		return errors.Join(d.Deactivate(t.Context(), d.Owner, "ana@example.com", users.Departure{}), d.Reactivate(t.Context(), d.Owner, "ana@example.com", users.Reactivation{}))
	}, true},
	"deleted": {func(t *testing.T, d *userstest.Directory) error {
		return d.Delete(t.Context(), d.Owner, "ana@example.com", users.Deletion{Confirm: "ana@example.com"})
	}, true},
	"promoted": {func(t *testing.T, d *userstest.Directory) error {
		_, err := d.ChangeRole(t.Context(), d.Owner, "ana@example.com", users.RoleChange{Role: users.RoleAdmin})
		return err
	}, true},
	"sign-in reset": {func(t *testing.T, d *userstest.Directory) error {
		return d.ResetSignIn(t.Context(), d.Owner, "ana@example.com", users.SignInReset{})
	}, true},
	"all sessions ended": {func(t *testing.T, d *userstest.Directory) error {
		_, err := d.EndSessions(t.Context(), d.Owner, "ana@example.com", "")
		return err
	}, true},
	"edited": {func(t *testing.T, d *userstest.Directory) error {
		_, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{Fields: users.Fields{Name: new("A")}})
		return err
	}, false},
	"given the role she has": {func(t *testing.T, d *userstest.Directory) error {
		_, err := d.ChangeRole(t.Context(), d.Owner, "ana@example.com", users.RoleChange{Role: users.RoleUser})
		return err
	}, false},
	"not deleted, for want of confirmation": {func(t *testing.T, d *userstest.Directory) error {
		_ = d.Delete(t.Context(), d.Owner, "ana@example.com", users.Deletion{})
		return nil
	}, false},
}

// TestSessionsEndAtOnce carries out acts that end Ana's sessions, and uses one of them next.
func TestSessionsEndAtOnce(t *testing.T) {
	t.Parallel()
	for name, test := range endings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			signIn(t, d, "one")
			signIn(t, d, "two")
			if err := test.do(t, d); err != nil {
				t.Fatal(err)
			}
			lives(t, d, "one", !test.ends)
			lives(t, d, "two", !test.ends)
		})
	}
}

func TestEndSession(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	one := signIn(t, d, "one")
	signIn(t, d, "two")
	ana := one.Actor("req", "", "")
	bob := d.Person(t, "bob@example.com", users.RoleUser)
	last := d.Last(t)
	check(t, d, last, d.EndSession(t.Context(), bob, "ana@example.com", one.Session.ID, ""), users.ErrForbidden)
	check(t, d, last, d.EndSession(t.Context(), bob, bob.ID, one.Session.ID, ""), users.ErrNotFound) // another's, as one's own
	check(t, d, last, d.EndSession(t.Context(), ana, ana.ID, "ses_none", ""), users.ErrNotFound)
	check(t, d, last, d.EndSession(t.Context(), d.Owner, "nobody@example.com", one.Session.ID, ""), users.ErrNotFound)
	check(t, d, last, d.EndSession(t.Context(), ana, ana.ID, one.Session.ID, ""), nil,
		"ana@example.com session.ended ana@example.com [session: ses_* → ended]")
	lives(t, d, "one", false)
	lives(t, d, "two", true)
	last = d.Last(t)
	check(t, d, last, d.EndSession(t.Context(), d.Owner, ana.ID, one.Session.ID, ""), users.ErrNotFound) // again
}

func TestEndSessions(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	signIn(t, d, "one")
	signIn(t, d, "two")
	last := d.Last(t)
	n, err := d.EndSessions(t.Context(), d.Owner, "ana@example.com", " lost  laptop ")
	const line = `owner@example.com session.ended ana@example.com [session: ses_* → ended] because "lost laptop"`
	check(t, d, last, err, nil, line, line)
	last = d.Last(t)
	again, err := d.EndSessions(t.Context(), d.Owner, "ana@example.com", "")
	check(t, d, last, err, nil)
	if n != 2 || again != 0 {
		t.Errorf("got %d and %d sessions ended, want 2 and 0", n, again)
	}
}

func TestEndOtherSessions(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	this := signIn(t, d, "this")
	signIn(t, d, "one")
	signIn(t, d, "two")
	n, err := d.EndOtherSessions(t.Context(), this.Actor("req", "", ""))
	if n != 2 || err != nil {
		t.Errorf("got %d, %v; want 2", n, err)
	}
	for secret, want := range map[string]bool{"this": true, "one": false, "two": false} {
		lives(t, d, secret, want)
	}
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	in := signIn(t, d, "s")
	ana := in.Actor("req", "", "")
	last := d.Last(t)
	hint, err := d.SignOut(t.Context(), ana, users.DigestOf("s"))
	check(t, d, last, err, nil, "ana@example.com session.ended ana@example.com [session: ses_* → signed_out]")
	if hint != "ana@example.com" {
		t.Errorf("got hint %q", hint)
	}
	lives(t, d, "s", false)
	last = d.Last(t)
	hint, err = d.SignOut(t.Context(), ana, users.DigestOf("s"))
	check(t, d, last, err, nil)
	if hint != "" {
		t.Errorf("got hint %q of a session that is gone", hint)
	}
}

// TestSessionShowsWhatIsStoredNow changes a user during a session, which returns the user as stored.
func TestSessionShowsWhatIsStoredNow(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	in := signIn(t, d, "s")
	if _, err := d.Edit(t.Context(), d.Owner, in.User.ID, users.Edit{Fields: users.Fields{Name: new("Anna")}}); err != nil {
		t.Fatal(err)
	}
	got, err := d.Session(t.Context(), users.DigestOf("s"))
	if err != nil || got.User.Name != "Anna" || got.Session != in.Session {
		t.Errorf("got %+v, %v; want Anna in %+v", got, err, in.Session)
	}
	actor := got.Actor("req-9", "192.0.2.9", "Lynx")
	want := users.Actor{Kind: users.ActorPerson, Key: in.User.Key, ID: in.User.ID, Name: "Anna", Role: users.RoleUser, Via: users.ViaSession,
		Session: in.Session.ID, RequestID: "req-9", Address: "192.0.2.9", UserAgent: "Lynx"}
	if diff := cmp.Diff(want, actor); diff != "" {
		t.Errorf("Actor (-want +got):\n%s", diff)
	}
}

// TestDeactivatedInTheDatabase uses the session of a user who was deactivated by SQL, which left the
// session.
func TestDeactivatedInTheDatabase(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	signIn(t, d, "s")
	err := d.DB.Transact(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `UPDATE users SET deactivated = (1 = 1) WHERE user_id = 'ana@example.com'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	lives(t, d, "s", false)
}
