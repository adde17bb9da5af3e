package database_test

import (
	"context"
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

func write(ctx context.Context, db *database.DB, query string, args ...any) error {
	return db.Transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

func mustWrite(t *testing.T, db *database.DB, query string, args ...any) {
	t.Helper()
	if err := write(t.Context(), db, query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// words returns how many rows the table scratch has.
func words(t *testing.T, db *database.DB) int {
	t.Helper()
	var n int
	if err := db.Reads().QueryRowContext(t.Context(), `SELECT count(*) FROM scratch`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOpen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new directory", "100% #1?.db")
	for _, circumstance := range []string{"makes the file", "opens it again"} {
		db, err := database.Open(t.Context(), "sqlite:"+path, database.Options{})
		if err != nil {
			t.Fatalf("%s: %v", circumstance, err)
		}
		if err := db.Ping(t.Context()); err != nil {
			t.Errorf("%s: Ping: %v", circumstance, err)
		}
		for name, want := range map[string]fs.FileMode{path: 0o600, path + "-wal": 0o600, filepath.Dir(path): 0o700} {
			if got := mode(t, name); got != want {
				t.Errorf("%s: mode of %s is %v, want %v", circumstance, name, got, want)
			}
		}
		if err := db.Close(); err != nil {
			t.Errorf("%s: Close: %v", circumstance, err)
		}
	}
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func TestOpenSettings(t *testing.T) {
	t.Parallel()
	db := databasetest.NewSQLite(t)
	synced, err := database.Open(t.Context(), databasetest.SQLiteURL(t), database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer synced.Close()
	tests := map[string]struct {
		db     *database.DB
		pragma string
		want   int64
	}{
		"a write is on disk when it is answered": {synced, "synchronous", 2},
		"unless asked otherwise":                 {db, "synchronous", 0},
		"references are checked":                 {db, "foreign_keys", 1},
		"the schema is not trusted":              {db, "trusted_schema", 0},
		"a lock is waited for":                   {db, "busy_timeout", 5000},
		"the file is marked as ours":             {db, "application_id", 0x52636f6e},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got int64
			err := test.db.Transact(t.Context(), func(tx *sql.Tx) error {
				return tx.QueryRow("PRAGMA " + test.pragma).Scan(&got)
			})
			if err != nil || got != test.want {
				t.Errorf("PRAGMA %s: got %d, %v; want %d", test.pragma, got, err, test.want)
			}
		})
	}
}

func TestReadsAreMapped(t *testing.T) {
	t.Parallel()
	var got int64
	db := databasetest.NewSQLite(t)
	if err := db.Reads().QueryRowContext(t.Context(), "PRAGMA mmap_size").Scan(&got); err != nil {
		t.Fatal(err)
	}
	if got < 1<<30 {
		t.Errorf("mmap_size: got %d, want at least a gigabyte", got)
	}
}

func TestIsTaken(t *testing.T) {
	t.Parallel()
	db := newScratch(t)
	taken := write(t.Context(), db, `INSERT INTO scratch (word) VALUES ('first')`)
	syntax := write(t.Context(), db, `INSERT INTO`)
	for err, want := range map[error]bool{taken: true, syntax: false, sql.ErrNoRows: false} {
		if got := database.IsTaken(err); got != want {
			t.Errorf("IsTaken(%v): got %t, want %t", err, got, want)
		}
		if database.IsBusy(err) {
			t.Errorf("IsBusy(%v): got true, want false", err)
		}
	}
	if database.IsTaken(nil) || database.IsBusy(nil) {
		t.Error("no error is taken or busy")
	}
}

// TestLogShrinks makes the log grow during a long read, and checks that it shrinks afterwards.
func TestLogShrinks(t *testing.T) {
	t.Parallel()
	db := newScratchFile(t)
	rows, err := db.Reads().QueryContext(t.Context(), `SELECT word FROM scratch`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	rows.Next()
	for range 12 {
		mustWrite(t, db, `UPDATE scratch SET word = hex(randomblob(500000))`)
	}
	path := fileOf(t, db)
	grown := logSize(t, path)
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		mustWrite(t, db, `UPDATE scratch SET word = hex(randomblob(500000))`)
	}
	if got := logSize(t, path); grown < 10_000_000 || got > 5_000_000 {
		t.Errorf("the log has %d bytes, after %d during a read", got, grown)
	}
}

func TestPingAfterClose(t *testing.T) {
	t.Parallel()
	db := databasetest.New(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Ping(t.Context()); err == nil {
		t.Error("Ping of a closed database: got no error")
	}
}
