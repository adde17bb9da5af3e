package users_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

var deactivation = users.BatchInput{Act: users.BatchDeactivate}

// heldBatch returns a running batch that another console has the lease on.
func heldBatch(tb testing.TB, d *userstest.Directory, actor users.Actor, ids ...users.ID) users.Batch {
	tb.Helper()
	b := prepared(tb, d, actor, deactivation, ids...)
	d.Alter(tb, `UPDATE batches SET state = 'running', started_at = created_at, changed = 0, same = 0, refused = 0, worker = 'other', leased_until = $1`, d.Clock.Now().Add(time.Minute))
	return batchNow(tb, d, d.Owner, b.ID)
}

// work has a service look for batches that no console works on, and returns one of them afterwards.
func work(tb testing.TB, d *userstest.Directory, id users.BatchID) users.Batch {
	tb.Helper()
	if err := d.WorkBatches(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	d.Settle()
	return batchNow(tb, d, d.Owner, id)
}

// TestBatch_lastOwner deactivates all owners from the command line: the preview and the batch keep
// one of them.
func TestBatch_lastOwner(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "second@example.com", users.RoleOwner)
	by := users.Command("cmd")
	b := prepared(t, d, by, deactivation, "owner@example.com", "second@example.com")
	wantEqual(t, "the preview", outcomes(t, d, by, b), []string{"changed", "refused last_owner"})
	d.Person(t, "third@example.com", users.RoleOwner)
	b = prepared(t, d, by, deactivation, "owner@example.com", "second@example.com")
	if err := d.Deactivate(t.Context(), by, "third@example.com", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	b = started(t, d, by, b)
	wantEqual(t, "the batch", outcomes(t, d, by, b), []string{"changed", "refused last_owner"})
	if u, err := d.User(t.Context(), by, "second@example.com"); err != nil || u.Status != users.StatusActive {
		t.Errorf("the last owner is %s: %v", u.Status, err)
	}
}

// TestBatch_changedMeanwhile edits a user and deletes another one after the preview. What the batch
// itself changes in a later item is no such change.
func TestBatch_changedMeanwhile(t *testing.T) {
	t.Parallel()
	d := batchDirectory(t)
	d.Person(t, "cleo@example.com", users.RoleUser)
	d.Person(t, "dora@example.com", users.RoleUser)
	if _, err := d.Edit(t.Context(), d.Owner, "robot", users.Edit{Service: &users.ServiceFields{Purpose: "Tests", Responsible: "dora@example.com"}}); err != nil {
		t.Fatal(err)
	}
	b := prepared(t, d, d.Owner, deactivation, "ana@example.com", "cleo@example.com", "dora@example.com", "robot")
	wantEqual(t, "the preview", outcomes(t, d, d.Owner, b), []string{"changed", "changed", "changed", "changed"})
	if b.Effects != (users.BatchEffects{Sessions: 3, Services: 1}) {
		t.Errorf("the preview has the effects %+v", b.Effects)
	}
	edited, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{Fields: users.Fields{Name: new("Ana Lima")}})
	if err == nil {
		err = d.Delete(t.Context(), d.Owner, "cleo@example.com", users.Deletion{Confirm: "cleo@example.com"})
	}
	if err != nil {
		t.Fatal(err)
	}
	b = started(t, d, d.Owner, b)
	wantEqual(t, "the batch", outcomes(t, d, d.Owner, b), []string{"moved", "refused deleted", "changed", "changed"})
	items, _, _, err := d.BatchItems(t.Context(), d.Owner, b, users.BatchPart{Outcome: users.ItemMoved})
	if err != nil || len(items) != 1 || items[0].Since.Action != users.ActionEdited || items[0].Since.Changes[0].New != edited.Name {
		t.Errorf("the item that has moved on names %+v: %v", items, err)
	}
	if u := d.Must(t, "ana@example.com"); u.Status != users.StatusActive {
		t.Errorf("a user who was changed meanwhile is %s", u.Status)
	}
}

// TestBatch_takeover leaves a batch to the console that has the lease on it, until that ends.
func TestBatch_takeover(t *testing.T) {
	t.Parallel()
	d := batchDirectory(t)
	b := heldBatch(t, d, d.Owner, "ana@example.com", "robot")
	if b = work(t, d, b.ID); b.Worked() != 0 {
		t.Errorf("a batch of another console was worked on: %s", counts(b))
	}
	d.Clock.Advance(61 * time.Second)
	if b = work(t, d, b.ID); counts(b) != "done 2 of 2: 2 changed, 0 same, 0 refused, 0 moved" {
		t.Errorf("got %s", counts(b))
	}
}

// TestBatch_lostRights ends the rights of the actor while a batch runs: it stops with the cause.
func TestBatch_lostRights(t *testing.T) {
	tests := map[users.Revocation]func(context.Context, *userstest.Directory, users.Actor) error{
		users.RevokedRole: func(ctx context.Context, d *userstest.Directory, a users.Actor) error {
			_, err := d.ChangeRole(ctx, d.Owner, a.ID, users.RoleChange{Role: users.RoleAuditor})
			return err
		},
		users.RevokedDeactivated: func(ctx context.Context, d *userstest.Directory, a users.Actor) error {
			return d.Deactivate(ctx, d.Owner, a.ID, users.Departure{})
		},
		users.RevokedDeleted: func(ctx context.Context, d *userstest.Directory, a users.Actor) error {
			return d.Delete(ctx, d.Owner, a.ID, users.Deletion{Confirm: string(a.ID)})
		},
		users.RevokedSession: func(ctx context.Context, d *userstest.Directory, a users.Actor) error {
			return d.EndSession(ctx, d.Owner, a.ID, a.Session, "")
		},
	}
	for why, lose := range tests {
		t.Run(string(why), func(t *testing.T) {
			t.Parallel()
			d := batchDirectory(t)
			admin := d.Person(t, "admin@example.com", users.RoleAdmin)
			b := heldBatch(t, d, admin, "ana@example.com", "robot")
			if err := lose(t.Context(), d, admin); err != nil {
				t.Fatal(err)
			}
			d.Clock.Advance(61 * time.Second)
			if b = work(t, d, b.ID); b.State != users.BatchStopped || b.Cause != why || b.Worked() != 0 {
				t.Errorf("got %s because %q", counts(b), b.Cause)
			}
			last := d.Since(t, d.Last(t)-1)[0]
			if last.Action != users.ActionBatchEnded || last.ActorKind() != users.ActorConsole || last.Group != string(b.ID) {
				t.Errorf("the last event is %s by %s", last.Action, last.ActorKind())
			}
		})
	}
}

// TestBatch_stop stops a running batch: its actor and owners may, others not.
func TestBatch_stop(t *testing.T) {
	t.Parallel()
	d := batchDirectory(t)
	admin, other := d.Person(t, "admin@example.com", users.RoleAdmin), d.Person(t, "other@example.com", users.RoleAdmin)
	b := heldBatch(t, d, admin, "ana@example.com", "robot")
	if err := d.StopBatch(t.Context(), other, b.ID); !errors.Is(err, users.ErrForbidden) {
		t.Errorf("by another admin: %v", err)
	}
	if err := d.StopBatch(t.Context(), d.Owner, b.ID); err != nil {
		t.Errorf("by an owner: %v", err)
	}
	d.Clock.Advance(61 * time.Second)
	if b = work(t, d, b.ID); counts(b) != "stopped 0 of 2: 0 changed, 0 same, 0 refused, 0 moved" || b.Cause != "" {
		t.Errorf("got %s because %q", counts(b), b.Cause)
	}
	if err := d.StopBatch(t.Context(), admin, b.ID); !errors.Is(err, users.ErrBatchState) {
		t.Errorf("a second time: %v", err)
	}
}

// TestBatch_twoConsoles has two consoles work on a batch at the same time: each user is
// deactivated once.
func TestBatch_twoConsoles(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	var ids []users.ID
	for i := range 120 {
		ids = append(ids, d.Invited(t, fmt.Sprintf("user-%d@example.com", i), users.RoleUser).ID)
	}
	b := heldBatch(t, d, d.Owner, ids...)
	d.Clock.Advance(61 * time.Second)
	other := d.Another(t)
	for range 20 {
		for _, err := range userstest.AtOnce(2, func(i int) error { return []*users.Service{d.Service, other}[i].WorkBatches(t.Context()) }) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	other.Settle()
	if b = work(t, d, b.ID); counts(b) != "done 120 of 120: 120 changed, 0 same, 0 refused, 0 moved" {
		t.Errorf("got %s", counts(b))
	}
	for _, id := range ids {
		wantEqual(t, string(id), actionWords(d.Actions(t, id)), []string{"user.created", "user.deactivated"})
	}
}

func actionWords(all []users.Action) (words []string) {
	for _, a := range all {
		words = append(words, string(a))
	}
	return words
}

// TestBatch_undo undoes a batch after one user has changed, one is deleted and one is back already.
func TestBatch_undo(t *testing.T) {
	t.Parallel()
	d := batchDirectory(t)
	d.Person(t, "cleo@example.com", users.RoleUser)
	label := users.BatchInput{Act: users.BatchChangeRole, Values: users.BatchValues{Role: users.RoleAuditor}}
	b := started(t, d, d.Owner, prepared(t, d, d.Owner, label, "ana@example.com", "bob@example.com", "cleo@example.com", "robot"))
	for id, role := range map[users.ID]users.Role{"ana@example.com": users.RoleAdmin, "bob@example.com": users.RoleUser} {
		if _, err := d.ChangeRole(t.Context(), d.Owner, id, users.RoleChange{Role: role}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Delete(t.Context(), d.Owner, "cleo@example.com", users.Deletion{Confirm: "cleo@example.com"}); err != nil {
		t.Fatal(err)
	}
	last := d.Last(t)
	id, err := d.UndoBatch(t.Context(), d.Owner, b.ID, "Wrong list")
	if err != nil {
		t.Fatal(err)
	}
	d.Settle()
	undo := batchNow(t, d, d.Owner, id)
	want := []string{"changed", "refused deleted", "same", "moved"} // in reverse
	wantEqual(t, "the preview", outcomes(t, d, d.Owner, undo), want)
	undo = started(t, d, d.Owner, undo)
	wantEqual(t, "the batch", outcomes(t, d, d.Owner, undo), want)
	trail := d.Trail(t, last)
	wantEqual(t, "the trail", trail[1:len(trail)-1], []string{`owner@example.com user.role_changed robot [role: auditor → user] because "Wrong list"`})
	if by, err := d.UndoneBy(t.Context(), b.ID); err != nil || by != id {
		t.Errorf("it was undone by %q: %v", by, err)
	}
	if _, err := d.UndoBatch(t.Context(), d.Person(t, "auditor@example.com", users.RoleAuditor), b.ID, ""); !errors.Is(err, users.ErrForbidden) {
		t.Errorf("by an auditor: %v", err)
	}
}

// TestBatch_expiry has a batch expire a day after its preview, and 30 days after its end.
func TestBatch_expiry(t *testing.T) {
	t.Parallel()
	d := batchDirectory(t)
	open := prepared(t, d, d.Owner, deactivation, "ana@example.com")
	done := started(t, d, d.Owner, prepared(t, d, d.Owner, deactivation, "robot"))
	rows := func() (n int) {
		row := d.DB.Reads().QueryRowContext(t.Context(), `SELECT (SELECT COUNT(*) FROM batches) + (SELECT COUNT(*) FROM batch_items)`)
		if err := row.Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, step := range []struct {
		after time.Duration
		gone  users.BatchID
		left  int
	}{{25 * time.Hour, open.ID, 2}, {29 * 24 * time.Hour, done.ID, 0}} {
		for passed := time.Duration(0); passed <= step.after; passed += 12 * time.Hour { // of a duty that is overdue by a day nothing is done
			d.Clock.Advance(12 * time.Hour)
			if _, err := d.Tidy(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := d.Batch(t.Context(), d.Owner, step.gone); !errors.Is(err, users.ErrNotFound) {
			t.Errorf("after %v: %v", step.after, err)
		}
		if n := rows(); n != step.left {
			t.Errorf("after %v: %d rows are left, want %d", step.after, n, step.left)
		}
	}
}

// TestBatch_erased erases a user who is in a batch, and names another one in it.
func TestBatch_erased(t *testing.T) {
	t.Parallel()
	d := batchDirectory(t)
	in := users.BatchInput{Act: users.BatchSetResponsible, Values: users.BatchValues{Responsible: "ana@example.com"}, Query: "q=ana%40example.com", Reason: "for ana@example.com"}
	prepared(t, d, d.Owner, in, "ana@example.com", "robot")
	b := started(t, d, d.Owner, prepared(t, d, d.Owner, in, "ana@example.com", "robot"))
	key := d.Must(t, "ana@example.com").Key
	if _, err := d.EraseUser(t.Context(), d.Owner, "ana@example.com", users.ErasureRequest{}); err != nil {
		t.Fatal(err)
	}
	var left int
	err := d.DB.Reads().QueryRowContext(t.Context(), `SELECT (SELECT COUNT(*) FROM batches WHERE input || reason || query || actor LIKE $1) +
		(SELECT COUNT(*) FROM batch_items WHERE user_key = $2 OR input || cause LIKE $1)`, "%ana%example.com%", key).Scan(&left)
	if err != nil || left != 0 {
		t.Errorf("%d rows of batches name an erased user: %v", left, err)
	}
	if items, _, _, err := d.BatchItems(t.Context(), d.Owner, batchNow(t, d, d.Owner, b.ID), users.BatchPart{}); err != nil || len(items) != 2 {
		t.Errorf("got %d items: %v", len(items), err)
	}
}
