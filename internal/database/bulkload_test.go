package database_test

import (
	"database/sql"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// newLoadable returns a database with an index and a trigger of odd names, beside
// all that the console has.
func newLoadable(t *testing.T) *database.DB {
	t.Helper()
	db := newScratchFile(t)
	mustWrite(t, db, `CREATE INDEX "by ""at""" ON scratch (at DESC) WHERE at > 0`)
	mustWrite(t, db, `CREATE TRIGGER scratch_is_dated AFTER INSERT ON scratch BEGIN UPDATE scratch SET at = 1 WHERE word = NEW.word; END`)
	return db
}

// schema returns what a database has, and the settings of the connection that
// writes.
func schema(t *testing.T, db *database.DB) (all []string) {
	t.Helper()
	err := db.Transact(t.Context(), func(tx *sql.Tx) error {
		rows, err := tx.Query(`SELECT type || ' ' || name || ' ' || tbl_name || ' ' || COALESCE(sql, '') FROM sqlite_schema
			UNION ALL SELECT 'foreign_keys ' || foreign_keys FROM pragma_foreign_keys
			UNION ALL SELECT 'journal_mode ' || journal_mode FROM pragma_journal_mode
			UNION ALL SELECT 'cache_size ' || cache_size FROM pragma_cache_size
			UNION ALL SELECT 'temp_store ' || temp_store FROM pragma_temp_store ORDER BY 1`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var one string
			if err := rows.Scan(&one); err != nil {
				return err
			}
			all = append(all, one)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestBulkLoad checks that there are no indexes and triggers meanwhile, and that they are as
// they were afterwards, whether the load succeeds or fails.
func TestBulkLoad(t *testing.T) {
	t.Parallel()
	errRefused := errors.New("refused")
	tests := map[string]struct {
		do   func(*sql.Tx) error
		want int // rows afterwards
		err  error
	}{
		"success is kept": {func(*sql.Tx) error { return nil }, 2, nil},
		"an error undoes": {func(*sql.Tx) error { return errRefused }, 1, errRefused},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newLoadable(t)
			before := schema(t, db)
			reported := 0
			err := db.BulkLoad(t.Context(), func(tx *sql.Tx) error {
				var extras, dated int
				if err := tx.QueryRow(`SELECT COUNT(*) FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL`).Scan(&extras); err != nil || extras > 0 {
					t.Errorf("%d indexes and triggers meanwhile, %v", extras, err)
				}
				if err := tx.QueryRow(`INSERT INTO scratch (word) VALUES ('second') RETURNING at IS NOT NULL`).Scan(&dated); err != nil || dated > 0 {
					t.Errorf("the trigger has run: %d, %v", dated, err)
				}
				return test.do(tx)
			}, func(int, int) { reported++ })
			if !errors.Is(err, test.err) {
				t.Errorf("got %v, want %v", err, test.err)
			}
			if diff := cmp.Diff(before, schema(t, db)); diff != "" {
				t.Errorf("schema (-before +after):\n%s", diff)
			}
			if got := words(t, db); got != test.want || (reported > 2) != (test.err == nil) {
				t.Errorf("got %d rows, want %d; reported %d times", got, test.want, reported)
			}
		})
	}
}

// TestBulkLoadBesideReader checks that a database with a reader is refused: the journal mode
// cannot be changed.
func TestBulkLoadBesideReader(t *testing.T) {
	t.Parallel()
	db := newLoadable(t)
	before := schema(t, db)
	rows, err := db.Reads().QueryContext(t.Context(), `SELECT word FROM scratch`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	rows.Next()
	err = db.BulkLoad(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO scratch (word) VALUES ('second')`)
		return err
	}, func(int, int) {})
	if err == nil || !database.IsBusy(err) {
		t.Errorf("got %v, want the database to be busy", err)
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, schema(t, db)); diff != "" {
		t.Errorf("schema (-before +after):\n%s", diff)
	}
}

// TestBulkLoadRefusesSynced checks that a database that was not opened as Unsynced is refused.
func TestBulkLoadRefusesSynced(t *testing.T) {
	t.Parallel()
	db, err := database.Open(t.Context(), databasetest.SQLiteURL(t), database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.BulkLoad(t.Context(), func(*sql.Tx) error { t.Error("it has begun"); return nil }, func(int, int) {})
	if err == nil {
		t.Error("got no error")
	}
}
