package users_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// undoTests are acts of the owner, the events that undoing them leaves, by the circumstance, and
// the numbers of the events that they undo, counted from the first event of the act.
var undoTests = map[string]struct {
	act    func(ctx testing.TB, d *userstest.Directory) error
	trail  []string
	undoes []int64
}{
	"an edit of two fields": {
		func(t testing.TB, d *userstest.Directory) error {
			name := "Anna"
			_, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{Fields: users.Fields{Name: &name, Channels: map[string]bool{"email": false}}})
			return err
		},
		[]string{`owner@example.com user.edited ana@example.com [name: Anna → Ana, channel.email: off → on] because "typo"`},
		[]int64{1},
	},
	"an edit of labels, with another one since": {
		func(t testing.TB, d *userstest.Directory) error {
			both, three := "cleared,lab", "cleared,lab,night"
			_, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{OrgFields: users.OrgFields{Labels: &both}})
			if err == nil {
				_, err = d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{OrgFields: users.OrgFields{Labels: &three}})
			}
			return err
		},
		[]string{`owner@example.com user.edited ana@example.com [labels: cleared,lab,night → night] because "typo"`},
		[]int64{1},
	},
	"a change of role": {
		func(t testing.TB, d *userstest.Directory) error {
			_, err := d.ChangeRole(t.Context(), d.Owner, "ana@example.com", users.RoleChange{Role: users.RoleAdmin})
			return err
		},
		[]string{`owner@example.com user.role_changed ana@example.com [role: admin → user] because "typo"`},
		[]int64{1},
	},
	"a deactivation that handed over": {
		func(t testing.TB, d *userstest.Directory) error {
			return d.Deactivate(t.Context(), d.Owner, "ana@example.com", users.Departure{HandOver: "bob@example.com"})
		},
		[]string{
			`owner@example.com user.reactivated ana@example.com [status: deactivated → active] because "typo"`,
			`owner@example.com user.handed_over robot-1 [responsible: bob@example.com → ana@example.com] because "typo"`,
			`owner@example.com user.handed_over robot-2 [responsible: bob@example.com → ana@example.com] because "typo"`,
		},
		[]int64{1, 2, 3},
	},
	"a review of a service user that was due": {
		func(t testing.TB, d *userstest.Directory) error {
			d.Alter(t, `UPDATE users SET review_on = '2026-01-01' WHERE user_id = 'robot-1'`)
			_, err := d.MarkReviewed(t.Context(), d.Owner, "robot-1", users.Review{On: "2027-01-01"})
			return err
		},
		[]string{`owner@example.com user.reviewed robot-1 [review_on: 2027-01-01 → 2026-01-01] because "typo"`},
		[]int64{1},
	},
	"a view deleted": {
		func(t testing.TB, d *userstest.Directory) error {
			v, err := d.SaveView(t.Context(), d.Owner, users.NewView{Name: "Mine", Query: "q=a", Shared: true})
			if err == nil {
				_, err = d.DeleteView(t.Context(), d.Owner, v.ID)
			}
			return err
		},
		[]string{`owner@example.com view.saved  [name:  → Mine, query:  → q=a, shared:  → on] because "typo"`},
		[]int64{2},
	},
	"a view edited": {
		func(t testing.TB, d *userstest.Directory) error {
			v, err := d.SaveView(t.Context(), d.Owner, users.NewView{Name: "Mine", Query: "q=a"})
			if err == nil {
				_, err = d.EditView(t.Context(), d.Owner, v.ID, users.NewView{Name: "Ours", Query: "q=a", Shared: true})
			}
			return err
		},
		[]string{`owner@example.com view.edited  [name: Ours → Mine, query: q=a → q=a, shared: on → off] because "typo"`},
		[]int64{2},
	},
}

func TestUndo(t *testing.T) {
	t.Parallel()
	for name, test := range undoTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, _ := withRobots(t)
			begun := d.Last(t)
			d.Clock.Advance(time.Second)
			if err := test.act(t, d); err != nil {
				t.Fatal(err)
			}
			before, seq := d.Last(t), begun+test.undoes[0]
			d.Clock.Advance(time.Second)
			check(t, d, before, d.Undo(t.Context(), d.Owner, seq, users.UndoInput{Reason: "typo"}), nil, test.trail...)
			var undoes []int64
			for _, e := range d.Since(t, before) {
				undoes = append(undoes, e.Undoes-begun)
			}
			if diff := cmp.Diff(test.undoes, undoes); diff != "" {
				t.Errorf("events that were undone (-want +got):\n%s", diff)
			}
			plan, err := d.UndoPlan(t.Context(), d.Owner, seq)
			if err != nil || plan.Undone.Seq != before+1 || !isUndoError(plan.Err, users.UndoDone) {
				t.Errorf("afterwards: undone by %d, %v, %v", plan.Undone.Seq, plan.Err, err)
			}
			after := d.Last(t)
			if err := d.Undo(t.Context(), d.Owner, seq, users.UndoInput{}); !isUndoError(err, users.UndoDone) || d.Last(t) != after {
				t.Errorf("a second time: got %v", err)
			}
		})
	}
}

// isUndoError reports whether err is an [users.UndoError] of that cause.
func isUndoError(err error, cause users.UndoCause) bool {
	found, ok := errors.AsType[*users.UndoError](err)
	return ok && found.Cause == cause
}

// TestUndoTokens undoes a deactivation: suspended tokens give access again, sessions stay ended.
func TestUndoTokens(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	_, secret := d.IssuedBy(t, ana, ana.ID, users.NewToken{Name: "a", Lifetime: time.Hour, Scopes: []users.Scope{users.ScopeUsersRead}})
	use := func() error {
		_, err := d.Authenticate(t.Context(), secret, users.Program("req", "192.0.2.9", "", ""))
		return err
	}
	before := d.Last(t)
	if err := errors.Join(use(), d.Deactivate(t.Context(), d.Owner, ana.ID, users.Departure{})); err != nil || use() == nil {
		t.Fatalf("deactivate: %v", err)
	}
	if err := errors.Join(d.Undo(t.Context(), d.Owner, before+1, users.UndoInput{}), use()); err != nil {
		t.Errorf("after undoing: %v", err)
	}
	detail, err := d.Detail(t.Context(), d.Owner, ana.ID)
	if err != nil || len(detail.Sessions) != 0 {
		t.Errorf("got %d sessions, %v", len(detail.Sessions), err)
	}
}

// undoStates returns what a plan does with each field.
func undoStates(p users.UndoPlan) (all []string) {
	for _, item := range p.Items {
		line := fmt.Sprintf("%s %s of %s: %s", item.State, item.Field, item.User.ID, item.Now)
		if item.Since.Seq != 0 {
			line += " by " + string(item.Since.Actor.ID)
		}
		all = append(all, line)
	}
	return all
}

// TestUndoPartly undoes what has not moved on since.
func TestUndoPartly(t *testing.T) {
	t.Parallel()
	d, ana := withRobots(t)
	name, mine := "Anna", "Annie"
	before := d.Last(t)
	_, err := d.Edit(t.Context(), d.Owner, ana.ID, users.Edit{Fields: users.Fields{Name: &name, Channels: map[string]bool{"email": false, "web_ui": true}}})
	_, err2 := d.EditProfile(t.Context(), ana, users.ProfileEdit{Fields: users.Fields{Name: &mine}})
	plan, err3 := d.UndoPlan(t.Context(), d.Owner, before+1)
	if err := errors.Join(err, err2, err3, plan.Err); err != nil {
		t.Fatal(err)
	}
	want := []string{"moved name of ana@example.com: Annie by ana@example.com", "back channel.email of ana@example.com: off", "back channel.web_ui of ana@example.com: on"}
	if diff := cmp.Diff(want, undoStates(plan)); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	stale := d.Undo(t.Context(), d.Owner, before+1, users.UndoInput{Version: plan.User.Version - 1})
	check(t, d, before+2, stale, users.ErrStale)
	check(t, d, before+2, d.Undo(t.Context(), d.Owner, before+1, users.UndoInput{Version: plan.User.Version}), nil,
		"owner@example.com user.edited ana@example.com [channel.email: off → on, channel.web_ui: on → off]")
}
