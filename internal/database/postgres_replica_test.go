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
	s := postgrestest.New(t, postgrestest.Hasty...)
	db, err := database.Open(t.Context(), s.URL(postgrestest.Superuser, "postgres"), database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	withScratch(t, db)
	names := func(names string) {
		for _, statement := range []string{`ALTER SYSTEM SET synchronous_standby_names = '` + names + `'`, `SELECT pg_reload_conf()`} {
			if err := s.Run(t.Context(), "postgres", statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	names("lost")
	if err := writeAlone(t, s, db); !errors.Is(err, database.ErrUnknown) {
		t.Errorf("got %v, want ErrUnknown", err)
	}
	names("")
	mustWrite(t, db, `UPDATE scratch SET word = 'afterwards'`)
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
