package users_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// A randomAct changes something, or nothing.
type randomAct func(t *testing.T, d *userstest.Directory, ana users.Actor, r *rand.Rand)

// pickOf returns one of some values.
func pickOf[T any](r *rand.Rand, all ...T) T { return all[r.IntN(len(all))] }

// acted returns the act of the owner on one of some users. An act that the rules refuse changes
// nothing.
func acted(do func(d *userstest.Directory, id users.ID, r *rand.Rand) error, ids ...users.ID) randomAct {
	return func(_ *testing.T, d *userstest.Directory, _ users.Actor, r *rand.Rand) {
		_ = do(d, pickOf(r, ids...), r)
	}
}

// randomActs are what the property test does.
func randomActs(t *testing.T) []randomAct {
	ctx, people, robots := t.Context(), []users.ID{"ana@example.com", "bob@example.com"}, []users.ID{"robot-1", "robot-2"}
	return []randomAct{
		acted(func(d *userstest.Directory, id users.ID, r *rand.Rand) error {
			name := pickOf(r, "", "A", "B", "C")
			_, err := d.Edit(ctx, d.Owner, id, users.Edit{Fields: users.Fields{Name: &name, Channels: map[string]bool{"email": r.IntN(2) == 0}}})
			return err
		}, append(people, robots...)...),
		acted(func(d *userstest.Directory, id users.ID, r *rand.Rand) error {
			labels, note, department := pickOf(r, "", "a", "a,b", "b,c"), pickOf(r, "", "one\ntwo"), pickOf(r, "", "Mapping")
			_, err := d.Edit(ctx, d.Owner, id, users.Edit{OrgFields: users.OrgFields{Labels: &labels, Note: &note, Department: &department}})
			return err
		}, append(people, robots...)...),
		acted(func(d *userstest.Directory, id users.ID, r *rand.Rand) error {
			manager := pickOf(r, "", "owner@example.com", "bob@example.com")
			_, err := d.Edit(ctx, d.Owner, id, users.Edit{OrgFields: users.OrgFields{Manager: &manager}})
			return err
		}, people...),
		acted(func(d *userstest.Directory, id users.ID, r *rand.Rand) error {
			_, err := d.Edit(ctx, d.Owner, id, users.Edit{Service: &users.ServiceFields{Purpose: pickOf(r, "P", "Q"), Responsible: string(pickOf(r, people...)), ReviewOn: pickOf(r, "", "2027-05-05")}})
			return err
		}, robots...),
	}
}

// randomStatusActs are those of randomActs that do not edit a record.
func randomStatusActs(t *testing.T) []randomAct {
	ctx, people, robots := t.Context(), []users.ID{"ana@example.com", "bob@example.com"}, []users.ID{"robot-1", "robot-2"}
	return []randomAct{
		acted(func(d *userstest.Directory, id users.ID, r *rand.Rand) error {
			_, err := d.ChangeRole(ctx, d.Owner, id, users.RoleChange{Role: pickOf(r, users.RoleUser, users.RoleAuditor, users.RoleAdmin)})
			return err
		}, append(people, robots...)...),
		acted(func(d *userstest.Directory, id users.ID, r *rand.Rand) error {
			return d.Deactivate(ctx, d.Owner, id, users.Departure{HandOver: pickOf(r, "", "bob@example.com", "owner@example.com")})
		}, append(people, robots...)...),
		acted(func(d *userstest.Directory, id users.ID, r *rand.Rand) error {
			return d.Reactivate(ctx, d.Owner, id, users.Reactivation{BringBackTokens: r.IntN(2) == 0})
		}, append(people, robots...)...),
		acted(func(d *userstest.Directory, id users.ID, r *rand.Rand) error {
			_, err := d.MarkReviewed(ctx, d.Owner, id, users.Review{On: pickOf(r, "", "2027-02-02")})
			return err
		}, robots...),
		func(_ *testing.T, d *userstest.Directory, ana users.Actor, r *rand.Rand) {
			zone := pickOf(r, "UTC", "Europe/Zurich")
			_, _ = d.EditProfile(ctx, ana, users.ProfileEdit{TimeZone: &zone, Fields: users.Fields{Types: map[string]bool{"comment_mention": r.IntN(2) == 0}}})
		},
		randomView,
	}
}

// randomView saves, edits or deletes a view of the owner.
func randomView(t *testing.T, d *userstest.Directory, _ users.Actor, r *rand.Rand) {
	all, err := d.OwnViews(t.Context(), d.Owner)
	if err != nil {
		t.Fatal(err)
	}
	n := users.NewView{Name: pickOf(r, "One", "Two", "Three"), Query: pickOf(r, "q=a", "q=b"), Shared: r.IntN(2) == 0}
	switch {
	case len(all) == 0 || r.IntN(3) == 0:
		_, _ = d.SaveView(t.Context(), d.Owner, n)
	case r.IntN(2) == 0:
		_, _ = d.EditView(t.Context(), d.Owner, pickOf(r, all...).ID, n)
	default:
		_, _ = d.DeleteView(t.Context(), d.Owner, pickOf(r, all...).ID)
	}
}

// stateOf returns what undoing everything has to restore: records, responsibilities and views.
func stateOf(t *testing.T, d *userstest.Directory) (all []string) {
	t.Helper()
	for _, id := range []users.ID{"ana@example.com", "bob@example.com", "robot-1", "robot-2"} {
		u := d.Must(t, id)
		u.Version, u.UpdatedAt, u.SeenAt = 0, time.Time{}, time.Time{}
		u.Responsible.Name, u.Manager.Name = "", ""
		for key, on := range u.Channels { // an absent key is off
			if !on {
				delete(u.Channels, key)
			}
		}
		for key, on := range u.Types {
			if !on {
				delete(u.Types, key)
			}
		}
		all = append(all, fmt.Sprintf("%+v", u))
	}
	saved, err := d.OwnViews(t.Context(), d.Owner)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, v := range saved {
		lines = append(lines, fmt.Sprint("view ", v.Name, v.Query, v.Shared))
	}
	slices.Sort(lines)
	return append(all, lines...)
}

// TestUndoEverything does random acts, undoes them in reverse, and then undoes that: the records,
// responsibilities and views are as they were before, and then as they were after the acts.
func TestUndoEverything(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			d, ana := withRobots(t)
			r := rand.New(rand.NewPCG(seed, 1))
			acts, begun, first := slices.Concat(randomActs(t), randomStatusActs(t)), d.Last(t), stateOf(t, d)
			for range 25 {
				d.Clock.Advance(time.Second)
				acts[r.IntN(len(acts))](t, d, ana, r)
			}
			done, last := stateOf(t, d), d.Last(t)
			if n := len(d.Since(t, begun)); n < 10 || cmp.Equal(first, done) {
				t.Fatalf("the acts changed nothing lasting, with %d events", n)
			}
			undoSince(t, d, ana, begun)
			if diff := cmp.Diff(first, stateOf(t, d)); diff != "" {
				t.Fatalf("after undoing all (-want +got):\n%s\n%q", diff, d.Trail(t, begun))
			}
			undoSince(t, d, ana, last)
			if diff := cmp.Diff(done, stateOf(t, d)); diff != "" {
				t.Fatalf("after undoing that (-want +got):\n%s\n%q", diff, d.Trail(t, begun))
			}
		})
	}
}

// undoSince undoes the acts after an event, the last one first, each by its first event. Ana
// undoes what she did herself.
func undoSince(t *testing.T, d *userstest.Directory, ana users.Actor, seq int64) {
	t.Helper()
	all := d.Since(t, seq)
	for i, e := range slices.Backward(all) {
		if !e.Reversible() || i > 0 && all[i-1].At.Equal(e.At) {
			continue
		}
		actor := d.Owner
		if e.Actor.Key == ana.Key {
			actor = ana
		}
		d.Clock.Advance(time.Second)
		if err := d.Undo(t.Context(), actor, e.Seq, users.UndoInput{}); err != nil {
			t.Fatalf("undo %s of %s: %v\n%q", e.Action, e.Target.ID, err, d.Trail(t, seq))
		}
	}
}
