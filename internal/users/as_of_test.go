package users_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roboto-ai/console/internal/users"
)

// TestAsOf follows a person through changes and reads their record as it was after each of them.
func TestAsOf(t *testing.T) {
	t.Parallel()
	d, ana := withRobots(t)
	bob := "bob@example.com"
	var at []time.Time
	var want []users.User
	step := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
		at, want = append(at, d.Clock.Now()), append(want, d.Must(t, ana.ID))
		d.Clock.Advance(time.Hour)
	}
	step(nil)
	_, err := d.Edit(t.Context(), d.Owner, ana.ID, users.Edit{Fields: users.Fields{Name: new("Anna"), Channels: map[string]bool{"email": false}}})
	step(err)
	_, err = d.Edit(t.Context(), d.Owner, ana.ID, users.Edit{OrgFields: users.OrgFields{Manager: &bob, Labels: new("lab,night")}})
	step(err)
	_, err = d.ChangeRole(t.Context(), d.Owner, ana.ID, users.RoleChange{Role: users.RoleAuditor})
	step(err)
	step(d.Deactivate(t.Context(), d.Owner, ana.ID, users.Departure{}))
	step(d.Reactivate(t.Context(), d.Owner, ana.ID, users.Reactivation{}))
	for i, moment := range at {
		got, err := d.AsOf(t.Context(), d.Owner, ana.ID, moment)
		if err != nil || !got.There || got.Erased {
			t.Fatalf("after change %d: %v, %+v", i, err, got)
		}
		if diff := cmp.Diff(shownOf(want[i]), shownOf(got.User), cmpopts.IgnoreUnexported(users.User{})); diff != "" {
			t.Errorf("after change %d (-want +got):\n%s", i, diff)
		}
	}
	got, err := d.AsOf(t.Context(), d.Owner, ana.ID, at[0].Add(-24*time.Hour))
	if err != nil || got.There {
		t.Errorf("a day before: %v, there %v", err, got.There)
	}
	if _, err := d.AsOf(t.Context(), ana, ana.ID, at[0]); !errors.Is(err, users.ErrForbidden) { // ana has the role of her session
		t.Errorf("as a user: %v", err)
	}
}

// shownOf returns what a replay of the events has to give of a record.
func shownOf(u users.User) users.User {
	u.Version, u.UpdatedAt, u.SeenAt = 0, time.Time{}, time.Time{}
	for key, on := range u.Channels { // an absent key is off
		if !on {
			delete(u.Channels, key)
		}
	}
	return u
}

// TestSetBack gives a person the record of an hour ago: role and status stay, and so does what the
// actor may not set.
func TestSetBack(t *testing.T) {
	t.Parallel()
	d, ana := withRobots(t)
	begun := d.Clock.Now()
	d.Clock.Advance(time.Hour)
	_, err := d.Edit(t.Context(), d.Owner, ana.ID, users.Edit{Fields: users.Fields{Name: new("Anna")}, OrgFields: users.OrgFields{Labels: new("lab")}})
	_, err2 := d.ChangeRole(t.Context(), d.Owner, ana.ID, users.RoleChange{Role: users.RoleAuditor})
	zone := "Europe/Zurich"
	_, err3 := d.EditProfile(t.Context(), d.SignedIn(t, "ana@example.com").Actor("req", "192.0.2.5", "test"), users.ProfileEdit{TimeZone: &zone})
	a, err4 := d.AsOf(t.Context(), d.Owner, ana.ID, begun)
	if err := errors.Join(err, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	var states []string
	for _, item := range a.Items {
		states = append(states, item.Field+" "+string(item.State))
	}
	slices.Sort(states)
	if diff := cmp.Diff([]string{"labels back", "name back", "role moved", "time_zone refused"}, states); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	before := d.Last(t)
	_, err = d.SetBack(t.Context(), d.Owner, ana.ID, begun, users.UndoInput{Version: a.Now.Version, Reason: "as it was"})
	check(t, d, before, err, nil, `owner@example.com user.edited ana@example.com [name: Anna → Ana, labels: lab →] because "as it was"`)
	_, err = d.SetBack(t.Context(), d.Owner, ana.ID, begun, users.UndoInput{})
	if !isUndoError(err, users.UndoDone) {
		t.Errorf("again: %v", err)
	}
	if _, err := d.Edit(t.Context(), d.Owner, ana.ID, users.Edit{Fields: users.Fields{Name: new("Anna")}}); err != nil {
		t.Fatal(err)
	}
	before = d.Last(t)
	_, err = d.SetBack(t.Context(), d.Owner, ana.ID, begun, users.UndoInput{Version: a.Now.Version})
	check(t, d, before, err, users.ErrStale)
}
