package users_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// chosen returns users as chosen for a batch, in the version of now.
func chosen(tb testing.TB, d *userstest.Directory, ids ...users.ID) []users.Frozen {
	tb.Helper()
	all := make([]users.Frozen, len(ids))
	for i, id := range ids {
		u := d.Must(tb, id)
		all[i] = users.Frozen{Key: u.Key, Version: u.Version}
	}
	return all
}

// prepared prepares a batch and waits for its preview.
func prepared(tb testing.TB, d *userstest.Directory, actor users.Actor, in users.BatchInput, ids ...users.ID) users.Batch {
	tb.Helper()
	id, err := d.PrepareBatch(tb.Context(), actor, in, chosen(tb, d, ids...))
	if err != nil {
		tb.Fatalf("prepare: %v", err)
	}
	d.Settle()
	return batchNow(tb, d, actor, id)
}

// batchNow returns a batch as of now.
func batchNow(tb testing.TB, d *userstest.Directory, actor users.Actor, id users.BatchID) users.Batch {
	tb.Helper()
	b, err := d.Batch(tb.Context(), actor, id)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// started starts a prepared batch and waits for its end.
func started(tb testing.TB, d *userstest.Directory, actor users.Actor, b users.Batch) users.Batch {
	tb.Helper()
	if err := d.StartBatch(tb.Context(), actor, b.ID, users.BatchStart{Confirm: fmt.Sprint(b.Changed)}); err != nil {
		tb.Fatalf("start: %v", err)
	}
	d.Settle()
	return batchNow(tb, d, actor, b.ID)
}

// counts returns the counts of a batch in one text.
func counts(b users.Batch) string {
	return fmt.Sprintf("%s %d of %d: %d changed, %d same, %d refused, %d moved", b.State, b.Worked(), b.Items, b.Changed, b.Same, b.Refused, b.Moved)
}

// outcomes returns the outcomes of all items of a batch, with the codes of refusals.
func outcomes(tb testing.TB, d *userstest.Directory, actor users.Actor, b users.Batch) (all []string) {
	tb.Helper()
	items, _, _, err := d.BatchItems(tb.Context(), actor, b, users.BatchPart{})
	if err != nil {
		tb.Fatal(err)
	}
	for _, i := range items {
		text := string(i.Outcome)
		if i.Cause.Code != "" {
			text += " " + string(i.Cause.Code)
		}
		all = append(all, text)
	}
	return all
}

// batchDirectory returns a directory with the users ana, bob, who is deactivated, and a robot.
func batchDirectory(tb testing.TB) *userstest.Directory {
	tb.Helper()
	d := userstest.New(tb)
	d.Person(tb, "ana@example.com", users.RoleUser)
	d.Person(tb, "bob@example.com", users.RoleUser)
	if err := d.Deactivate(tb.Context(), d.Owner, "bob@example.com", users.Departure{}); err != nil {
		tb.Fatal(err)
	}
	d.ServiceUser(tb, "robot", users.RoleUser)
	return d
}

// TestBatch prepares and starts a batch of each act: the preview says what then happens.
func TestBatch(t *testing.T) {
	for name, test := range batchTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := batchDirectory(t)
			last := d.Last(t)
			test.in.Reason = "Season is over."
			b := prepared(t, d, d.Owner, test.in, test.ids...)
			wantEqual(t, "the preview", outcomes(t, d, d.Owner, b), test.want)
			wantEqual(t, "the trail of the preview", d.Trail(t, last), nil)
			b = started(t, d, d.Owner, b)
			wantEqual(t, "the batch", outcomes(t, d, d.Owner, b), test.want)
			if b.State != users.BatchDone || b.Cause != "" {
				t.Errorf("got %s (%s), want done", counts(b), b.Cause)
			}
			trail := d.Trail(t, last)
			wantEqual(t, "the trail", trail[1:len(trail)-1], test.trail)
			for _, e := range d.Since(t, last) {
				if e.Group != string(b.ID) || e.RequestID != d.Owner.RequestID || e.Address != d.Owner.Address || e.Via != users.ViaSession {
					t.Errorf("%s: got group %q, request %q from %s by %s", e.Action, e.Group, e.RequestID, e.Address, e.Via)
				}
			}
		})
	}
}

// wantEqual compares lists of texts.
func wantEqual(tb testing.TB, what string, got, want []string) {
	tb.Helper()
	if !slices.Equal(got, want) {
		tb.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// because ends the lines of the trail of a batch.
const because = ` because "Season is over."`

var batchTests = map[string]struct {
	in    users.BatchInput
	ids   []users.ID
	want  []string // outcomes
	trail []string // between the start and the end of the batch
}{
	"deactivate": {
		users.BatchInput{Act: users.BatchDeactivate}, []users.ID{"ana@example.com", "bob@example.com", "owner@example.com"},
		[]string{"changed", "same", "refused forbidden"},
		[]string{"owner@example.com user.deactivated ana@example.com [status: active → deactivated]" + because,
			"owner@example.com session.ended ana@example.com [session: ses_* → deactivated]"},
	},
	"reactivate": {
		users.BatchInput{Act: users.BatchReactivate}, []users.ID{"ana@example.com", "bob@example.com"}, []string{"same", "changed"},
		[]string{"owner@example.com user.reactivated bob@example.com [status: deactivated → active]" + because},
	},
	"end sessions, but the actor's own": {
		users.BatchInput{Act: users.BatchEndSessions}, []users.ID{"ana@example.com", "bob@example.com", "owner@example.com"}, []string{"changed", "same", "same"},
		[]string{"owner@example.com session.ended ana@example.com [session: ses_* → ended]" + because},
	},
	"change role, but the actor's own": {
		users.BatchInput{Act: users.BatchChangeRole, Values: users.BatchValues{Role: users.RoleAuditor}}, []users.ID{"robot", "owner@example.com"},
		[]string{"changed", "refused self"},
		[]string{"owner@example.com user.role_changed robot [role: user → auditor]" + because},
	},
	"make a service user an owner": {
		users.BatchInput{Act: users.BatchChangeRole, Values: users.BatchValues{Role: users.RoleOwner}}, []users.ID{"robot", "owner@example.com", "bob@example.com"},
		[]string{"refused invalid", "same", "changed"},
		[]string{"owner@example.com user.role_changed bob@example.com [role: user → owner]" + because},
	},
	"set the responsible person": {
		users.BatchInput{Act: users.BatchSetResponsible, Values: users.BatchValues{Responsible: "Ana@example.com"}}, []users.ID{"robot", "ana@example.com"},
		[]string{"changed", "refused invalid"},
		[]string{"owner@example.com user.edited robot [responsible: owner@example.com → ana@example.com]" + because},
	},
	"add and remove labels": {
		users.BatchInput{Act: users.BatchLabels, Values: users.BatchValues{AddLabels: []string{"Night shift"}, RemoveLabels: []string{"none"}}},
		[]users.ID{"robot", "ana@example.com"}, []string{"changed", "changed"},
		[]string{"owner@example.com user.edited robot [labels:  → night shift]" + because, "owner@example.com user.edited ana@example.com [labels:  → night shift]" + because},
	},
	"mark as reviewed": {
		users.BatchInput{Act: users.BatchReview, Values: users.BatchValues{ReviewOn: "2027-01-31"}}, []users.ID{"robot", "ana@example.com"},
		[]string{"changed", "refused forbidden"},
		[]string{"owner@example.com user.reviewed robot [review_on: 2027-05-01 → 2027-01-31]" + because},
	},
}

// TestBatch_stoppedUndo stops the undo of a batch: the batch is not undone, and can be undone again.
func TestBatch_stoppedUndo(t *testing.T) {
	t.Parallel()
	d := batchDirectory(t)
	b := started(t, d, d.Owner, prepared(t, d, d.Owner, deactivation, "ana@example.com", "robot"))
	id, err := d.UndoBatch(t.Context(), d.Owner, b.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	d.Settle()
	d.Alter(t, `UPDATE batches SET state = 'stopped', started_at = created_at, ended_at = created_at WHERE id = $1`, id)
	if by, err := d.UndoneBy(t.Context(), b.ID); err != nil || by != "" {
		t.Errorf("it was undone by %q: %v", by, err)
	}
}
