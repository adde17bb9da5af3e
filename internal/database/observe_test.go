package database_test

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// A watcher records the statements with a context that has its key, and the waits to write.
type watcher struct {
	mu    sync.Mutex
	lines []string
	turns []bool // whether each wait was too long
}

type watcherKey struct{}

// statement records the beginning and the end of a statement.
func (w *watcher) statement(ctx context.Context, operation string) func(error) {
	if ctx.Value(watcherKey{}) == nil {
		return func(error) {}
	}
	w.add(operation)
	return func(err error) {
		end := "/" + operation
		if err != nil {
			end += " failed"
		}
		w.add(end)
	}
}

// turn records a wait.
func (w *watcher) turn(_ time.Duration, tooLong bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.turns = append(w.turns, tooLong)
}

func (w *watcher) add(line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, line)
}

// newWatched returns a database that w watches, and a context with its key.
func newWatched(t *testing.T, w *watcher) (*database.DB, context.Context) {
	t.Helper()
	db, err := database.Open(t.Context(), databasetest.URL(t), database.Options{Unsynced: true, Observer: database.Observer{Waited: w.turn}, Wrap: database.ObserveStatements(w.statement)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	mustWrite(t, db, `CREATE TABLE scratch (word TEXT PRIMARY KEY)`)
	return db, context.WithValue(t.Context(), watcherKey{}, true)
}

// TestObserveStatements checks that each statement is reported once with its caller's context,
// its first word and its end.
func TestObserveStatements(t *testing.T) {
	t.Parallel()
	w := &watcher{}
	db, ctx := newWatched(t, w)
	if err := write(ctx, db, `INSERT INTO scratch (word) VALUES ($1)`, "a secret"); err != nil {
		t.Fatal(err)
	}
	var word string
	if err := db.Reads().QueryRowContext(ctx, ` select word FROM scratch WHERE word = $1`, "a secret").Scan(&word); err != nil {
		t.Fatal(err)
	}
	if err := write(ctx, db, `INSERT INTO nowhere VALUES (1)`); err == nil {
		t.Fatal("got no error for a table that is not there")
	}
	want := []string{
		"BEGIN", "/BEGIN", "INSERT", "/INSERT", "COMMIT", "/COMMIT",
		"SELECT", "/SELECT",
		"BEGIN", "/BEGIN", "INSERT", "/INSERT failed", "ROLLBACK", "/ROLLBACK",
	}
	if diff := cmp.Diff(want, w.lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestObserverWaited reports a wait that succeeds at once and one that is too long.
func TestObserverWaited(t *testing.T) {
	t.Parallel()
	w := &watcher{}
	db, ctx := newWatched(t, w)
	w.turns = nil
	err := db.Transact(ctx, func(*sql.Tx) error {
		if err := inTheMiddle(t, ctx, db); err == nil {
			t.Error("two wrote at once")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []bool{false, true}; !slices.Equal(w.turns, want) {
		t.Errorf("waits that were too long: got %v, want %v", w.turns, want)
	}
}

func TestOperation(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"SELECT 1": "SELECT", "\n\tinsert\nINTO x": "INSERT", "WITH(x)": "WITH", "PRAGMA x = 1": "PRAGMA", "DELETE": "DELETE",
		"": "OTHER", "secret text": "OTHER", "CREATE TABLE x": "OTHER",
	}
	for query, want := range tests {
		if got := database.Operation(query); got != want {
			t.Errorf("Operation(%q): got %s, want %s", query, got, want)
		}
	}
}

// TestStats checks that the numbers are those of the database.
func TestStats(t *testing.T) {
	t.Parallel()
	db, err := database.Open(t.Context(), databasetest.SQLiteURL(t), database.Options{Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	mustWrite(t, db, scratch)
	before := db.Stats()
	mustWrite(t, db, `INSERT INTO scratch (word) VALUES ($1)`, strings.Repeat("x", 1_000_000))
	after := db.Stats()
	if before.Files.Main == 0 || after.Files.WAL < before.Files.WAL+1_000_000 {
		t.Errorf("files before a change of 1 MB %+v and after %+v", *before.Files, *after.Files)
	}
	for _, pool := range []string{"write", "read", "look"} {
		if _, ok := after.Pools[pool]; !ok {
			t.Errorf("nothing of the pool %q", pool)
		}
	}
	if n := after.Pools["write"].MaxOpenConnections; n != 1 {
		t.Errorf("got %d connections that write, want 1", n)
	}
}
