package users_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestSizes counts a small directory, of whose sessions some are over.
func TestSizes(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Invited(t, "ana@example.com", users.RoleUser)
	d.ServiceUser(t, "robot", users.RoleUser)
	d.Person(t, "bo@example.com", users.RoleUser)
	d.Clock.Advance(users.DefaultSessionIdle + time.Hour) // the sessions so far have been idle for too long
	d.SignedIn(t, "bo@example.com")
	d.SignedIn(t, "bo@example.com")

	got, err := d.Sizes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sizes := map[string]int{}
	for _, s := range got.Users {
		if s.Users > 0 {
			sizes[string(s.Kind)+" "+string(s.Status)] = s.Users
		}
	}
	want := map[string]int{"person active": 2, "person invited": 1, "service active": 1}
	if diff := cmp.Diff(want, sizes); diff != "" || got.Sessions != 2 {
		t.Errorf("got %d sessions, want 2; users (-want +got):\n%s", got.Sessions, diff)
	}
}

// TestChangedIsTold checks that Config.Changed is called for each committed event, and not for a
// change that was not made.
func TestChangedIsTold(t *testing.T) {
	t.Parallel()
	var told []users.Action
	d := userstest.New(t, users.Config{Changed: func(a users.Action) { told = append(told, a) }})
	u := d.Invited(t, "ana@example.com", users.RoleUser)
	told = nil

	edit := users.Edit{Fields: users.Fields{Name: new("Ana B.")}, Version: u.Version}
	if _, err := d.Edit(t.Context(), d.Owner, u.ID, edit); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Edit(t.Context(), d.Owner, u.ID, edit); !errors.Is(err, users.ErrStale) {
		t.Fatalf("the same edit again: got %v, want ErrStale", err)
	}
	if err := d.Deactivate(t.Context(), d.Owner, u.ID, users.Departure{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]users.Action{users.ActionEdited, users.ActionDeactivated}, told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
