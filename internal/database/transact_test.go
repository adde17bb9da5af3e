package database_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

func TestTransact(t *testing.T) {
	t.Parallel()
	insert := func(tx *sql.Tx) { _, _ = tx.Exec(`INSERT INTO scratch (word) VALUES ('second')`) }
	errRefused := errors.New("refused")
	tests := map[string]struct {
		do   func(*sql.Tx) error
		want int // rows afterwards
	}{
		"success is kept": {func(tx *sql.Tx) error { insert(tx); return nil }, 2},
		"an error undoes": {func(tx *sql.Tx) error { insert(tx); return errRefused }, 1},
		"a panic undoes":  {func(tx *sql.Tx) error { insert(tx); panic("fault") }, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newScratch(t)
			func() {
				defer func() { _ = recover() }()
				_ = db.Transact(t.Context(), test.do)
			}()
			if got := words(t, db); got != test.want {
				t.Errorf("got %d rows, want %d", got, test.want)
			}
		})
	}
}

// TestTransactWaitsForItsTurn has one transaction begin in the middle of another.
func TestTransactWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	db := newScratch(t)
	err := db.Transact(t.Context(), func(*sql.Tx) error {
		return inTheMiddle(t, t.Context(), db)
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second transaction: got %v, want it to wait until its time is up", err)
	}
}

// TestTransactGivesUpWaiting keeps the writer busy: a second transaction gives up with an error
// for which IsBusy is true.
func TestTransactGivesUpWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := newScratchFile(t)
		began := time.Now()
		err := db.Transact(t.Context(), func(*sql.Tx) error {
			return write(t.Context(), db, `DELETE FROM scratch`)
		})
		if !database.IsBusy(err) || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a second transaction: got %v, want the database to be busy", err)
		}
		if waited := time.Since(began); waited > 10*time.Second {
			t.Errorf("it waited for %v", waited)
		}
		if err := write(t.Context(), db, `DELETE FROM scratch`); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// TestReadsDuringAWrite reads while a transaction is open: reads do not wait, and see nothing
// of it.
func TestReadsDuringAWrite(t *testing.T) {
	t.Parallel()
	db := newScratch(t)
	err := db.Transact(t.Context(), func(tx *sql.Tx) error {
		if _, err := tx.Exec(`INSERT INTO scratch (word) VALUES ('second')`); err != nil {
			return err
		}
		if got := words(t, db); got != 1 {
			t.Errorf("before the commit: got %d rows, want 1", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := words(t, db); got != 2 {
		t.Errorf("after the commit: got %d rows, want 2", got)
	}
}

// TestReadsRefuseToWrite checks that the engine itself refuses, whatever the statement
// looks like.
func TestReadsRefuseToWrite(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"insert":           `INSERT INTO scratch (word) VALUES ('second') RETURNING word`,
		"update":           `UPDATE scratch SET word = 'other' RETURNING word`,
		"delete returning": `DELETE FROM scratch RETURNING word`,
		"drop":             `DROP TABLE scratch`,
	}
	for name, query := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newScratch(t)
			var word string
			for _, pool := range []*sql.DB{db.Reads(), db.LookUps(), db.LongReads()} {
				if err := pool.QueryRowContext(t.Context(), query).Scan(&word); !database.IsBusy(err) {
					t.Errorf("got error %v, want a refusal", err)
				}
			}
			if got := words(t, db); got != 1 {
				t.Errorf("got %d rows, want the one that was there", got)
			}
		})
	}
}
