package users_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// An action is a write of the Service on a user.
type action struct {
	act users.Act
	do  func(context.Context, *userstest.Directory, users.Actor, users.ID) error
}

// actions are all writes on a user.
var actions = map[string]action{
	"Edit": {users.ActEdit, func(ctx context.Context, d *userstest.Directory, a users.Actor, id users.ID) error {
		_, err := d.Edit(ctx, a, id, users.Edit{Fields: users.Fields{Name: new("Edited")}})
		return err
	}},
	"ChangeRole": {users.ActChangeRole, func(ctx context.Context, d *userstest.Directory, a users.Actor, id users.ID) error {
		_, err := d.ChangeRole(ctx, a, id, users.RoleChange{Role: users.RoleAuditor})
		return err
	}},
	"Deactivate": {users.ActDeactivate, func(ctx context.Context, d *userstest.Directory, a users.Actor, id users.ID) error {
		return d.Deactivate(ctx, a, id, users.Departure{})
	}},
	"Reactivate": {users.ActReactivate, func(ctx context.Context, d *userstest.Directory, a users.Actor, id users.ID) error {
		return d.Reactivate(ctx, a, id, users.Reactivation{})
	}},
	"Delete": {users.ActDelete, func(ctx context.Context, d *userstest.Directory, a users.Actor, id users.ID) error {
		return d.Delete(ctx, a, id, users.Deletion{Confirm: string(id)})
	}},
	"EndSession": {users.ActEndSessions, func(ctx context.Context, d *userstest.Directory, a users.Actor, id users.ID) error {
		if err := d.EndSession(ctx, a, id, "ses_none", ""); !errors.Is(err, users.ErrNotFound) {
			return err
		}
		return nil
	}},
	"EndSessions": {users.ActEndSessions, func(ctx context.Context, d *userstest.Directory, a users.Actor, id users.ID) error {
		_, err := d.EndSessions(ctx, a, id, "")
		return err
	}},
	"ResetSignIn": {users.ActResetSignIn, func(ctx context.Context, d *userstest.Directory, a users.Actor, id users.ID) error {
		return d.ResetSignIn(ctx, a, id, users.SignInReset{})
	}},
	"MarkReviewed": {users.ActReview, func(ctx context.Context, d *userstest.Directory, a users.Actor, id users.ID) error {
		_, err := d.MarkReviewed(ctx, a, id, users.Review{On: "2028-02-29"})
		return err
	}},
}

// populate fills a directory with a user for each target, and returns the actor and the user_ids of
// the targets by name.
func populate(t *testing.T, d *userstest.Directory, role users.Role) (users.Actor, map[string]users.ID) {
	t.Helper()
	actor := d.Person(t, "actor@example.com", role)
	cast := map[string]users.ID{"self": actor.ID}
	for _, other := range users.Roles {
		cast[string(other)] = d.Person(t, "other-"+string(other)+"@example.com", other).ID
	}
	for name, role := range map[string]users.Role{"service": "user", "service-auditor": "auditor", "service-admin": "admin",
		"theirs": "user", "theirs-admin": "admin"} {
		cast[name] = d.ServiceUser(t, name, role).ID
		if strings.HasPrefix(name, "theirs") {
			_, err := d.Edit(t.Context(), d.Owner, cast[name], users.Edit{Service: &users.ServiceFields{Purpose: "Tests", Responsible: string(actor.ID)}})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	system, err := d.AddSystemUser(t.Context(), users.Command(""), "platform")
	if err != nil {
		t.Fatal(err)
	}
	cast["system"] = system.ID
	return actor, cast
}

// TestWritesFollowThePermissions carries out each action by each role on each kind of user: it
// succeeds, or it is refused and changes neither record nor history.
func TestWritesFollowThePermissions(t *testing.T) {
	t.Parallel()
	for name, action := range actions {
		for _, role := range users.Roles {
			t.Run(name+" by "+string(role), func(t *testing.T) {
				t.Parallel()
				d := userstest.New(t)
				actor, cast := populate(t, d, role)
				others := slices.DeleteFunc(slices.Sorted(maps.Keys(cast)), func(s string) bool { return s == "self" })
				for _, target := range append(others, "self") {
					before, last := d.Must(t, cast[target]), d.Last(t)
					err := action.do(t.Context(), d, actor, cast[target])
					if isAllowed(action.act, role, target) {
						if err != nil {
							t.Errorf("on %s: got error %v, want none", target, err)
						}
						continue
					}
					check(t, d, last, err, users.ErrForbidden)
					if diff := cmp.Diff(before, d.Must(t, cast[target]), cmpopts.IgnoreUnexported(users.User{})); diff != "" {
						t.Errorf("%s was changed by a refused act (-before +after):\n%s", target, diff)
					}
				}
			})
		}
	}
}

// TestRefusal_enumeration carries out each action by a user who may not see the directory: the
// refusal is the same whether or not the target exists, and of any kind.
func TestRefusal_enumeration(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	actor, cast := populate(t, d, users.RoleUser)
	reads := map[string]action{
		"User": {users.ActSee, func(ctx context.Context, d *userstest.Directory, a users.Actor, id users.ID) error {
			_, err := d.User(ctx, a, id)
			return err
		}},
		"Events": {users.ActSee, func(ctx context.Context, d *userstest.Directory, a users.Actor, id users.ID) error {
			_, err := d.History.Events(ctx, a, history.Query{Target: id})
			return err
		}},
	}
	maps.Copy(reads, actions)
	for name, action := range reads {
		missing, _ := errors.AsType[*users.ForbiddenError](action.do(t.Context(), d, actor, "nobody@example.com"))
		for _, target := range strings.Fields(people + " system " + services) {
			got, _ := errors.AsType[*users.ForbiddenError](action.do(t.Context(), d, actor, cast[target]))
			if diff := cmp.Diff(missing, got); diff != "" || got == nil {
				t.Errorf("%s of %s (-answer without the target +answer):\n%s", name, target, diff)
			}
		}
	}
}

// looks are all reads that are not of one user.
var looks = map[string]action{
	"Users": {users.ActSeeDirectory, func(ctx context.Context, d *userstest.Directory, a users.Actor, _ users.ID) error {
		_, err := d.Directory.Users(ctx, a, directory.Query{})
		return err
	}},
	"Export": {users.ActExport, func(ctx context.Context, d *userstest.Directory, a users.Actor, _ users.ID) error {
		return d.Directory.Export(ctx, a, directory.Query{}, userstest.CSV, new(userstest.Sink))
	}},
	"Batch": {users.ActSeeAudit, func(ctx context.Context, d *userstest.Directory, a users.Actor, _ users.ID) error {
		if _, _, _, err := d.BatchItems(ctx, a, users.Batch{}, users.BatchPart{}); err != nil {
			return err
		}
		if _, err := d.Batches(ctx, a, users.BatchPage{}, 10); err != nil {
			return err
		}
		if _, err := d.Batch(ctx, a, "bat_none"); !errors.Is(err, users.ErrNotFound) {
			return err
		}
		return nil
	}},
	"PrepareBatch": {users.ActBatch, func(ctx context.Context, d *userstest.Directory, a users.Actor, _ users.ID) error {
		_, err := d.PrepareBatch(ctx, a, users.BatchInput{Act: users.BatchDeactivate}, []users.Frozen{{Key: "usr_none"}})
		return err
	}},
	"Counts": {users.ActSeeDirectory, func(ctx context.Context, d *userstest.Directory, a users.Actor, _ users.ID) error {
		_, err := d.Directory.Counts(ctx, a)
		return err
	}},
	"RefusedSignIns": {users.ActSeeDirectory, func(ctx context.Context, d *userstest.Directory, a users.Actor, _ users.ID) error {
		_, err := d.History.RefusedSignIns(ctx, a, "x@example.com")
		return err
	}},
	"Events": {users.ActSeeAudit, func(ctx context.Context, d *userstest.Directory, a users.Actor, _ users.ID) error {
		_, err := d.History.Events(ctx, a, history.Query{})
		return err
	}},
	"Events about someone": {users.ActSeeAudit, func(ctx context.Context, d *userstest.Directory, a users.Actor, _ users.ID) error {
		_, err := d.History.Events(ctx, a, history.Query{About: a.ID, Target: a.ID})
		return err
	}},
	"Event": {users.ActSeeAudit, func(ctx context.Context, d *userstest.Directory, a users.Actor, _ users.ID) error {
		_, err := d.History.Event(ctx, a, 1)
		return err
	}},
	"SavedViews": {users.ActSaveView, func(ctx context.Context, d *userstest.Directory, a users.Actor, _ users.ID) error {
		_, err := d.SavedViews(ctx, a)
		return err
	}},
	"FindPeople": {users.ActCreateService, func(ctx context.Context, d *userstest.Directory, a users.Actor, _ users.ID) error {
		_, err := d.Directory.FindPeople(ctx, a, "", 10)
		return err
	}},
}

// TestReadsFollowThePermissions carries out each read by each role.
func TestReadsFollowThePermissions(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for _, role := range users.Roles {
		actor := d.Person(t, "actor-"+string(role)+"@example.com", role)
		for name, read := range looks {
			var want error
			if !isAllowed(read.act, role, "none") {
				want = users.ErrForbidden
			}
			if err := read.do(t.Context(), d, actor, ""); !errors.Is(err, want) {
				t.Errorf("%s by %s: got error %v, want %v", name, role, err, want)
			}
		}
	}
}
