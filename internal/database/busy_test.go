package database_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
)

// TestReason makes the database unavailable in each way, and checks the reason for each.
func TestReason(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fails func(*testing.T) error
		says  string
	}{
		"no error":          {func(*testing.T) error { return nil }, ""},
		"an answer":         {func(*testing.T) error { return sql.ErrNoRows }, ""},
		"a mistake of ours": {func(t *testing.T) error { return write(t.Context(), newScratch(t), `INSERT INTO`) }, ""},
		"the caller has cancelled": {func(t *testing.T) error {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			return write(ctx, newScratch(t), `DELETE FROM scratch`)
		}, ""},
		"a full disk":          {fill, "the disk is full"},
		"a read-only database": {writeReading, "its file is read-only"},
		"a locked one":         {writeLocked, "another program has locked it"},
		"a damaged one":        {readDamaged, "its file is damaged"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := test.fails(t)
			if got := database.Reason(err); got != test.says {
				t.Errorf("Reason(%v): got %q, want %q", err, got, test.says)
			}
			if got := database.IsBusy(err); got != (test.says != "") {
				t.Errorf("IsBusy(%v): got %t", err, got)
			}
		})
	}
}

// fill writes more than there is room for.
func fill(t *testing.T) error {
	return newScratchFile(t).Transact(t.Context(), func(tx *sql.Tx) error {
		if _, err := tx.Exec(`PRAGMA max_page_count = 1`); err != nil { // it stays at what is in use
			return err
		}
		_, err := tx.Exec(`INSERT INTO scratch (word) VALUES (hex(randomblob(1000000)))`)
		return err
	})
}

// writeReading writes through a connection that may not.
func writeReading(t *testing.T) error {
	_, err := newScratchFile(t).Reads().ExecContext(t.Context(), `DELETE FROM scratch`)
	return err
}

// writeLocked writes while another program does.
func writeLocked(t *testing.T) error {
	db := newScratchFile(t)
	mustWrite(t, db, `PRAGMA busy_timeout = 50`)
	other, err := sql.Open("sqlite", "file:"+fileOf(t, db)+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	return db.Transact(t.Context(), func(*sql.Tx) error { return errors.New("it has begun") })
}

// readDamaged reads from a file of which the middle has been overwritten since it was
// opened.
func readDamaged(t *testing.T) error {
	db := newScratchFile(t)
	mustWrite(t, db, `INSERT INTO scratch (word) VALUES (hex(randomblob(100000)))`)
	path := fileOf(t, db)
	run(t, path, `PRAGMA wal_checkpoint(TRUNCATE)`)
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	junk := []byte(strings.Repeat("\xa5", int(info.Size()-8192)))
	if _, err := file.WriteAt(junk, 8192); err != nil {
		t.Fatal(err)
	}
	var n int
	return db.Reads().QueryRowContext(t.Context(), `SELECT count(*) FROM scratch WHERE at IS NULL AND word LIKE '%x'`).Scan(&n)
}

// fileOf returns the path of the file of a database.
func fileOf(t *testing.T, db *database.DB) (path string) {
	t.Helper()
	if err := db.Reads().QueryRowContext(t.Context(), `SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&path); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestPingChecksSpace pings a database without commits: what it writes to check for space is
// invisible and rolled back.
func TestPingChecksSpace(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "console.db")
	place(t, path, image(t))
	db, err := database.Open(t.Context(), "sqlite:"+path, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	size := logSize(t, path)
	if err := db.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := logSize(t, path); after < size+200<<10 {
		t.Errorf("it has tried %d bytes of the disk, want a quarter of a megabyte", after-size)
	}
	var left int
	err = db.Reads().QueryRowContext(t.Context(), `SELECT count(*) FROM sqlite_schema WHERE name = 'room'`).Scan(&left)
	if err != nil || left != 0 {
		t.Errorf("it left a table behind: %v", err)
	}
	size = logSize(t, path)
	for range 3 {
		if err := db.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if after := logSize(t, path); after != size {
		t.Errorf("asked again, it wrote %d bytes more", after-size)
	}
}

// logSize returns the size of the log beside the file at path.
func logSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
