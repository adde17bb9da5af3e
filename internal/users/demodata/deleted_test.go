package demodata_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
)

// testUndoable checks what the demo shows of undoing: deleted users within their grace and no other,
// a planned departure, and a batch that was undone.
func testUndoable(t *testing.T, s *demo, all []users.User, _ []users.Event) {
	deleted, _, err := s.DeletedUsers(t.Context(), users.Command(""), "")
	if err != nil || len(deleted) < 3 {
		t.Errorf("%d deleted users, %v", len(deleted), err)
	}
	for _, d := range deleted {
		if !d.EndsAt.After(now) || d.DeletedAt.After(now) || d.By.ID == "" {
			t.Errorf("%s was deleted at %s by %q, final at %s", d.ID, d.DeletedAt, d.By.ID, d.EndsAt)
		}
	}
	planned := 0
	for _, u := range all {
		if d, err := s.Detail(t.Context(), users.Command(""), u.ID); err == nil && d.Departure != nil && d.Departure.DueAt.After(now) && d.Departure.Reason != "" {
			planned++
		}
	}
	if planned != 1 {
		t.Errorf("%d planned departures, want 1", planned)
	}
	batches, err := s.Batches(t.Context(), users.Command(""), users.BatchPage{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range batches {
		got = append(got, string(b.Act)+" "+string(b.State))
		if b.Changed < 12 || b.Changed != b.Items {
			t.Errorf("batch %s has changed %d of %d users", b.Act, b.Changed, b.Items)
		}
	}
	if diff := cmp.Diff([]string{"undo done", "labels done"}, got); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
}
