package demodata_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
)

// withoutKeys removes from users and events what differs between builds: keys, and the IDs
// of tokens, sessions and batches.
func withoutKeys(all []users.User, events []users.Event) ([]users.User, []users.Event) {
	for i := range all {
		u := &all[i]
		u.Key, u.Responsible.Key, u.Manager.Key, u.CreatedBy.Key = "", "", "", ""
	}
	for i := range events {
		e := &events[i]
		e.Actor.Key, e.Target.Key, e.People = "", "", nil
		if strings.HasPrefix(e.Group, "bat_") {
			e.Group = "bat_"
		}
		for j, c := range e.Changes {
			switch was, named := users.Person(c.Field, c.Old); {
			case c.Field == "token" || c.Field == "successor":
				e.Changes[j].Old, e.Changes[j].New = "", ""
			case c.Field == "session" && e.Action == users.ActionEnded:
				e.Changes[j].Old = ""
			case c.Field == "session" || c.Field == "undoes":
				e.Changes[j].New = ""
			case named:
				is, _ := users.Person(c.Field, c.New)
				e.Changes[j].Old, e.Changes[j].New = string(was.ID), string(is.ID)
			}
		}
	}
	return all, events
}

func TestBuildIsReproducible(t *testing.T) {
	t.Parallel()
	first, second := built(t, options(150)), built(t, options(150))
	users1, events1 := withoutKeys(allUsers(t, first), eventsOf(t, first))
	users2, events2 := withoutKeys(allUsers(t, second), eventsOf(t, second))
	unexported := cmp.AllowUnexported(users.User{}, users.Event{})
	if diff := cmp.Diff(users1, users2, unexported); diff != "" {
		t.Errorf("users differ:\n%s", diff)
	}
	if diff := cmp.Diff(events1, events2, unexported); diff != "" {
		t.Errorf("events differ:\n%s", diff)
	}
}

func TestPeopleAreTheSameOnAnotherDay(t *testing.T) {
	t.Parallel()
	type row struct {
		ID, Name string
		Role     users.Role
		Status   users.Status
		Zone     string
	}
	people := func(now time.Time) (rows []row) {
		o := options(150)
		o.Now = now
		for _, u := range allUsers(t, built(t, o)) {
			rows = append(rows, row{string(u.ID), u.Name, u.Role, u.Status, u.TimeZone})
		}
		return rows
	}
	if diff := cmp.Diff(people(now), people(now.Add(100*time.Hour+7*time.Minute))); diff != "" {
		t.Errorf("people differ:\n%s", diff)
	}
}
