package database

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"
)

// twoSteps are migrations of which the second can be made to fail.
func twoSteps(second string) fstest.MapFS {
	return fstest.MapFS{
		"00001_one.sql": {Data: []byte("-- +goose Up\nCREATE TABLE one (a TEXT) STRICT;\n")},
		"00002_two.sql": {Data: []byte("-- +goose Up\nCREATE TABLE two (a TEXT) STRICT;\n" + second)},
	}
}

// openBare opens an empty file to write.
func openBare(t *testing.T, path string) *sql.DB {
	t.Helper()
	if err := makeFile(path, Options{}); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", migratingDSN(path, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// TestMigrateTakesUpWhatWasInterrupted opens files as a program leaves them that
// was killed at its first start.
func TestMigrateTakesUpWhatWasInterrupted(t *testing.T) {
	t.Parallel()
	db := openBare(t, filepath.Join(t.TempDir(), "console.db"))
	if err := migrate(t.Context(), sqliteEngine{}, db, 0, twoSteps("SELECT broken;\n"), nil); err == nil {
		t.Fatal("a broken step: got no error")
	}
	version, err := (sqliteEngine{}).schemaVersion(t.Context(), db)
	if err != nil || version != 1 {
		t.Fatalf("after a broken step: got version %d, %v; want 1", version, err)
	}
	if err := migrate(t.Context(), sqliteEngine{}, db, version, twoSteps(""), nil); err != nil {
		t.Fatalf("taken up again: %v", err)
	}
	if version, err := (sqliteEngine{}).schemaVersion(t.Context(), db); err != nil || version != 2 {
		t.Errorf("taken up again: got version %d, %v; want 2", version, err)
	}
}

// TestOpenAfterAKill opens files as a killed process may leave them, between
// one statement of a first start and the next.
func TestOpenAfterAKill(t *testing.T) {
	t.Parallel()
	const versions = `CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
		INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1)`
	tests := map[string][]string{
		"an empty file":                         {},
		"a header without a mark":               {`PRAGMA user_version = 1`},
		"a mark and no tables":                  {claim},
		"the table of versions and no other":    {claim, versions},
		"a first migration that did not commit": {claim, versions, `BEGIN; CREATE TABLE users (a TEXT)`},
	}
	for name, statements := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "console.db")
			bare := openBare(t, path)
			for _, statement := range statements {
				if _, err := bare.ExecContext(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
			if err := bare.Close(); err != nil {
				t.Fatal(err)
			}
			reopen(t, path)
		})
	}
}

// reopen opens the database at path and checks that its schema is the newest.
func reopen(t *testing.T, path string) {
	t.Helper()
	db, err := Open(t.Context(), "sqlite:"+path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	want, err := NewestVersion(SQLite)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := (sqliteEngine{}).schemaVersion(t.Context(), db.read); err != nil || got != want {
		t.Errorf("got version %d, %v; want %d", got, err, want)
	}
}

// TestOpenTwiceAtOnce has several open the same new file, each of whom wants to
// migrate it.
func TestOpenTwiceAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "console.db")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			db, err := Open(t.Context(), "sqlite:"+path, Options{})
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
		})
	}
	all.Wait()
	reopen(t, path)
}

func TestOpenGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "console.db"), Options{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want it to be cancelled", err)
	}
}
