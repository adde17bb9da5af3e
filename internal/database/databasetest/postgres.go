package databasetest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/postgrestest"
)

// Engine returns what the tests of this run keep their data in: SQLite, or PostgreSQL
// where the environment variable CONSOLE_TEST_ENGINE says postgres.
func Engine() database.Engine {
	if os.Getenv("CONSOLE_TEST_ENGINE") == "postgres" {
		return database.PostgreSQL
	}
	return database.SQLite
}

// server is the PostgreSQL server of this process, with a migrated database to copy.
var server = sync.OnceValues(func() (*postgrestest.Server, error) {
	s, err := postgrestest.Start(postgrestest.Hasty...)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	if err := s.Run(ctx, "postgres", `CREATE DATABASE template_console`); err != nil {
		return nil, err
	}
	db, err := database.Open(ctx, s.URL(postgrestest.Superuser, "template_console"), database.Options{Unsynced: true})
	if err != nil {
		return nil, err
	}
	return s, db.Close()
})

// made counts the databases that this process has made on the server.
var made atomic.Int64

// PostgresURL returns the address of a new database on PostgreSQL with the present
// schema, which is deleted when the test ends.
func PostgresURL(tb testing.TB) string {
	tb.Helper()
	s, err := server()
	if err != nil {
		tb.Fatalf("start a PostgreSQL server for the tests: %v", err)
	}
	name := fmt.Sprintf("test_%d", made.Add(1))
	if err := s.Run(tb.Context(), "postgres", `CREATE DATABASE `+name+` TEMPLATE template_console STRATEGY file_copy`); err != nil {
		tb.Fatalf("make a test database: %v", err)
	}
	tb.Cleanup(func() {
		if err := s.Run(context.Background(), "postgres", `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			tb.Errorf("drop the test database: %v", err)
		}
	})
	return s.URL(postgrestest.Superuser, name)
}
