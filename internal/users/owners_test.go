package users_test

import (
	"errors"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

const asOwner = " [role:  → owner, time_zone:  → UTC, channel.email: off → on, type.comment_mention: off → on]"

// TestEnsureOwners adds the first owners of a new database, and changes nothing in one in use.
func TestEnsureOwners(t *testing.T) {
	t.Parallel()
	d := userstest.NewEmpty(t)
	if has, err := d.HasOwner(t.Context()); has || err != nil {
		t.Errorf("HasOwner of an empty directory: got %v, %v", has, err)
	}
	if err := d.EnsureOwners(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	err := d.EnsureOwners(t.Context(), []string{"Ana@example.com", "bob@example.com", "ANA@example.com"})
	check(t, d, 0, err, nil, "operator user.created ana@example.com"+asOwner, "operator user.created bob@example.com"+asOwner)
	if has, err := d.HasOwner(t.Context()); !has || err != nil {
		t.Errorf("HasOwner: got %v, %v", has, err)
	}
	err = d.EnsureOwners(t.Context(), []string{"late@example.com"})
	check(t, d, 2, err, nil) // there are owners already
}

// TestEnsureOwners_known names people who are in the directory already, while it has no owner.
func TestEnsureOwners_known(t *testing.T) {
	t.Parallel()
	d := userstest.NewEmpty(t)
	operator := users.Command("")
	for _, id := range []string{"ana@example.com", "gone@example.com"} {
		if _, err := d.AddPerson(t.Context(), operator, users.NewPerson{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := d.CreateServiceUser(t.Context(), operator, users.NewServiceUser{NewPerson: users.NewPerson{ID: "robot@example.com"}})
	if err := errors.Join(err, d.Deactivate(t.Context(), operator, "gone@example.com", users.Departure{})); err != nil {
		t.Fatal(err)
	}
	d.SignedIn(t, "ana@example.com")
	last := d.Last(t)
	err = d.EnsureOwners(t.Context(), []string{"ana@example.com", "gone@example.com", "robot@example.com", "x"})
	checkMistakes(t, d, last, err, "owners", "owners", "owners")
	err = d.EnsureOwners(t.Context(), []string{"ana@example.com"})
	check(t, d, last, err, nil, "operator user.role_changed ana@example.com [role: user → owner]",
		"operator session.ended ana@example.com [session: ses_* → role_changed]")
}

func TestWhoCanHelp(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Invited(t, "aaron@example.com", users.RoleOwner)
	d.Person(t, "admin@example.com", users.RoleAdmin)
	for _, id := range []string{"carla@example.com", "bea@example.com", "dora@example.com"} {
		d.Person(t, id, users.RoleOwner)
	}
	got, err := d.Directory.WhoCanHelp(t.Context())
	if err != nil || len(got) != 3 || got[0].Label() != "Bea" || got[1].Label() != "Carla" || got[2].Label() != "Dora" {
		t.Errorf("got %v, %v; want three active owners by name", got, err)
	}
}

// TestActorIsReadAgain acts as a user who was demoted, deactivated or deleted since the request came
// in.
func TestActorIsReadAgain(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		lose func(*testing.T, *userstest.Directory) error
		want error
	}{
		"demoted": {func(t *testing.T, d *userstest.Directory) error {
			_, err := d.ChangeRole(t.Context(), d.Owner, "admin@example.com", users.RoleChange{Role: users.RoleAuditor})
			return err
		}, users.ErrForbidden},
		"deactivated": {func(t *testing.T, d *userstest.Directory) error {
			return d.Deactivate(t.Context(), d.Owner, "admin@example.com", users.Departure{})
		}, users.ErrNoSession},
		"deleted": {func(t *testing.T, d *userstest.Directory) error {
			return d.Delete(t.Context(), d.Owner, "admin@example.com", users.Deletion{Confirm: "admin@example.com"})
		}, users.ErrNoSession},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			admin := d.Person(t, "admin@example.com", users.RoleAdmin)
			d.Person(t, "ana@example.com", users.RoleUser)
			if err := test.lose(t, d); err != nil {
				t.Fatal(err)
			}
			for name, action := range actions {
				last := d.Last(t)
				if action.act != users.ActReview {
					t.Log(name)
					check(t, d, last, action.do(t.Context(), d, admin, "ana@example.com"), test.want)
				}
			}
		})
	}
}
