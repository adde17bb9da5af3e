package history_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// userWeeks returns the weeks of a user with events, as the owner reads them.
func userWeeks(t *testing.T, d *userstest.Directory, u users.User) map[users.Date][2]int {
	t.Helper()
	all, err := d.History.UserWeeks(t.Context(), d.Owner, u)
	if err != nil || len(all) != 12 || all[11].Monday != mondayOf(d.Clock.Now()) || all[0].Monday != mondayOf(d.Clock.Now().AddDate(0, 0, -77)) {
		t.Fatalf("got %d weeks, %v", len(all), err)
	}
	found := map[users.Date][2]int{}
	for _, w := range all {
		if w.By+w.Others > 0 {
			found[w.Monday] = [2]int{w.By, w.Others}
		}
	}
	return found
}

// TestUserWeeks counts what a person did and what others did to them, this week and eleven weeks
// ago, and leaves out what happened before.
func TestUserWeeks(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	u := d.Must(t, ana.ID)
	d.Clock.Advance(7 * 24 * time.Hour)
	rename := func(actor users.Actor, name string) {
		t.Helper()
		if _, err := d.EditProfile(t.Context(), actor, users.ProfileEdit{Fields: users.Fields{Name: &name}}); err != nil {
			t.Fatal(err)
		}
	}
	early := mondayOf(d.Clock.Now())
	rename(ana, "One")
	rename(ana, "Two")
	d.Clock.Advance(11 * 7 * 24 * time.Hour)
	if got := userWeeks(t, d, u); !cmp.Equal(got, map[users.Date][2]int{early: {2, 0}}) {
		t.Errorf("before this week: got %v", got)
	}
	d.RefuseAccess(t.Context(), d.Owner, ana.ID, "edit")
	if _, err := d.Edit(t.Context(), d.Owner, ana.ID, users.Edit{Fields: users.Fields{Name: new("Three")}}); err != nil {
		t.Fatal(err)
	}
	rename(ana, "Four")
	want := map[users.Date][2]int{early: {2, 0}, mondayOf(d.Clock.Now()): {1, 1}}
	for range 2 { // the second time, the begins of the weeks are cached
		if diff := cmp.Diff(want, userWeeks(t, d, u)); diff != "" {
			t.Errorf("events by week (-want +got):\n%s", diff)
		}
	}
	d.Clock.Advance(7 * 24 * time.Hour)
	if got := userWeeks(t, d, u); len(got) != 1 {
		t.Errorf("a week later: got %v, want the later week alone", got)
	}
}

func TestUserWeeks_forbidden(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	if _, err := d.History.UserWeeks(t.Context(), ana, d.Must(t, "owner@example.com")); !errors.Is(err, users.ErrForbidden) {
		t.Errorf("got %v, want a refusal", err)
	}
}
