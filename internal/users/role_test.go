package users_test

import (
	"errors"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

func TestChangeRole(t *testing.T) {
	t.Parallel()
	const by = "owner@example.com user.role_changed "
	tests := map[string]struct {
		target users.ID
		ask    users.RoleChange
		want   error
		trail  []string
	}{
		"promote": {"ana@example.com", users.RoleChange{Role: users.RoleOwner, Reason: "takes over"}, nil,
			[]string{by + `ana@example.com [role: user → owner] because "takes over"`, "owner@example.com session.ended ana@example.com [session: ses_* → role_changed]"}},
		"as the form's version":   {"ana@example.com", users.RoleChange{Role: users.RoleAdmin, Version: 2}, nil, []string{by + "ana@example.com [role: user → admin]", "owner@example.com session.ended ana@example.com [session: ses_* → role_changed]"}},
		"the role they have":      {"ana@example.com", users.RoleChange{Role: users.RoleUser, Reason: "none"}, nil, nil},
		"an invited person":       {"invited@example.com", users.RoleChange{Role: users.RoleOwner}, nil, []string{by + "invited@example.com [role: user → owner]"}},
		"a service user to admin": {"robot", users.RoleChange{Role: users.RoleAdmin}, nil, []string{by + "robot [role: user → admin]"}},
		"a system user":           {"platform", users.RoleChange{Role: users.RoleAdmin}, users.ErrForbidden, nil},
		"nobody":                  {"nobody", users.RoleChange{Role: users.RoleAdmin}, users.ErrNotFound, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			d.Person(t, "ana@example.com", users.RoleUser)
			d.Invited(t, "invited@example.com", users.RoleUser)
			d.ServiceUser(t, "robot", users.RoleUser)
			if _, err := d.AddSystemUser(t.Context(), users.Command(""), "platform"); err != nil {
				t.Fatal(err)
			}
			last := d.Last(t)
			u, err := d.ChangeRole(t.Context(), d.Owner, test.target, test.ask)
			check(t, d, last, err, test.want, test.trail...)
			if err == nil && u.Role != test.ask.Role {
				t.Errorf("got role %s, want %s", u.Role, test.ask.Role)
			}
		})
	}
}

// TestServiceUserIsNeverOwner gives a service user roles that it cannot have, as the operator.
func TestServiceUserIsNeverOwner(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleUser)
	last := d.Last(t)
	for _, role := range []users.Role{users.RoleOwner, "", "root"} {
		_, err := d.ChangeRole(t.Context(), users.Command(""), "robot", users.RoleChange{Role: role})
		checkMistakes(t, d, last, err, "role")
	}
}

// TestLastOwner carries out each act that would leave no active owner, where there are an invited and
// a deactivated owner.
func TestLastOwner(t *testing.T) {
	t.Parallel()
	command := users.Command("")
	tests := map[string]func(*testing.T, *userstest.Directory, users.Actor) error{
		"demote": func(t *testing.T, d *userstest.Directory, by users.Actor) error {
			_, err := d.ChangeRole(t.Context(), by, d.Owner.ID, users.RoleChange{Role: users.RoleUser})
			return err
		},
		"delete": func(t *testing.T, d *userstest.Directory, by users.Actor) error {
			return d.Delete(t.Context(), by, d.Owner.ID, users.Deletion{Confirm: string(d.Owner.ID)})
		},
		"deactivate": func(t *testing.T, d *userstest.Directory, by users.Actor) error {
			return d.Deactivate(t.Context(), command, d.Owner.ID, users.Departure{})
		},
		"reset their own sign-in": func(t *testing.T, d *userstest.Directory, by users.Actor) error {
			return d.ResetSignIn(t.Context(), d.Owner, d.Owner.ID, users.SignInReset{})
		},
	}
	for name, lose := range tests {
		for who, by := range map[string]*users.Actor{"by themselves": nil, "at the command line": &command} {
			t.Run(name+" "+who, func(t *testing.T) {
				t.Parallel()
				d := oneOwner(t)
				actor := d.Owner
				if by != nil {
					actor = *by
				}
				before, last := d.Must(t, d.Owner.ID), d.Last(t)
				check(t, d, last, lose(t, d, actor), users.ErrLastOwner)
				if after := d.Must(t, d.Owner.ID); after.Version != before.Version || after.Role != users.RoleOwner || after.Status != users.StatusActive {
					t.Errorf("got %+v after it was refused", after)
				}
				if all, err := d.Sessions(t.Context(), d.Owner, d.Owner.ID); err != nil || len(all) != 1 {
					t.Errorf("got %d sessions, %v; want the one there was", len(all), err)
				}
			})
		}
	}
}

// oneOwner returns a directory with one active owner, one who is invited and one
// who is deactivated.
func oneOwner(t *testing.T) *userstest.Directory {
	t.Helper()
	d := userstest.New(t)
	d.Invited(t, "invited@example.com", users.RoleOwner)
	d.Person(t, "gone@example.com", users.RoleOwner)
	if err := d.Deactivate(t.Context(), d.Owner, "gone@example.com", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestOwnerGoesWhileThereIsAnother carries out the same acts with a second active owner.
func TestOwnerGoesWhileThereIsAnother(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*testing.T, *userstest.Directory, users.Actor) error{
		"steps down": func(t *testing.T, d *userstest.Directory, second users.Actor) error {
			_, err := d.ChangeRole(t.Context(), second, second.ID, users.RoleChange{Role: users.RoleUser})
			return err
		},
		"deletes themselves": func(t *testing.T, d *userstest.Directory, second users.Actor) error {
			return d.Delete(t.Context(), second, second.ID, users.Deletion{Confirm: string(second.ID)})
		},
		"is demoted": func(t *testing.T, d *userstest.Directory, second users.Actor) error {
			_, err := d.ChangeRole(t.Context(), d.Owner, second.ID, users.RoleChange{Role: users.RoleAdmin})
			return err
		},
		"is deactivated": func(t *testing.T, d *userstest.Directory, second users.Actor) error {
			return d.Deactivate(t.Context(), d.Owner, second.ID, users.Departure{})
		},
		"resets their own sign-in": func(t *testing.T, d *userstest.Directory, second users.Actor) error {
			return d.ResetSignIn(t.Context(), second, second.ID, users.SignInReset{})
		},
	}
	for name, leave := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			second := d.Person(t, "second@example.com", users.RoleOwner)
			if err := leave(t, d, second); err != nil {
				t.Errorf("got error %v, want none", err)
			}
			owners, err := d.Directory.WhoCanHelp(t.Context())
			if err != nil || len(owners) != 1 || owners[0].ID != d.Owner.ID {
				t.Errorf("owners left: got %v, %v; want %s", owners, err, d.Owner.ID)
			}
		})
	}
}

func TestNobodyChangesTheirOwnRoleOrStatus(t *testing.T) {
	t.Parallel()
	for _, role := range users.Roles {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			actor := d.Person(t, "actor@example.com", role)
			last := d.Last(t)
			check(t, d, last, d.Deactivate(t.Context(), actor, actor.ID, users.Departure{}), users.ErrForbidden)
			check(t, d, last, d.Reactivate(t.Context(), actor, actor.ID, users.Reactivation{}), users.ErrForbidden)
			if role != users.RoleOwner {
				_, err := d.ChangeRole(t.Context(), actor, actor.ID, users.RoleChange{Role: users.RoleOwner})
				check(t, d, last, err, users.ErrForbidden)
			}
		})
	}
}

// TestFiftyDemotionsAtOnceLeaveAnOwner has each of two owners demote the other,
// themselves, and the operator both, all at the same time.
func TestFiftyDemotionsAtOnceLeaveAnOwner(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	second := d.Person(t, "second@example.com", users.RoleOwner)
	actors := []users.Actor{d.Owner, second, users.Command("")}
	targets := []users.ID{d.Owner.ID, second.ID}
	last := d.Last(t)
	errs := userstest.AtOnce(50, func(i int) error {
		if target := targets[i/3%2]; i%5 == 0 {
			return d.Delete(t.Context(), actors[i%3], target, users.Deletion{Confirm: string(target)})
		} else {
			_, err := d.ChangeRole(t.Context(), actors[i%3], target, users.RoleChange{Role: users.RoleUser})
			return err
		}
	})
	for _, err := range errs {
		if err != nil && !errors.Is(err, users.ErrLastOwner) && !errors.Is(err, users.ErrForbidden) && !errors.Is(err, users.ErrNoSession) && !errors.Is(err, users.ErrNotFound) {
			t.Errorf("got error %v, want an answer", err)
		}
	}
	owners, err := d.Directory.WhoCanHelp(t.Context())
	if err != nil || len(owners) != 1 {
		t.Fatalf("owners left: got %v, %v; want one", owners, err)
	}
	lost := 0
	for _, e := range d.Since(t, last) {
		if e.Target.Key == owners[0].Key {
			t.Errorf("the owner who is left has an event %s", e.Action)
		}
		if e.Action == users.ActionDeleted || e.Action == users.ActionRoleChanged && e.Changes[0].Old == "owner" {
			lost++
		}
	}
	if lost == 0 {
		t.Error("neither owner was lost")
	}
}

// TestDemotionsAtOnce has fifty goroutines demote the last two owners and
// nothing else.
func TestDemotionsAtOnce(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	second := d.Person(t, "second@example.com", users.RoleOwner)
	targets := []users.ID{d.Owner.ID, second.ID}
	last := d.Last(t)
	errs := userstest.AtOnce(50, func(i int) error {
		_, err := d.ChangeRole(t.Context(), users.Command(""), targets[i%2], users.RoleChange{Role: users.RoleAdmin})
		return err
	})
	refused := 0
	for _, err := range errs {
		if errors.Is(err, users.ErrLastOwner) {
			refused++
		} else if err != nil {
			t.Errorf("got error %v, want none or %v", err, users.ErrLastOwner)
		}
	}
	events := d.Since(t, last)
	if owners, err := d.Directory.WhoCanHelp(t.Context()); err != nil || len(owners) != 1 || refused != 25 || len(events) != 2 {
		t.Errorf("got owners %v, %v, %d refusals and %d events; want one owner, 25, and 2: a role and a session", owners, err, refused, len(events))
	}
}
