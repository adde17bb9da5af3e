package users_test

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// hold takes all connections of a pool until the test ends.
func hold(t *testing.T, pool *sql.DB) {
	t.Helper()
	for range pool.Stats().MaxOpenConnections {
		conn, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
}

// TestLongReadsApart is that pages need no connection that a long read may hold: all of
// those are taken, and every page is there, with what may be counted.
func TestLongReadsApart(t *testing.T) {
	t.Parallel()
	var cancelled []error
	d := userstest.New(t, users.Config{LongRead: time.Millisecond, ReadCancelled: func(err error) { cancelled = append(cancelled, err) }})
	for i := range 20 {
		if _, err := d.AddPerson(t.Context(), d.Owner, users.NewPerson{ID: fmt.Sprintf("p%d@example.com", i), Role: users.RoleUser}); err != nil {
			t.Fatal(err)
		}
	}
	d.Directory = directory.New(d.DB, d.Service, directory.Config{MaxSorted: 5})
	hold(t, d.DB.LongReads())
	list, err := d.Directory.Users(t.Context(), d.Owner, directory.Query{Text: "example", Limit: 10})
	if want := (directory.Total{N: 10, More: true}); err != nil || len(list.Users) != 10 || list.Total != want {
		t.Errorf("a list: got %d users of %v, %v, want 10 of %v", len(list.Users), list.Total, err, want)
	}
	if log, err := d.History.Events(t.Context(), d.Owner, history.Query{}); err != nil || len(log.Events) == 0 {
		t.Errorf("the audit log: got %d events, %v", len(log.Events), err)
	}
	if log, err := d.History.Events(t.Context(), d.Owner, history.Query{Target: "p1@example.com"}); err != nil {
		t.Errorf("what was done to a user: got %d events, %v", len(log.Events), err)
	}
	if _, err := d.Detail(t.Context(), d.Owner, "p1@example.com"); err != nil {
		t.Errorf("the page of a user: %v", err)
	}
	if size, err := d.Directory.ExportSize(t.Context(), d.Owner, directory.Query{Text: "example"}); err != nil || size.Total != (directory.Total{}) {
		t.Errorf("the form of an export: got %v, %v, want no total", size, err)
	}
	if len(cancelled) != 1 || !errors.Is(cancelled[0], users.ErrReadTooLong) {
		t.Errorf("reported as cancelled: %v, want the count", cancelled)
	}
	for name, q := range map[string]history.Query{
		"words": {Text: "example"}, "an actor": {Actor: d.Owner.ID}, "a user": {About: d.Owner.ID}, "days": {From: d.Clock.Now()}, "an action": {Action: users.ActionEdited},
	} {
		if _, err := d.History.Events(t.Context(), d.Owner, q); !errors.Is(err, users.ErrReadTooLong) {
			t.Errorf("a search of the audit log for %s: got %v, want that it took too long", name, err)
		}
	}
}
