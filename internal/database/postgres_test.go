//go:build postgres

package database_test

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// inPostgres returns a database on PostgreSQL with the table scratch.
func inPostgres(t *testing.T, o database.Options) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), databasetest.PostgresURL(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return withScratch(t, db)
}

// setting returns a setting as a transaction finds it.
func setting(t *testing.T, begin func(context.Context, func(*sql.Tx) error) error, name string) (value string) {
	t.Helper()
	if err := begin(t.Context(), func(tx *sql.Tx) error { return tx.QueryRow(`SHOW ` + name).Scan(&value) }); err != nil {
		t.Fatal(err)
	}
	return value
}

// TestNoteDoesNotWaitForTheDisk looks at what commits wait for, on a server that does not
// wait of itself.
func TestNoteDoesNotWaitForTheDisk(t *testing.T) {
	t.Parallel()
	db, unsynced := inPostgres(t, database.Options{}), inPostgres(t, database.Options{Unsynced: true})
	for _, test := range []struct{ what, got, want string }{
		{"a change", setting(t, db.Transact, "synchronous_commit"), "on"},
		{"a note", setting(t, db.Note, "synchronous_commit"), "off"},
		{"a change afterwards", setting(t, db.Transact, "synchronous_commit"), "on"},
		{"a change of one that need not", setting(t, unsynced.Transact, "synchronous_commit"), "off"},
		{"the time zone", setting(t, db.Transact, "TimeZone"), "UTC"},
		{"a lock", setting(t, db.Transact, "lock_timeout"), "5s"},
		{"a statement", setting(t, db.Note, "statement_timeout"), "15s"},
		{"a console that was cut off", setting(t, db.Transact, "idle_in_transaction_session_timeout"), "10s"},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %s, want %s", test.what, test.got, test.want)
		}
	}
}

// TestConnectionsAreAsManyAsStated requests more connections at once than stated, and counts them.
func TestConnectionsAreAsManyAsStated(t *testing.T) {
	t.Parallel()
	for stated, want := range map[int]int{
		0: database.DefaultConnections, 1: database.LeastConnections, database.LeastConnections: database.LeastConnections, 12: 12,
	} {
		db := inPostgres(t, database.Options{Connections: stated})
		if got := crowdOn(t, db, 2*want); got > want || got < want/2 {
			t.Errorf("stated %d: got %d connections, want up to %d", stated, got, want)
		}
	}
}

// crowdOn uses db from many goroutines in each way, and returns the greatest number of
// connections.
func crowdOn(t *testing.T, db *database.DB, crowd int) int {
	t.Helper()
	var most atomic.Int64
	look := func(q querier) error {
		var n int64
		// The wait has others come meanwhile.
		err := q.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM pg_stat_activity, pg_sleep(0.02)
			WHERE datname = current_database() AND application_name = 'console'`).Scan(&n)
		for now := most.Load(); n > now && !most.CompareAndSwap(now, n); now = most.Load() {
		}
		return err
	}
	var all sync.WaitGroup
	for range crowd {
		for _, do := range []func() error{
			func() error { return look(db.Reads()) }, func() error { return look(db.LookUps()) }, func() error { return look(db.LongReads()) },
			func() error { return db.Note(t.Context(), func(tx *sql.Tx) error { return look(tx) }) },
			func() error { return db.Transact(t.Context(), func(tx *sql.Tx) error { return look(tx) }) },
		} {
			all.Go(func() {
				if err := do(); err != nil && !database.IsBusy(err) { // some may give up waiting to write
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	return int(most.Load())
}

// A querier reads a row.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// TestTextsThatPostgresHasNot writes texts that PostgreSQL does not take as they are, and
// finds them again by the same.
func TestTextsThatPostgresHasNot(t *testing.T) {
	t.Parallel()
	db := inPostgres(t, database.Options{})
	for given, want := range map[string]string{
		"a\x00b":         "a�b",
		"\xff":           "�",
		"caf\xc3":        "caf�",
		"\xed\xa0\x80":   "�", // half of a surrogate pair
		"plain 太 😀 \x7f": "plain 太 😀 \x7f",
	} {
		mustWrite(t, db, `UPDATE scratch SET word = $1`, given)
		var got string
		err := db.Reads().QueryRowContext(t.Context(), `SELECT word FROM scratch WHERE word = $1`, given).Scan(&got)
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", given, got, err, want)
		}
	}
	var bytes []byte
	if err := db.Reads().QueryRowContext(t.Context(), `SELECT $1::bytea`, []byte("\x00\xff")).Scan(&bytes); err != nil || string(bytes) != "\x00\xff" {
		t.Errorf("bytes: got %q, %v", bytes, err)
	}
}

// TestReadsOfPostgresRefuseToWrite tries in every pool, and in a transaction that says it
// reads only.
func TestReadsOfPostgresRefuseToWrite(t *testing.T) {
	t.Parallel()
	db := inPostgres(t, database.Options{})
	for name, pool := range map[string]*sql.DB{"Reads": db.Reads(), "LookUps": db.LookUps(), "LongReads": db.LongReads()} {
		for _, query := range []string{
			`DELETE FROM scratch RETURNING word`, `CREATE TABLE other (a TEXT)`, `TRUNCATE scratch`, `SELECT nextval('users_number_seq')`,
			`WITH gone AS (DELETE FROM scratch RETURNING word) SELECT word FROM gone`,
		} {
			var word string
			if err := pool.QueryRowContext(t.Context(), query).Scan(&word); err == nil || !strings.Contains(err.Error(), "read-only transaction") {
				t.Errorf("%s: %s: got %v, want it refused", name, query, err)
			}
		}
	}
	if got := words(t, db); got != 1 {
		t.Errorf("got %d rows, want the one that was there", got)
	}
}
