package database_test

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// TestPing brings a database into each kind of trouble, and reads what is said of it.
func TestPing(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		trouble func(*testing.T, *database.DB, string)
		want    string // empty: it is ready
	}{
		"none": {func(*testing.T, *database.DB, string) {}, ""},
		"closed": {func(t *testing.T, db *database.DB, _ string) {
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}, "the database cannot be read: it does not answer"},
		"read-only": {func(t *testing.T, db *database.DB, _ string) {
			mustWrite(t, db, `PRAGMA query_only = 1`)
		}, "the database cannot be written: its file is read-only"},
		"locked by another program": {lockFile, "the database cannot be written: another program has locked it"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := databasetest.SQLiteURL(t)
			db, err := database.Open(t.Context(), url, database.Options{Unsynced: true})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			path, _ := strings.CutPrefix(url, "sqlite:")
			test.trouble(t, db, path)
			checkPing(t, db.Ping(t.Context()), test.want, path)
		})
	}
}

// checkPing checks the error of Ping, which anyone may read, and that it names no file.
func checkPing(t *testing.T, err error, want, path string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("got %v, want that it is ready", err)
		}
		return
	}
	failed, ok := errors.AsType[*database.PingError](err)
	if !ok {
		t.Fatalf("got %v, want a PingError", err)
	}
	if got := failed.Message(); got != want || strings.Contains(got, path) {
		t.Errorf("got %q, want %q (of %v)", got, want, err)
	}
}

// lockFile locks the file as another program that writes does.
func lockFile(t *testing.T, db *database.DB, path string) {
	mustWrite(t, db, `PRAGMA busy_timeout = 50`) // shorter than that of a console
	other, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	tx, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() })
}
