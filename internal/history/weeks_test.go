package history_test

import (
	"errors"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestWeeks counts what happened this week and eleven weeks ago, and leaves out what happened
// twelve weeks ago.
func TestWeeks(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "early@example.com", users.RoleUser)
	d.Clock.Advance(7 * 24 * time.Hour)
	bob := d.Person(t, "bob@example.com", users.RoleUser)
	d.Clock.Advance(11 * 7 * 24 * time.Hour)
	before := mustWeeks(t, d)
	for i := range 2 {
		if _, err := d.SignIn(t.Context(), userstest.Claims("bob@example.com"), userstest.Visit(string(rune('a'+i)))); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Deactivate(t.Context(), d.Owner, bob.ID, users.Departure{}); err != nil {
		t.Fatal(err)
	}
	d.Settle()
	got := mustWeeks(t, d)
	first, last, was := got[0], got[11], before[11]
	if len(got) != 12 || last.Monday != mondayOf(d.Clock.Now()) || first.Monday != mondayOf(d.Clock.Now().AddDate(0, 0, -77)) {
		t.Fatalf("got %d weeks from %s to %s", len(got), first.Monday, last.Monday)
	}
	if first.Joined != 1 {
		t.Errorf("%d joined in the first week, want Bob alone", first.Joined)
	}
	if last.SignedIn-was.SignedIn != 2 || last.Left-was.Left != 1 || last.Active-was.Active != 1 {
		t.Errorf("this week was %+v and is %+v; want two sign-ins of one user, who left", was, last)
	}
}

// TestDays counts the changes of today and of twelve weeks ago, without sign-ins.
func TestDays(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Invited(t, "ana@example.com", users.RoleUser)
	d.Clock.Advance((7*12 - 1) * 24 * time.Hour)
	d.SignedIn(t, "ana@example.com")
	if err := d.Deactivate(t.Context(), d.Owner, "ana@example.com", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	d.Settle()
	got, err := d.History.Days(t.Context(), d.Owner)
	if err != nil || len(got) != 7*12 || got[83].Day != users.DateOf(d.Clock.Now().UTC()) {
		t.Fatalf("got %d days, %v", len(got), err)
	}
	events, err := d.History.Events(t.Context(), d.Owner, history.Query{From: got[83].Day.Time(), Part: history.PartChanges})
	if err != nil || got[83].Changes != len(events.Events) || got[0].Changes == 0 || got[1].Changes != 0 {
		t.Errorf("got %+v on the first days and %+v today, %v; want %d today", got[:2], got[83], err, len(events.Events))
	}
	if _, err := d.History.Days(t.Context(), d.Person(t, "bob@example.com", users.RoleUser)); !errors.Is(err, users.ErrForbidden) {
		t.Errorf("a user: got %v, want a refusal", err)
	}
}

func TestWeeks_forbidden(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	_, err := d.History.Weeks(t.Context(), d.Person(t, "ana@example.com", users.RoleUser))
	if !errors.Is(err, users.ErrForbidden) {
		t.Errorf("got %v, want a refusal", err)
	}
}

// mustWeeks returns the weeks as the owner reads them.
func mustWeeks(t *testing.T, d *userstest.Directory) []history.Week {
	t.Helper()
	d.Settle()
	all, err := d.History.Weeks(t.Context(), d.Owner)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// mondayOf returns the Monday of the week of a moment.
func mondayOf(at time.Time) users.Date {
	for at.UTC().Weekday() != time.Monday {
		at = at.AddDate(0, 0, -1)
	}
	return users.DateOf(at.UTC())
}

// TestStrangers lists each verified stranger once, until they are added.
func TestStrangers(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for i, address := range []string{"new@example.com", "new@example.com", "late@example.com"} {
		if _, err := d.SignIn(t.Context(), userstest.Claims(address), userstest.Visit(string(rune('a'+i)))); err == nil {
			t.Fatalf("%s was let in", address)
		}
		d.Clock.Advance(time.Hour)
	}
	if got := strangers(t, d); len(got) != 2 || got[0] != "late@example.com" || got[1] != "new@example.com" {
		t.Errorf("got %v", got)
	}
	if _, err := d.AddPerson(t.Context(), d.Owner, users.NewPerson{ID: "new@example.com"}); err != nil {
		t.Fatal(err)
	}
	if got := strangers(t, d); len(got) != 1 {
		t.Errorf("after one was added: got %v", got)
	}
	d.Clock.Advance(15 * 24 * time.Hour)
	if got := strangers(t, d); len(got) != 0 {
		t.Errorf("two weeks later: got %v", got)
	}
}

// strangers returns the addresses of refused strangers as the owner reads them.
func strangers(t *testing.T, d *userstest.Directory) (addresses []string) {
	t.Helper()
	all, err := d.History.Strangers(t.Context(), d.Owner)
	if err != nil {
		t.Fatal(err)
	}
	if _, n, err := d.History.Waiting(t.Context(), d.Owner); n != len(all) || err != nil {
		t.Errorf("counted %d, %v, of %d", n, err, len(all))
	}
	for _, r := range all {
		addresses = append(addresses, r.Address)
	}
	return addresses
}
