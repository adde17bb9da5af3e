package web

import (
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// TestChangesOfTokens tells what an event on a token holds: ends in the viewer's time zone, and
// what did not change as a fact.
func TestChangesOfTokens(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	tell := presenter{zone: zone, now: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)}
	got := tell.changes(users.Event{Action: users.ActionTokenRotated, Changes: []users.Change{
		{Field: "token", New: "tok_a"}, {Field: "token_name", Old: "Nightly", New: "Nightly"}, {Field: "successor", New: "tok_b"},
		{Field: "overlap", Old: "9999-12-31T23:59:59Z", New: "2026-12-02T15:37:07Z"},
	}})
	want := []views.Change{
		{Field: "Token", New: "tok_a", Fact: true}, {Field: words.Field("token_name"), Old: "Nightly", New: "Nightly", Fact: true},
		{Field: "Successor", New: "tok_b"}, {Field: words.Field("overlap"), Old: "Never", New: "3 December 2026, 00:37:07 JST"},
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("change %d: got %+v, want %+v", i, got[i], want[i])
		}
	}
}
