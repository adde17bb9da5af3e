//go:build postgres

package database_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/postgrestest"
)

// TestErrUnknown_standby breaks off the wait for a standby, at a server that is to
// acknowledge nothing which the standby has not. That is acknowledged as little.
func TestErrUnknown_standby(t *testing.T) {
	t.Parallel()
	s, db := awaitingStandby(t, database.Options{})
	if err := writeAlone(t, s, db); !errors.Is(err, database.ErrUnknown) {
		t.Errorf("got %v, want ErrUnknown", err)
	}
	standBy(t, s, "")
	mustWrite(t, db, `UPDATE scratch SET word = 'afterwards'`)
}

// TestErrUnknown_isNotCancelled gives up waiting for a commit that waits for a standby. The server
// goes on waiting: the commit is not visible before the standby has it, and no other transaction
// begins.
func TestErrUnknown_isNotCancelled(t *testing.T) {
	t.Parallel()
	s, db := awaitingStandby(t, database.Impatient(database.Options{}, 2*time.Second, 10*time.Second, 500*time.Millisecond))
	var err error
	for err == nil { // until the server has heard of it
		err = write(t.Context(), db, `UPDATE scratch SET word = 'alone'`)
	}
	if !errors.Is(err, database.ErrUnknown) {
		t.Errorf("got %v, want ErrUnknown", err)
	}
	if err := write(t.Context(), db, `UPDATE scratch SET word = 'next'`); !database.IsBusy(err) || errors.Is(err, database.ErrUnknown) {
		t.Errorf("the next one: got %v, want the database to be busy", err)
	}
	standBy(t, s, "")
	mustWrite(t, db, `UPDATE scratch SET word = 'afterwards'`)
}

// awaitingStandby returns a server that is to acknowledge nothing without a standby, which
// it does not have, and its database with the table scratch.
func awaitingStandby(t *testing.T, o database.Options) (*postgrestest.Server, *database.DB) {
	t.Helper()
	s := postgrestest.New(t, postgrestest.NoDurability...)
	db, err := database.Open(t.Context(), s.URL(postgrestest.Superuser, "postgres"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	withScratch(t, db)
	standBy(t, s, "lost")
	return s, db
}

// standBy names the standby that a server is to wait for.
func standBy(t *testing.T, s *postgrestest.Server, name string) {
	t.Helper()
	for _, statement := range []string{`ALTER SYSTEM SET synchronous_standby_names = '` + name + `'`, `SELECT pg_reload_conf()`} {
		if err := s.Run(t.Context(), "postgres", statement); err != nil {
			t.Fatal(err)
		}
	}
}

// writeAlone writes until the server has heard that it is to wait for a standby, breaks
// off that wait, and returns what the write came to.
func writeAlone(t *testing.T, s *postgrestest.Server, db *database.DB) error {
	t.Helper()
	admin, err := pgx.Connect(t.Context(), s.URL(postgrestest.Superuser, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(t.Context())
	var broken atomic.Bool
	ended := make(chan error)
	go func() {
		var err error
		for err == nil && !broken.Load() {
			err = write(t.Context(), db, `UPDATE scratch SET word = 'alone'`)
		}
		ended <- err
	}()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case <-again.C:
		}
		var n int
		err := admin.QueryRow(t.Context(), `SELECT COUNT(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`).Scan(&n)
		if err != nil {
			t.Error(err)
		}
		broken.Store(broken.Load() || n > 0)
	}
}
