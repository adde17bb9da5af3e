package history_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// recent returns the recent events of a user as the owner reads them.
func recent(t *testing.T, d *userstest.Directory, id users.ID) []users.Event {
	t.Helper()
	events, err := d.History.Recent(t.Context(), d.Owner, d.Must(t, id))
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func TestRecent(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	for i := range 12 {
		if _, err := d.Edit(t.Context(), d.Owner, ana.ID, users.Edit{Fields: users.Fields{Name: new(fmt.Sprint("Ana ", i))}}); err != nil {
			t.Fatal(err)
		}
	}
	events := recent(t, d, ana.ID)
	if len(events) != 5 || events[0].Changes[0].New != "Ana 11" || events[4].Changes[0].New != "Ana 7" {
		t.Errorf("got %d recent changes, want the last five, newest first", len(events))
	}
}

// TestRecent_withoutSignIns reads the changes of a user with more sign-ins than changes.
func TestRecent_withoutSignIns(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	for i := range 15 {
		if _, err := d.SignIn(t.Context(), userstest.Claims("ana@example.com"), userstest.Visit(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	d.RefuseAccess(t.Context(), d.Owner, ana.ID, "edit")
	events := recent(t, d, ana.ID)
	if len(events) != 2 || events[0].Action != users.ActionBound || events[1].Action != users.ActionCreated {
		t.Errorf("got %d recent changes; want that she was added and bound", len(events))
	}
}

// TestRecent_responsible reads the changes of a service user as its responsible person, and as
// another user.
func TestRecent_responsible(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana, bob := d.Person(t, "ana@example.com", users.RoleUser), d.Person(t, "bob@example.com", users.RoleUser)
	robot := d.ServiceUser(t, "robot", users.RoleUser)
	_, err := d.Edit(t.Context(), d.Owner, robot.ID, users.Edit{Service: &users.ServiceFields{Purpose: "Tests", Responsible: string(ana.ID)}})
	if err != nil {
		t.Fatal(err)
	}
	robot = d.Must(t, robot.ID)
	events, err := d.History.Recent(t.Context(), ana, robot)
	if err != nil || len(events) != 2 {
		t.Fatalf("got %d recent changes, %v; want two", len(events), err)
	}
	for _, e := range events {
		if e.Address != "" || e.UserAgent != "" {
			t.Errorf("%s by %s has an address", e.Action, e.Actor.ID)
		}
	}
	if _, err := d.History.Recent(t.Context(), bob, robot); !errors.Is(err, users.ErrForbidden) {
		t.Errorf("by another user: got error %v, want %v", err, users.ErrForbidden)
	}
}
