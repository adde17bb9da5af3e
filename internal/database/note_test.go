package database_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// synchronous returns the setting of the writer: with 2 a commit is synced.
func synchronous(t *testing.T, db *database.DB) (level int) {
	t.Helper()
	err := db.Transact(t.Context(), func(tx *sql.Tx) error { return tx.QueryRow("PRAGMA synchronous").Scan(&level) })
	if err != nil {
		t.Fatal(err)
	}
	return level
}

// TestNoteRestoresSync runs Note with success and with each kind of failure: the next transaction
// is synced.
func TestNoteRestoresSync(t *testing.T) {
	t.Parallel()
	db, err := database.Open(t.Context(), databasetest.SQLiteURL(t), database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	mustWrite(t, db, scratch)
	refused := errors.New("refused")
	ctx, cancel := context.WithCancel(t.Context())
	tests := map[string]func(*sql.Tx) error{
		"success":         func(tx *sql.Tx) error { _, err := tx.Exec(`INSERT INTO scratch (word) VALUES ('noted')`); return err },
		"an error":        func(*sql.Tx) error { return refused },
		"a panic":         func(*sql.Tx) error { panic("fault") },
		"a ctx that ends": func(*sql.Tx) error { cancel(); return ctx.Err() },
	}
	for name, do := range tests {
		level := 0
		func() {
			defer func() { _ = recover() }()
			_ = db.Note(ctx, func(tx *sql.Tx) error {
				if err := tx.QueryRow("PRAGMA synchronous").Scan(&level); err != nil {
					return err
				}
				return do(tx)
			})
		}()
		if got := synchronous(t, db); got != 2 || level == 2 {
			t.Errorf("%s: synchronous was %d in it and is %d after it, want 1 and 2", name, level, got)
		}
		if ctx.Err() != nil {
			ctx, cancel = context.WithCancel(t.Context())
		}
	}
	cancel()
	if got := words(t, db); got != 1 {
		t.Errorf("got %d rows, want the one of the success", got)
	}
}
