//go:build postgres

package database_test

import (
	"context"
	"database/sql"
	"sync"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// newPostgresURL returns the address of a database in which nothing is.
func newPostgresURL(t *testing.T) string {
	t.Helper()
	return databasetest.NewPostgres(t, `ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0`)
}

// migrations returns how often the database has had each of its migrations.
func migrations(t *testing.T, url string) (times map[int64]int) {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `SELECT version_id, COUNT(*) FROM goose_db_version WHERE version_id > 0 GROUP BY version_id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	times = map[int64]int{}
	for rows.Next() {
		var version int64
		var n int
		if err := rows.Scan(&version, &n); err != nil {
			t.Fatal(err)
		}
		times[version] = n
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return times
}

// checkMigrated fails the test unless the database has had each migration once.
func checkMigrated(t *testing.T, url string) {
	t.Helper()
	times := migrations(t, url)
	for version, n := range times {
		if n != 1 {
			t.Errorf("migration %d ran %d times", version, n)
		}
	}
	if len(times) == 0 {
		t.Error("no migration ran")
	}
}

// TestOpenPostgresAtOnce has several consoles start at once on a new database.
func TestOpenPostgresAtOnce(t *testing.T) {
	t.Parallel()
	url := newPostgresURL(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			db, err := database.Open(t.Context(), url, database.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			if err := db.Ping(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	checkMigrated(t, url)
}

// TestOpenPostgresAfterAKill terminates the connection that migrates while it waits for another
// transaction that creates a table of the same name.
func TestOpenPostgresAfterAKill(t *testing.T) {
	t.Parallel()
	url := newPostgresURL(t)
	other, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	holding, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer holding.Rollback()
	if _, err := holding.Exec(`CREATE TABLE events (name TEXT)`); err != nil {
		t.Fatal(err)
	}
	opened := make(chan error, 1)
	go func() {
		db, err := database.Open(t.Context(), url, database.Options{})
		if err == nil {
			_ = db.Close()
		}
		opened <- err
	}()
	endWhoWaits(t, other)
	if err := <-opened; err == nil {
		t.Error("who was ended came through")
	}
	if err := holding.Rollback(); err != nil {
		t.Fatal(err)
	}
	db, err := database.Open(t.Context(), url, database.Options{})
	if err != nil {
		t.Fatalf("taken up again: %v", err)
	}
	defer db.Close()
	checkMigrated(t, url)
}

// endWhoWaits ends the connection of a console that waits for a lock, once there is one.
func endWhoWaits(t *testing.T, db *sql.DB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	pause := time.NewTicker(10 * time.Millisecond)
	defer pause.Stop()
	for range pause.C {
		var ended int
		err := db.QueryRowContext(ctx, `SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'console' AND wait_event_type = 'Lock'`).Scan(&ended)
		if err != nil {
			t.Fatal(err)
		}
		if ended > 0 {
			return
		}
	}
}
