package users_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// roster walks through all pages of the members that q asks for.
func roster(t *testing.T, d *userstest.Directory, actor users.Actor, q users.Query) []users.User {
	t.Helper()
	var all []users.User
	for {
		page, err := d.Members(t.Context(), actor, q)
		if err != nil {
			t.Fatalf("Members: %v", err)
		}
		all = append(all, page.Users...)
		if q.After = page.Next; q.After == "" {
			return all
		}
	}
}

// TestMembersAreWholeRecords compares each user of a list with the record.
func TestMembersAreWholeRecords(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleAdmin)
	d.Person(t, "ana@example.com", users.RoleUser)
	_, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{Fields: users.Fields{Channels: map[string]bool{"email": false, "web_ui": true}}})
	if err != nil {
		t.Fatal(err)
	}
	all := roster(t, d, d.Owner, users.Query{Sort: "created", Limit: 1})
	if got, want := ids(all), []users.ID{"owner@example.com", "robot", "ana@example.com"}; !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for _, u := range all {
		want := d.Must(t, u.ID)
		if fmt.Sprint(u.Channels, u.Types) != fmt.Sprint(want.Channels, want.Types) || u.Kind != want.Kind || u.Role != want.Role || u.CreatedBy.Key != want.CreatedBy.Key {
			t.Errorf("got %+v, want %+v", u, want)
		}
	}
	creators, err := d.Creators(t.Context(), d.Owner, all)
	if err != nil || len(creators) != 1 || creators[d.Owner.Key].ID != "owner@example.com" {
		t.Errorf("creators: got %v, %v", creators, err)
	}
	user := d.Person(t, "bo@example.com", users.RoleUser)
	_, err = d.Members(t.Context(), user, users.Query{})
	_, creatorsErr := d.Creators(t.Context(), user, all)
	if !errors.Is(err, users.ErrForbidden) || !errors.Is(creatorsErr, users.ErrForbidden) {
		t.Errorf("as user: got %v and %v, want %v", err, creatorsErr, users.ErrForbidden)
	}
}

// TestMembersPresent leaves the deactivated out until a filter asks for them.
func TestMembersPresent(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "ana@example.com", users.RoleUser)
	d.Person(t, "bo@example.com", users.RoleUser)
	if err := d.Deactivate(t.Context(), d.Owner, "bo@example.com", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		query users.Query
		want  int
	}{
		"no filter":           {users.Query{}, 2},
		"another filter":      {users.Query{Role: users.RoleUser}, 1},
		"status":              {users.Query{Status: users.StatusDeactivated}, 1},
		"status in the text":  {users.Query{Text: "status:active,deactivated"}, 3},
		"view of deactivated": {users.Query{View: users.ViewDeactivated}, 1},
	} {
		test.query.Present = true
		if got := ids(roster(t, d, d.Owner, test.query)); len(got) != test.want {
			t.Errorf("%s: got %v, want %d", name, got, test.want)
		}
	}
}

// TestMembersWhileTheyChange deletes, renames and adds users between two pages: everyone who
// is there throughout is listed once, and what lies behind the end is empty.
func TestMembersWhileTheyChange(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for i := range 6 {
		d.Invited(t, fmt.Sprintf("p%d@example.com", i), users.RoleUser)
		d.Clock.Advance(1000)
	}
	q := users.Query{Sort: "created", Limit: 3}
	first, err := d.Members(t.Context(), d.Owner, q)
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
	remove("p1@example.com") // which the cursor names
	q.After = first.Next
	if got, want := ids(roster(t, d, d.Owner, q)), []users.ID{"p2@example.com", "p3@example.com", "p4@example.com", "p5@example.com"}; !slices.Equal(got, want) {
		t.Errorf("after the first page: got %v, want %v", got, want)
	}
	for _, id := range []string{"p2@example.com", "p3@example.com", "p4@example.com", "p5@example.com"} {
		remove(id)
	}
	if got, err := d.Members(t.Context(), d.Owner, q); err != nil || len(got.Users) != 0 || got.Next != "" {
		t.Errorf("behind the end: got %v, %v", got, err)
	}
}

// TestTargetByKey has one answer for everyone whom a user may not see.
func TestTargetByKey(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	if u, err := d.TargetByKey(t.Context(), ana, ana.Key, users.ActSee); err != nil || u.ID != ana.ID {
		t.Errorf("oneself: got %v, %v", u.ID, err)
	}
	if _, err := d.TargetByKey(t.Context(), d.Owner, "usr_none", users.ActSee); !errors.Is(err, users.ErrNotFound) {
		t.Errorf("an unknown key, as owner: got %v", err)
	}
	_, unknown := d.TargetByKey(t.Context(), ana, "usr_none", users.ActSee)
	_, other := d.TargetByKey(t.Context(), ana, d.Owner.Key, users.ActSee)
	if !errors.Is(unknown, users.ErrForbidden) || unknown.Error() != other.Error() {
		t.Errorf("as user: got %v for an unknown key and %v for another user", unknown, other)
	}
}

// TestEditRefusesEmptyTexts has the API's rule for name and picture.
func TestEditRefusesEmptyTexts(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "ana@example.com", users.RoleUser)
	last := d.Last(t)
	for _, empty := range []string{"", " \t", "\u200b", "\u00a0\u2060"} {
		fields := users.Fields{Name: &empty, PictureURL: &empty, Exact: true}
		_, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{Fields: fields})
		checkMistakes(t, d, last, err, "name", "picture_url")
	}
}

// TestDeleteAnOldVersion refuses to delete a user who was changed meanwhile.
func TestDeleteAnOldVersion(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "ana@example.com", users.RoleUser)
	before, name := d.Must(t, "ana@example.com").Version, "Anna"
	if _, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{Fields: users.Fields{Name: &name}}); err != nil {
		t.Fatal(err)
	}
	last := d.Last(t)
	err := d.Delete(t.Context(), d.Owner, "ana@example.com", users.Deletion{Confirm: "ana@example.com", Version: before})
	check(t, d, last, err, users.ErrStale)
}

// TestEditStoresWhatIsOff has a program switch off what was never on: it is stored, and told,
// once. A form, which always sends every key, changes nothing by it.
func TestEditStoresWhatIsOff(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "ana@example.com", users.RoleUser)
	last := d.Last(t)
	fields := users.Fields{Channels: map[string]bool{"email": true, "web_ui": false}}
	for _, exact := range []bool{false, true, true} {
		fields.Exact = exact
		u, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{Fields: fields})
		if _, stored := u.Channels["web_ui"]; err != nil || stored != exact {
			t.Errorf("exact %t: got %v, %v", exact, u.Channels, err)
		}
	}
	check(t, d, last, nil, nil, "owner@example.com user.edited ana@example.com [channel.web_ui:  → off]")
}
