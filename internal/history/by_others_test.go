package history_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// byOthers returns the actions of what others did to the account of an actor, newest first.
func byOthers(t *testing.T, d *userstest.Directory, actor users.Actor) []users.Action {
	t.Helper()
	all, err := d.History.ByOthers(t.Context(), actor)
	if err != nil {
		t.Fatal(err)
	}
	var actions []users.Action
	for _, e := range all {
		actions = append(actions, e.Action)
	}
	return actions
}

func TestByOthers(t *testing.T) {
	t.Parallel()
	d, admin, ana := newStory(t)
	want := []users.Action{users.ActionReactivated, users.ActionEnded, users.ActionDeactivated, users.ActionEdited, users.ActionCreated}
	if got := byOthers(t, d, ana); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	d.RefuseAccess(t.Context(), admin, ana.ID, "POST /users/:id/role")
	d.Settle()
	if last, err := d.History.Event(t.Context(), d.Owner, d.Last(t)); err != nil || last.Action != users.ActionAccessRefused {
		t.Fatalf("the refusal left %s, %v", last.Action, err)
	}
	if got := byOthers(t, d, ana); !slices.Equal(got, want) {
		t.Errorf("after a refused attempt: got %v, want %v", got, want)
	}
	for i := range 25 {
		if _, err := d.Edit(t.Context(), d.Owner, ana.ID, users.Edit{Fields: users.Fields{Name: new(fmt.Sprint(i))}}); err != nil {
			t.Fatal(err)
		}
	}
	if got := byOthers(t, d, ana); len(got) != 20 || slices.Contains(got, users.ActionCreated) {
		t.Errorf("got %v, want the newest 20", got)
	}
}
