package users_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// grace is how long deleted users can be restored in these tests.
const grace = 30 * 24 * time.Hour

// withGrace returns a directory with a grace and an admin, Ana, who is responsible for robot-1 and
// robot-2, has a token and a saved view.
func withGrace(t *testing.T) (d *userstest.Directory, ana users.Actor, secret string) {
	t.Helper()
	d = userstest.NewAt(t, databasetest.URL(t), users.Config{DeletionGrace: grace, Signup: users.SignupOpen})
	ana = d.Person(t, "ana@example.com", users.RoleAdmin)
	d.Person(t, "bob@example.com", users.RoleUser)
	for _, id := range []string{"robot-1", "robot-2"} {
		d.ServiceUser(t, id, users.RoleUser)
		if _, err := d.Edit(t.Context(), d.Owner, users.ID(id), users.Edit{Service: &users.ServiceFields{Purpose: "Tests", Responsible: "ana@example.com"}}); err != nil {
			t.Fatal(err)
		}
	}
	_, secret = d.Issued(t, ana.ID)
	if _, err := d.SaveView(t.Context(), ana, users.NewView{Name: "Admins", Query: "role=admin"}); err != nil {
		t.Fatal(err)
	}
	d.Settle()
	return d, ana, secret
}

// deleted deletes a user and fails the test if that is refused.
func deleted(t *testing.T, d *userstest.Directory, id users.ID, handOver string) {
	t.Helper()
	if err := d.Delete(t.Context(), d.Owner, id, users.Deletion{Confirm: string(id), HandOver: handOver}); err != nil {
		t.Fatal(err)
	}
}

// refusedAs fails the test unless a sign-in of the person is refused for that reason.
func refusedAs(t *testing.T, d *userstest.Directory, id, secret string, want users.Refusal) {
	t.Helper()
	_, err := d.SignIn(t.Context(), userstest.Claims(id), userstest.Visit(secret))
	if refused, _ := errors.AsType[*users.RefusedError](err); refused == nil || refused.Reason != want {
		t.Errorf("sign-in of %s: got error %v, want refused as %s", id, err, want)
	}
}

func TestRestore(t *testing.T) {
	t.Parallel()
	d, ana, secret := withGrace(t)
	before, services := d.Must(t, ana.ID), []users.User{d.Must(t, "robot-1"), d.Must(t, "robot-2")}
	last := d.Last(t)
	deleted(t, d, ana.ID, "bob@example.com")
	if _, err := d.Authenticate(t.Context(), secret, users.Program("r", "192.0.2.9", "x", "")); !errors.Is(err, users.ErrNoToken) {
		t.Errorf("the token of a deleted user: got error %v, want %v", err, users.ErrNoToken)
	}
	d.Clock.Advance(grace - time.Hour)
	refusedAs(t, d, "ana@example.com", "meanwhile", users.RefusedDeleted)
	tidyAgain(t, d)
	deletion := d.Since(t, last)[3]
	last = d.Last(t)
	u, err := d.Restore(t.Context(), d.Owner, ana.Key, users.Restoration{Reason: "came back"})
	check(t, d, last, err, nil,
		`owner@example.com user.restored ana@example.com [name:  → Ana, role:  → admin, time_zone:  → UTC, channel.email: off → on, type.comment_mention: off → on] because "came back"`,
		"owner@example.com user.handed_over robot-1 [responsible: bob@example.com → ana@example.com]",
		"owner@example.com user.handed_over robot-2 [responsible: bob@example.com → ana@example.com]")
	if got := d.Since(t, last)[0].Undoes; got != deletion.Seq || deletion.Action != users.ActionDeleted {
		t.Errorf("the restoration undoes the event %d, want the deletion %d", got, deletion.Seq)
	}
	same := cmp.Options{cmpopts.IgnoreFields(users.User{}, "Version", "UpdatedAt"), cmp.AllowUnexported(users.User{}), cmpopts.EquateComparable(users.Ref{})}
	if diff := cmp.Diff(before, d.Must(t, ana.ID), same); diff != "" || u.Version != before.Version+1 {
		t.Errorf("restored with version %d (-before +after):\n%s", u.Version, diff)
	}
	for _, service := range services {
		if got := d.Must(t, service.ID).Responsible; got.Key != ana.Key {
			t.Errorf("%s: the responsible person is %s, want Ana", service.ID, got.ID)
		}
	}
	d.With(t, secret)
	d.SignedIn(t, "ana@example.com")
	if all, err := d.OwnViews(t.Context(), ana); err != nil || len(all) != 1 {
		t.Errorf("got %d saved views, %v", len(all), err)
	}
	consistent(t, d)
}

func TestRestore_afterOthersCame(t *testing.T) {
	t.Parallel()
	d, ana, _ := withGrace(t)
	deleted(t, d, ana.ID, "bob@example.com")
	d.Invited(t, "ana@example.com", users.RoleUser)
	deleted(t, d, "robot-1", "")
	if _, err := d.Edit(t.Context(), d.Owner, "robot-2", users.Edit{Service: &users.ServiceFields{Purpose: "Tests", Responsible: "owner@example.com"}}); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, d, "ana@example.com", "invited again", users.RefusedDeleted)
	plan, err := d.RestorePlan(t.Context(), d.Owner, ana.Key)
	if err != nil || plan.Taken.ID != "ana@example.com" || len(plan.ResponsibleFor) != 0 || plan.Left != 2 || len(plan.Identities) != 1 {
		t.Errorf("got the plan %+v, %v", plan, err)
	}
	last := d.Last(t)
	_, err = d.Restore(t.Context(), d.Owner, ana.Key, users.Restoration{})
	checkMistakes(t, d, last, err, "user_id")
	u, err := d.Restore(t.Context(), d.Owner, ana.Key, users.Restoration{ID: "ana.kovac@example.com"})
	check(t, d, last, err, nil,
		"owner@example.com user.restored ana.kovac@example.com [user_id: ana@example.com → ana.kovac@example.com, name:  → Ana, role:  → admin, time_zone:  → UTC, channel.email: off → on, type.comment_mention: off → on]")
	if u.Key != ana.Key {
		t.Errorf("restored %s, want %s", u.Key, ana.Key)
	}
	refusedAs(t, d, "ana@example.com", "the address of another user", users.RefusedOtherUser)
	consistent(t, d)
}

func TestRestore_permissions(t *testing.T) {
	t.Parallel()
	d, ana, _ := withGrace(t)
	admin, auditor := d.Person(t, "admin@example.com", users.RoleAdmin), d.Person(t, "auditor@example.com", users.RoleAuditor)
	bob := d.Must(t, "bob@example.com")
	deleted(t, d, ana.ID, "")
	deleted(t, d, bob.ID, "")
	last := d.Last(t)
	for who, err := range map[string]error{
		"an admin restores an admin": second(d.Restore(t.Context(), admin, ana.Key, users.Restoration{})),
		"an auditor restores":        second(d.Restore(t.Context(), auditor, bob.Key, users.Restoration{})),
		"an admin ends an admin's":   d.Purge(t.Context(), admin, ana.Key, users.Purging{Confirm: "ana@example.com"}),
		"an auditor ends":            d.Purge(t.Context(), auditor, bob.Key, users.Purging{Confirm: "bob@example.com"}),
	} {
		if !errors.Is(err, users.ErrForbidden) {
			t.Errorf("%s: got error %v", who, err)
		}
	}
	if got := d.Trail(t, last); len(got) > 0 {
		t.Errorf("refused, and recorded %v", got)
	}
	if _, err := d.Restore(t.Context(), admin, bob.Key, users.Restoration{}); err != nil {
		t.Error(err)
	}
	if _, err := d.Restore(t.Context(), admin, bob.Key, users.Restoration{}); !errors.Is(err, users.ErrNotFound) {
		t.Errorf("restored twice: got error %v", err)
	}
	if all, _, err := d.DeletedUsers(t.Context(), auditor, ""); err != nil || len(all) != 1 || all[0].Key != ana.Key || all[0].By.ID != "owner@example.com" {
		t.Errorf("got the deleted users %+v, %v", all, err)
	}
}
