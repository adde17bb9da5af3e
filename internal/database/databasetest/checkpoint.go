package databasetest

import (
	"database/sql"
	"errors"
	"testing"
)

// Checkpoint moves the write-ahead log of the SQLite file at path into the file and truncates
// it. It fails the test if a transaction that is open keeps it from that.
func Checkpoint(tb testing.TB, path string) {
	tb.Helper()
	beside, err := sql.Open("sqlite", path)
	if err != nil {
		tb.Fatal(err)
	}
	var busy, pages, moved int
	err = beside.QueryRowContext(tb.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved)
	if err := errors.Join(err, beside.Close()); err != nil || busy != 0 {
		tb.Errorf("checkpoint: busy %d, %v", busy, err)
	}
}
