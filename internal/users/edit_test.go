package users_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

func TestEdit(t *testing.T) {
	t.Parallel()
	const by = "owner@example.com user.edited ana@example.com "
	tests := map[string]struct {
		edit  users.Edit
		want  error
		trail []string
	}{
		"rename":             {users.Edit{Fields: users.Fields{Name: new(" Anna ")}, Reason: "typo"}, nil, []string{by + `[name: Ana → Anna] because "typo"`}},
		"take the name away": {users.Edit{Fields: users.Fields{Name: new("")}}, nil, []string{by + "[name: Ana →]"}},
		"everything":         {users.Edit{Fields: users.Fields{Name: new("A"), PictureURL: new("https://e.example/a"), Channels: map[string]bool{"email": false, "web_ui": true}, Types: map[string]bool{"comment_mention": false}}}, nil, []string{by + "[name: Ana → A, picture_url:  → https://e.example/a, channel.email: on → off, channel.web_ui: off → on, type.comment_mention: on → off]"}},
		"nothing":            {users.Edit{Reason: "none"}, nil, nil},
		"the same again":     {users.Edit{Fields: users.Fields{Name: new("Ana"), PictureURL: new(""), Channels: map[string]bool{"email": true}}}, nil, nil},
		"off, never stored":  {users.Edit{Fields: users.Fields{Channels: map[string]bool{"web_ui": false}}}, nil, nil},
		"the form's version": {users.Edit{Fields: users.Fields{Name: new("B")}, Version: 2}, nil, []string{by + "[name: Ana → B]"}},
		"a later version":    {users.Edit{Fields: users.Fields{Name: new("B")}, Version: 3}, users.ErrStale, nil},
		"a version below 0":  {users.Edit{Fields: users.Fields{Name: new("B")}, Version: -1}, users.ErrStale, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			before := d.Must(t, d.Person(t, "ana@example.com", users.RoleUser).ID)
			last := d.Last(t)
			d.Clock.Advance(time.Hour)
			after, err := d.Edit(t.Context(), d.Owner, before.ID, test.edit)
			check(t, d, last, err, test.want, test.trail...)
			if err == nil {
				checkStored(t, d, after)
			}
			want := before.Version
			if test.trail != nil {
				want++
			}
			if got := d.Must(t, before.ID); got.Version != want || got.UpdatedAt.After(before.UpdatedAt) != (test.trail != nil) {
				t.Errorf("got version %d of %v, want %d", got.Version, got.UpdatedAt, want)
			}
		})
	}
}

// checkStored checks that a user who was returned is as stored.
func checkStored(t *testing.T, d *userstest.Directory, returned users.User) {
	t.Helper()
	if diff := cmp.Diff(d.Must(t, returned.ID), returned, cmpopts.IgnoreUnexported(users.User{})); diff != "" {
		t.Errorf("returned is not what is stored (-stored +returned):\n%s", diff)
	}
}

func TestEditOfNobody(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	last := d.Last(t)
	_, err := d.Edit(t.Context(), d.Owner, "nobody@example.com", users.Edit{})
	check(t, d, last, err, users.ErrNotFound)
}

func TestEditServiceUser(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	robot := d.ServiceUser(t, "robot", users.RoleUser)
	d.Person(t, "bob@example.com", users.RoleUser)
	last := d.Last(t)
	u, err := d.Edit(t.Context(), d.Owner, robot.ID, users.Edit{
		Service: &users.ServiceFields{Purpose: "Ingests", Responsible: "bob@example.com", ReviewOn: ""}})
	check(t, d, last, err, nil, "owner@example.com user.edited robot [purpose: Tests → Ingests, responsible: owner@example.com → bob@example.com, review_on: 2027-05-01 →]")
	if u.Responsible != d.Must(t, "bob@example.com").Ref() {
		t.Errorf("got responsible %+v", u.Responsible)
	}
}

// TestOldValuesStay edits a service user whose review date has passed and whose
// purpose the rules of today refuse: what is not touched is not looked at.
func TestOldValuesStay(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	robot := d.ServiceUser(t, "robot", users.RoleUser)
	d.Clock.Advance(365 * 24 * time.Hour)
	d.Owner = d.SignedIn(t, string(d.Owner.ID)).Actor("", "", "")
	last := d.Last(t)
	_, err := d.Edit(t.Context(), d.Owner, robot.ID, users.Edit{Fields: users.Fields{Name: new("R")},
		Service: &users.ServiceFields{Purpose: robot.Purpose, Responsible: "owner@example.com", ReviewOn: string(robot.ReviewOn)}})
	check(t, d, last, err, nil, "owner@example.com user.edited robot [name: Robot robot → R]")
}

func TestEditProfile(t *testing.T) {
	t.Parallel()
	for _, role := range users.Roles {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			ana := d.Person(t, "ana@example.com", role)
			last := d.Last(t)
			u, err := d.EditProfile(t.Context(), ana, users.ProfileEdit{
				Fields:   users.Fields{Name: new("Anna"), Channels: map[string]bool{"web_ui": true}},
				TimeZone: new("Europe/Zurich"), Version: 2})
			check(t, d, last, err, nil, "ana@example.com user.edited ana@example.com [name: Ana → Anna, time_zone: UTC → Europe/Zurich, channel.web_ui: off → on]")
			if u.TimeZone != "Europe/Zurich" || u.Role != role {
				t.Errorf("got %+v", u)
			}
		})
	}
}

// TestEditProfileIsOfTheActor calls the actor by another's user_id.
func TestEditProfileIsOfTheActor(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	d.Person(t, "bob@example.com", users.RoleUser)
	last := d.Last(t)
	for _, id := range []users.ID{"bob@example.com", "nobody@example.com", ""} {
		ana.ID = id
		_, err := d.EditProfile(t.Context(), ana, users.ProfileEdit{Fields: users.Fields{Name: new("X")}})
		check(t, d, last, err, users.ErrForbidden)
	}
}

// TestUnknownKeysAreKept stores notification settings that a later console might
// know, and saves as today's does.
func TestUnknownKeysAreKept(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	err := d.DB.Transact(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `UPDATE users SET channels = '{"email": true, "pager": true}', types = '{"rumour": false}' WHERE user_id = 'ana@example.com'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	saves := map[string]func() error{
		"profile": func() error {
			_, err := d.EditProfile(t.Context(), ana, users.ProfileEdit{Fields: users.Fields{Name: new("A"), Channels: map[string]bool{"email": false}}})
			return err
		},
		"edit": func() error {
			_, err := d.Edit(t.Context(), d.Owner, ana.ID, users.Edit{Fields: users.Fields{Name: new("B"), Types: map[string]bool{"comment_mention": true}}})
			return err
		},
		"role": func() error {
			_, err := d.ChangeRole(t.Context(), d.Owner, ana.ID, users.RoleChange{Role: users.RoleAuditor})
			return err
		},
		"status": func() error { return d.Deactivate(t.Context(), d.Owner, ana.ID, users.Departure{}) },
	}
	for _, name := range []string{"profile", "edit", "role", "status"} {
		if err := saves[name](); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	u := d.Must(t, ana.ID)
	if diff := cmp.Diff(map[string]bool{"email": false, "pager": true}, u.Channels); diff != "" {
		t.Errorf("channels (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]bool{"comment_mention": true, "rumour": false}, u.Types); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
}

// TestUsersShareNoMaps changes what a read returned.
func TestUsersShareNoMaps(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	asked := map[string]bool{"email": false}
	u, err := d.AddPerson(t.Context(), d.Owner, users.NewPerson{ID: "ana@example.com", Channels: asked})
	if err != nil {
		t.Fatal(err)
	}
	u.Channels["email"] = true
	if asked["email"] || d.Must(t, u.ID).Channels["email"] {
		t.Error("a change of the returned user changed another")
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

// TestEditStoresWhatIsOff has a program switch off what was never on: it is stored, with one
// event. A form, which always sends every key, changes nothing by it.
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
