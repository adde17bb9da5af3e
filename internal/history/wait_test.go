package history_test

import (
	"context"
	"errors"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestEventsAfter reads the log from its beginning.
func TestEventsAfter(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	auditor := d.Person(t, "auditor@example.com", users.RoleAuditor)
	all, err := d.History.EventsAfter(t.Context(), auditor, 0, 100)
	if err != nil || int64(len(all)) != d.Last(t) || all[0].Seq != 1 {
		t.Fatalf("got %d events, %v, want %d", len(all), err, d.Last(t))
	}
	some, err := d.History.EventsAfter(t.Context(), auditor, all[1].Seq, 2)
	if err != nil || len(some) != 2 || some[0].Seq != 3 || some[1].Seq != 4 {
		t.Errorf("two after the second: got %v, %v", some, err)
	}
	if _, err := d.History.EventsAfter(t.Context(), ana, 0, 1); !errors.Is(err, users.ErrForbidden) {
		t.Errorf("as user: got %v", err)
	}
	if at, err := d.History.FirstEvent(t.Context()); err != nil || !at.Equal(all[0].At) {
		t.Errorf("FirstEvent: got %v, %v, want %v", at, err, all[0].At)
	}
}

// TestWaitForEvent waits for an event of this process, for one of another process, and until
// its context ends.
func TestWaitForEvent(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	other := d.Another(t)
	last := d.Last(t)
	if err := d.History.WaitForEvent(t.Context(), last-1); err != nil {
		t.Errorf("for what is there: %v", err)
	}
	for name, by := range map[string]*users.Service{"this process": d.Service, "another process": other} {
		waited := make(chan error)
		go func() { waited <- d.History.WaitForEvent(t.Context(), last) }()
		id := users.NewPerson{ID: map[bool]string{true: "a@example.com", false: "b@example.com"}[by == other]}
		if _, err := by.AddPerson(t.Context(), d.Owner, id); err != nil {
			t.Fatal(err)
		}
		if err := <-waited; err != nil {
			t.Errorf("for an event of %s: %v", name, err)
		}
		last = d.Last(t)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	cancel(enough)
	if err := d.History.WaitForEvent(ctx, last); !errors.Is(err, enough) {
		t.Errorf("in vain: got %v, want %v", err, enough)
	}
}
