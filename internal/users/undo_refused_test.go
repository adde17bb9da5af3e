package users_test

import (
	"errors"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// undoRefusedTests are acts of the owner and why the nth event of an action cannot be undone by a
// user, by the circumstance.
var undoRefusedTests = map[string]struct {
	act    undoAct
	action users.Action
	nth    int
	by     string
	cause  users.UndoCause // of an [users.UndoError]
	want   error           // or this; both empty: an [users.InvalidError]
}{
	"every field has moved on":    {both(rename("A"), rename("B")), users.ActionEdited, 1, "owner@example.com", users.UndoChanged, nil},
	"set back by hand":            {both(rename("A"), rename("Ana")), users.ActionEdited, 1, "admin@example.com", users.UndoDone, nil},
	"the user is deleted":         {both(rename("A"), remove("ana@example.com")), users.ActionEdited, 1, "admin@example.com", users.UndoGone, nil},
	"an auditor":                  {rename("A"), users.ActionEdited, 1, "auditor@example.com", "", users.ErrForbidden},
	"another user":                {rename("A"), users.ActionEdited, 1, "bob@example.com", "", users.ErrForbidden},
	"an admin, of a role":         {role("ana@example.com", users.RoleAuditor), users.ActionRoleChanged, 1, "admin@example.com", "", users.ErrForbidden},
	"an admin, of an admin":       {both(rename("A"), role("ana@example.com", users.RoleAdmin)), users.ActionEdited, 1, "admin@example.com", "", users.ErrForbidden},
	"an admin, of a time zone":    {zone, users.ActionEdited, 1, "admin@example.com", "", users.ErrForbidden},
	"a deletion":                  {remove("ana@example.com"), users.ActionDeleted, 1, "owner@example.com", users.UndoNever, nil},
	"the last owner":              {both(role("ana@example.com", users.RoleOwner), demoteOwner), users.ActionRoleChanged, 1, "ana@example.com", "", users.ErrLastOwner},
	"a person who is deactivated": {both(responsible("bob@example.com"), both(responsible("owner@example.com"), deactivate("bob@example.com"))), users.ActionEdited, 2, "owner@example.com", "", nil},
	"a person who is deleted":     {both(responsible("bob@example.com"), both(responsible("owner@example.com"), remove("bob@example.com"))), users.ActionEdited, 2, "owner@example.com", "", nil},
	"a view that is deleted":      {deletedView, users.ActionViewSaved, 1, "owner@example.com", users.UndoDone, nil},
	"a view of another user":      {deletedView, users.ActionViewDeleted, 1, "admin@example.com", "", users.ErrForbidden},
	"a reactivated person who is responsible by now": {
		both(deactivate("ana@example.com"), both(reactivate("ana@example.com"), responsible("ana@example.com"))), users.ActionReactivated, 1, "owner@example.com", "", nil,
	},
}

func TestUndoRefused(t *testing.T) {
	t.Parallel()
	for name, test := range undoRefusedTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, ana := withRobots(t)
			by := map[string]users.Actor{"owner@example.com": d.Owner, "ana@example.com": ana}
			by["admin@example.com"], by["auditor@example.com"] = d.Person(t, "admin@example.com", users.RoleAdmin), d.Person(t, "auditor@example.com", users.RoleAuditor)
			by["bob@example.com"] = d.SignedIn(t, "bob@example.com").Actor("req", "192.0.2.4", "test")
			begun := d.Last(t)
			if err := test.act(t, d); err != nil {
				t.Fatal(err)
			}
			before := d.Last(t)
			err := d.Undo(t.Context(), by[test.by], nthOf(t, d.Since(t, begun), test.action, test.nth), users.UndoInput{})
			_, invalid := errors.AsType[*users.InvalidError](err)
			if test.cause != "" && !isUndoError(err, test.cause) || test.want != nil && !errors.Is(err, test.want) || test.cause == "" && test.want == nil && !invalid {
				t.Errorf("got %v", err)
			}
			check(t, d, before, nil, nil)
		})
	}
}

// nthOf returns the number of the nth event of an action.
func nthOf(t *testing.T, all []users.Event, action users.Action, n int) int64 {
	t.Helper()
	for _, e := range all {
		if e.Action == action {
			if n--; n == 0 {
				return e.Seq
			}
		}
	}
	t.Fatalf("no such event of %s", action)
	return 0
}

type undoAct = func(t *testing.T, d *userstest.Directory) error

func both(first, then undoAct) undoAct {
	return func(t *testing.T, d *userstest.Directory) error {
		err := first(t, d)
		d.Clock.Advance(time.Second)
		return errors.Join(err, then(t, d))
	}
}

func rename(name string) undoAct {
	return func(t *testing.T, d *userstest.Directory) error {
		_, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{Fields: users.Fields{Name: &name}})
		return err
	}
}

func remove(id users.ID) undoAct {
	return func(t *testing.T, d *userstest.Directory) error {
		return d.Delete(t.Context(), d.Owner, id, users.Deletion{Confirm: string(id)})
	}
}

func role(id users.ID, to users.Role) undoAct {
	return func(t *testing.T, d *userstest.Directory) error {
		_, err := d.ChangeRole(t.Context(), d.Owner, id, users.RoleChange{Role: to})
		return err
	}
}

func demoteOwner(t *testing.T, d *userstest.Directory) error {
	return role("owner@example.com", users.RoleUser)(t, d)
}

func responsible(id string) undoAct {
	return func(t *testing.T, d *userstest.Directory) error {
		_, err := d.Edit(t.Context(), d.Owner, "robot-1", users.Edit{Service: &users.ServiceFields{Purpose: "Tests", Responsible: id}})
		return err
	}
}

func deactivate(id users.ID) undoAct {
	return func(t *testing.T, d *userstest.Directory) error {
		return d.Deactivate(t.Context(), d.Owner, id, users.Departure{})
	}
}

func reactivate(id users.ID) undoAct {
	return func(t *testing.T, d *userstest.Directory) error {
		return d.Reactivate(t.Context(), d.Owner, id, users.Reactivation{})
	}
}

// zone is a change of Ana's time zone by herself.
func zone(t *testing.T, d *userstest.Directory) error {
	to := "Europe/Zurich"
	_, err := d.EditProfile(t.Context(), d.SignedIn(t, "ana@example.com").Actor("req", "192.0.2.3", "test"), users.ProfileEdit{TimeZone: &to})
	return err
}

func deletedView(t *testing.T, d *userstest.Directory) error {
	v, err := d.SaveView(t.Context(), d.Owner, users.NewView{Name: "Mine", Query: "q=a"})
	if err == nil {
		_, err = d.DeleteView(t.Context(), d.Owner, v.ID)
	}
	return err
}
