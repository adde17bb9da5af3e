//go:build postgres

package database_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/database/postgrestest"
)

// TestPingOfPostgreSQL has a server stop, take no writes, and come back.
func TestPingOfPostgreSQL(t *testing.T) {
	t.Parallel()
	server := postgrestest.New(t, postgrestest.NoDurability...)
	if err := server.Run(t.Context(), "postgres", `CREATE DATABASE console`); err != nil {
		t.Fatal(err)
	}
	db, err := database.Open(t.Context(), server.URL(postgrestest.Superuser, "console"), database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	address := server.Address()
	checkPing(t, db.Ping(t.Context()), "", address)
	if stats := db.Stats(); stats.Files != nil || stats.Pools["note"].MaxOpenConnections != 1 || stats.Pools["long"].MaxOpenConnections == 0 {
		t.Errorf("got the numbers %+v", stats)
	}
	server.Stop()
	checkPing(t, db.Ping(t.Context()), "the database cannot be read: its server is starting or stopping", address) // its last words
	checkPing(t, db.Ping(t.Context()), "the database cannot be read: no server that accepts writes can be reached", address)
	if err := server.Restart("default_transaction_read_only=on"); err != nil {
		t.Fatal(err)
	}
	checkPing(t, db.Ping(t.Context()), "the database cannot be read: no server that accepts writes can be reached", address)
	server.Stop()
	if err := server.Restart(postgrestest.NoDurability...); err != nil {
		t.Fatal(err)
	}
	checkPing(t, db.Ping(t.Context()), "", address)
}

// TestIsBusy_closed uses a connection that has broken before: nothing was sent.
func TestIsBusy_closed(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), databasetest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `SELECT 1`); err == nil || !database.IsBusy(err) {
		t.Errorf("got %v, want the database to be busy", err)
	}
}
