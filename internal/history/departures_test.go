package history_test

import (
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestRefusedDepartures lists what was refused of planned departures until it is done, or 30 days
// have passed.
func TestRefusedDepartures(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for _, id := range []string{"ana@example.com", "bob@example.com", "eva@example.com"} {
		d.Person(t, id, users.RoleUser)
	}
	planner, robot := d.Person(t, "planner@example.com", users.RoleAdmin), d.ServiceUser(t, "robot", users.RoleUser)
	answers(t, d, "eva@example.com")
	departs(t, d, planner, "ana@example.com", users.Departure{})
	departs(t, d, d.Owner, "eva@example.com", users.Departure{HandOverEach: map[users.Key]string{robot.Key: "bob@example.com"}})
	wantRefused(t, d, "before they are due")
	for _, id := range []users.ID{planner.ID, "bob@example.com"} {
		if err := d.Deactivate(t.Context(), d.Owner, id, users.Departure{}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the first time takes the lease
		d.Clock.Advance(2 * time.Hour)
		if _, err := d.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	wantRefused(t, d, "when they were due", "ana@example.com", "robot")
	departs(t, d, d.Owner, "ana@example.com", users.Departure{})
	wantRefused(t, d, "with a new plan", "robot")
	if err := d.CancelDeparture(t.Context(), d.Owner, "ana@example.com"); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, d, "with a new plan that was cancelled", "robot")
	answers(t, d, "ana@example.com")
	wantRefused(t, d, "with a responsible person")
}

// departs plans that a user leaves in an hour.
func departs(t *testing.T, d *userstest.Directory, by users.Actor, id users.ID, how users.Departure) {
	t.Helper()
	if err := d.PlanDeparture(t.Context(), by, id, how, d.Clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
}

// answers makes a person responsible for the service user robot.
func answers(t *testing.T, d *userstest.Directory, id string) {
	t.Helper()
	_, err := d.Edit(t.Context(), d.Owner, "robot", users.Edit{Service: &users.ServiceFields{Purpose: "Tests", Responsible: id}})
	if err != nil {
		t.Fatal(err)
	}
}

// wantRefused checks about whom something was refused.
func wantRefused(t *testing.T, d *userstest.Directory, when string, want ...users.ID) {
	t.Helper()
	all, err := d.History.RefusedDepartures(t.Context(), d.Owner)
	if err != nil {
		t.Fatal(err)
	}
	got := map[users.ID]bool{}
	for _, e := range all {
		got[e.Target.ID] = true
	}
	n, strangers, err := d.History.Waiting(t.Context(), d.Owner)
	ok := len(all) == len(want) && n == len(want) && strangers == 0 && err == nil
	for _, id := range want {
		ok = ok && got[id]
	}
	if !ok {
		t.Errorf("%s: got %v, want %v", when, got, want)
	}
}
