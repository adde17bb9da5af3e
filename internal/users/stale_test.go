package users_test

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// renamed returns an edit that gives another name.
func renamed(name string) users.Edit { return users.Edit{Fields: users.Fields{Name: &name}} }

// staleCases are changes by others since a form was filled, and whether the form is stale then.
var staleCases = map[string]struct {
	meanwhile func(*testing.T, *userstest.Directory, users.Actor) error // the actor is an admin
	base      string                                                    // name as in the form
	current   string
	by        users.ID // empty: the edit is not stale
}{
	"nothing": {func(t *testing.T, d *userstest.Directory, _ users.Actor) error { return nil }, "", "", ""},
	"another edit": {func(t *testing.T, d *userstest.Directory, admin users.Actor) error {
		_, err := d.Edit(t.Context(), admin, "ana@example.com", renamed("Anna"))
		return err
	}, "Ana", "Anna", "admin@example.com"},
	"two edits by two": {func(t *testing.T, d *userstest.Directory, admin users.Actor) error {
		_, err := d.Edit(t.Context(), admin, "ana@example.com", renamed("Anna"))
		_, err2 := d.Edit(t.Context(), d.Owner, "ana@example.com", renamed("Annette"))
		return errors.Join(err, err2)
	}, "Ana", "Annette", "owner@example.com"},
	"an edit, then a sign-in": {func(t *testing.T, d *userstest.Directory, admin users.Actor) error {
		_, err := d.Edit(t.Context(), admin, "ana@example.com", renamed("Anna"))
		d.SignedIn(t, "ana@example.com")
		return err
	}, "Ana", "Anna", "admin@example.com"},
	"a role": {func(t *testing.T, d *userstest.Directory, _ users.Actor) error {
		_, err := d.ChangeRole(t.Context(), d.Owner, "ana@example.com", users.RoleChange{Role: users.RoleAuditor})
		return err
	}, "Ana", "Ana", "owner@example.com"},
	"an edit that was undone": {func(t *testing.T, d *userstest.Directory, admin users.Actor) error {
		_, err := d.Edit(t.Context(), admin, "ana@example.com", renamed("Anna"))
		_, err2 := d.Edit(t.Context(), admin, "ana@example.com", renamed("Ana"))
		return errors.Join(err, err2)
	}, "", "", ""},
	"sign-ins": {func(t *testing.T, d *userstest.Directory, _ users.Actor) error {
		d.SignedIn(t, "ana@example.com")
		return nil
	}, "", "", ""},
	"deactivated and back": {func(t *testing.T, d *userstest.Directory, admin users.Actor) error {
		return errors.Join(d.Deactivate(t.Context(), admin, "ana@example.com", users.Departure{}),
			d.Reactivate(t.Context(), admin, "ana@example.com", users.Reactivation{}))
	}, "", "", ""},
	"sign-in reset and made again": {func(t *testing.T, d *userstest.Directory, admin users.Actor) error {
		err := d.ResetSignIn(t.Context(), admin, "ana@example.com", users.SignInReset{})
		d.SignedIn(t, "ana@example.com")
		return err
	}, "", "", ""},
}

// TestStaleEdit saves a form that was filled from version 2 of Ana after others
// have done something.
func TestStaleEdit(t *testing.T) {
	t.Parallel()
	for circumstance, test := range staleCases {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			admin := d.Person(t, "admin@example.com", users.RoleAdmin)
			d.Person(t, "ana@example.com", users.RoleUser)
			form := d.Must(t, "ana@example.com")
			d.Clock.Advance(time.Hour)
			if err := test.meanwhile(t, d, admin); err != nil {
				t.Fatal(err)
			}
			last, changed := d.Last(t), d.Clock.Now()
			d.Clock.Advance(time.Hour)
			_, err := d.Edit(t.Context(), d.Owner, form.ID, users.Edit{Fields: renamed("Mine").Fields, Version: form.Version})
			if test.by == "" {
				if err != nil {
					t.Errorf("got error %v, want none: no form shows what changed", err)
				}
				return
			}
			check(t, d, last, err, users.ErrStale)
			stale, ok := errors.AsType[*users.StaleError](err)
			if !ok {
				t.Fatalf("got %T, want a StaleError", err)
			}
			if stale.Base.Name != test.base || stale.Base.Version != form.Version || stale.Base.Role != form.Role {
				t.Errorf("base: got %q as %s, version %d, want %q as in the form", stale.Base.Name, stale.Base.Role, stale.Base.Version, test.base)
			}
			if stale.Current.Name != test.current || stale.Current.Version <= form.Version {
				t.Errorf("current: got %q, version %d, want %q", stale.Current.Name, stale.Current.Version, test.current)
			}
			if stale.By.ID != test.by || !stale.At.Equal(changed) {
				t.Errorf("got a change by %s at %v, want %s at %v", stale.By.ID, stale.At, test.by, changed)
			}
		})
	}
}

// TestStaleBaseHasEveryField undoes a change of all fields of a form.
func TestStaleBaseHasEveryField(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	form := d.ServiceUser(t, "robot", users.RoleUser)
	d.Person(t, "bob@example.com", users.RoleUser)
	_, err := d.Edit(t.Context(), d.Owner, form.ID, users.Edit{
		Fields: users.Fields{Name: new("R"), PictureURL: new("https://e.example/r"), Channels: map[string]bool{"email": false, "web_ui": true},
			Types: map[string]bool{"comment_mention": false}},
		Service: &users.ServiceFields{Purpose: "Other", Responsible: "bob@example.com", ReviewOn: "2028-01-01"}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Edit(t.Context(), d.Owner, form.ID, users.Edit{Version: form.Version})
	stale, ok := errors.AsType[*users.StaleError](err)
	if !ok {
		t.Fatalf("got error %v, want a StaleError", err)
	}
	base := stale.Base
	if base.Name != form.Name || base.PictureURL != "" || !base.Channels["email"] || base.Channels["web_ui"] || !base.Types["comment_mention"] ||
		base.Purpose != form.Purpose || base.Responsible.ID != form.Responsible.ID || base.ReviewOn != form.ReviewOn {
		t.Errorf("base: got %+v, want %+v", base, form)
	}
	if stale.Current.Channels["email"] || stale.Current.Types["comment_mention"] {
		t.Error("walking back changed what is current")
	}
}

// TestStaleWithoutHistory saves an old form after the events since were erased: it is refused, too.
func TestStaleWithoutHistory(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	for _, n := range []string{"B", "C"} {
		if _, err := d.EditProfile(t.Context(), ana, users.ProfileEdit{Fields: users.Fields{Name: &n}}); err != nil {
			t.Fatal(err)
		}
	}
	err := d.DB.Transact(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `DELETE FROM event_actors WHERE seq IN (SELECT seq FROM event_changes WHERE target_id = 'ana@example.com')`)
		if err == nil {
			_, err = tx.ExecContext(t.Context(), `DELETE FROM event_changes WHERE target_id = 'ana@example.com'`)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Edit(t.Context(), d.Owner, ana.ID, users.Edit{Fields: users.Fields{Name: new("D")}, Version: 2})
	stale, ok := errors.AsType[*users.StaleError](err)
	if !ok || stale.Current.Name != "C" || stale.By != (users.Ref{}) {
		t.Errorf("got error %v by %+v, want a StaleError by nobody known", err, stale)
	}
}

func TestStaleProfileAndRole(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	if _, err := d.Edit(t.Context(), d.Owner, ana.ID, users.Edit{Fields: users.Fields{Name: new("B")}}); err != nil {
		t.Fatal(err)
	}
	last := d.Last(t)
	_, err := d.EditProfile(t.Context(), ana, users.ProfileEdit{Fields: users.Fields{Name: new("C")}, Version: 2})
	check(t, d, last, err, users.ErrStale)
	_, err = d.ChangeRole(t.Context(), d.Owner, ana.ID, users.RoleChange{Role: users.RoleAdmin, Version: 2})
	check(t, d, last, err, users.ErrStale)
}
