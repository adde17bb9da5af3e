package database_test

import (
	"context"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// A deadline is a context that exceeds its deadline when up is closed, independent of the speed
// of the machine.
type deadline struct {
	context.Context
	up chan struct{}
}

// Done implements [context.Context].
func (d deadline) Done() <-chan struct{} { return d.up }

// Err implements [context.Context].
func (d deadline) Err() error {
	select {
	case <-d.up:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// inTheMiddle begins a transaction while another one is open, exceeds its deadline once it waits
// for the writer, and returns its error.
func inTheMiddle(t *testing.T, ctx context.Context, db *database.DB) error {
	t.Helper()
	d, ended := deadline{ctx, make(chan struct{})}, make(chan error, 1)
	before := waiting(t, db)
	go func() { ended <- write(d, db, `DELETE FROM scratch`) }()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for waiting(t, db) == before {
		select {
		case err := <-ended:
			t.Error("it did not wait")
			return err
		case <-look.C:
		}
	}
	close(d.up)
	return <-ended
}

// waitingQuery counts the transactions that wait for their turn in PostgreSQL.
const waitingQuery = `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
	AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

// waiting returns how many transactions have waited for their turn, or with PostgreSQL how
// many wait for it.
func waiting(t *testing.T, db *database.DB) (n int64) {
	t.Helper()
	if db.Engine() == database.SQLite {
		return db.Stats().Pools["write"].WaitCount
	}
	if err := db.Reads().QueryRowContext(t.Context(), waitingQuery).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
