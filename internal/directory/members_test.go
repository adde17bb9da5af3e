package directory_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// roster returns the users of all pages of q.
func roster(t *testing.T, d *userstest.Directory, actor users.Actor, q directory.Query) []users.User {
	t.Helper()
	var all []users.User
	for {
		page, err := d.Directory.Members(t.Context(), actor, q)
		if err != nil {
			t.Fatalf("Members: %v", err)
		}
		all = append(all, page.Users...)
		if q.After = page.Next; q.After == "" {
			return all
		}
	}
}

// TestMembersAreWholeRecords compares each user of a page with the record.
func TestMembersAreWholeRecords(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleAdmin)
	d.Person(t, "ana@example.com", users.RoleUser)
	_, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{Fields: users.Fields{Channels: map[string]bool{"email": false, "web_ui": true}}})
	if err != nil {
		t.Fatal(err)
	}
	all := roster(t, d, d.Owner, directory.Query{Sort: "created", Limit: 1})
	if got, want := userstest.IDs(all), []users.ID{"owner@example.com", "robot", "ana@example.com"}; !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for _, u := range all {
		want := d.Must(t, u.ID)
		if fmt.Sprint(u.Channels, u.Types) != fmt.Sprint(want.Channels, want.Types) || u.Kind != want.Kind || u.Role != want.Role || u.CreatedBy.Key != want.CreatedBy.Key {
			t.Errorf("got %+v, want %+v", u, want)
		}
	}
	creators, err := d.Directory.Creators(t.Context(), d.Owner, all)
	if err != nil || len(creators) != 1 || creators[d.Owner.Key].ID != "owner@example.com" {
		t.Errorf("creators: got %v, %v", creators, err)
	}
	user := d.Person(t, "bo@example.com", users.RoleUser)
	_, err = d.Directory.Members(t.Context(), user, directory.Query{})
	_, creatorsErr := d.Directory.Creators(t.Context(), user, all)
	if !errors.Is(err, users.ErrForbidden) || !errors.Is(creatorsErr, users.ErrForbidden) {
		t.Errorf("as user: got %v and %v, want %v", err, creatorsErr, users.ErrForbidden)
	}
}

// TestMembersPresent excludes deactivated users unless a filter includes them.
func TestMembersPresent(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "ana@example.com", users.RoleUser)
	d.Person(t, "bo@example.com", users.RoleUser)
	if err := d.Deactivate(t.Context(), d.Owner, "bo@example.com", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		query directory.Query
		want  int
	}{
		"no filter":           {directory.Query{}, 2},
		"another filter":      {directory.Query{Role: directory.Values(users.RoleUser)}, 1},
		"status":              {directory.Query{Status: directory.Values(users.StatusDeactivated)}, 1},
		"status in the text":  {directory.Query{Text: "status:active,deactivated"}, 3},
		"view of deactivated": {directory.Query{View: directory.ViewDeactivated}, 1},
	} {
		test.query.Present = true
		if got := userstest.IDs(roster(t, d, d.Owner, test.query)); len(got) != test.want {
			t.Errorf("%s: got %v, want %d", name, got, test.want)
		}
	}
}

// TestMembersWhileTheyChange deletes, renames and adds users between two pages: each user who
// exists throughout is listed once, and the page past the end is empty.
func TestMembersWhileTheyChange(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for i := range 6 {
		d.Invited(t, fmt.Sprintf("p%d@example.com", i), users.RoleUser)
		d.Clock.Advance(1000)
	}
	q := directory.Query{Sort: "created", Limit: 3}
	first, err := d.Directory.Members(t.Context(), d.Owner, q)
	if err != nil {
		t.Fatal(err)
	}
	name := "AAA"
	if _, err := d.Edit(t.Context(), d.Owner, "p5@example.com", users.Edit{Fields: users.Fields{Name: &name}}); err != nil {
		t.Fatal(err)
	}
	remove := func(id string) {
		t.Helper()
		if err := d.Delete(t.Context(), d.Owner, users.ID(id), users.Deletion{Confirm: id}); err != nil {
			t.Fatal(err)
		}
	}
	remove("p1@example.com") // the user of the cursor
	q.After = first.Next
	if got, want := userstest.IDs(roster(t, d, d.Owner, q)), []users.ID{"p2@example.com", "p3@example.com", "p4@example.com", "p5@example.com"}; !slices.Equal(got, want) {
		t.Errorf("after the first page: got %v, want %v", got, want)
	}
	for _, id := range []string{"p2@example.com", "p3@example.com", "p4@example.com", "p5@example.com"} {
		remove(id)
	}
	if got, err := d.Directory.Members(t.Context(), d.Owner, q); err != nil || len(got.Users) != 0 || got.Next != "" {
		t.Errorf("behind the end: got %v, %v", got, err)
	}
}
