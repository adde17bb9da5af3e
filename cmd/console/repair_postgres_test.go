//go:build postgres

package main

import (
	"bytes"
	"database/sql"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/postgrestest"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// TestPostgresRepairs overwrites the file of an index of a PostgreSQL server. A search works
// without it, the console finds out which index is damaged, the serving role cannot rebuild it,
// and the owner of the database can.
func TestPostgresRepairs(t *testing.T) {
	t.Parallel()
	owner, served := damagedServer(t)
	db, err := database.Open(t.Context(), served, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	service := users.NewService(db, users.Config{})
	defer service.Close()
	search := func(want directory.Scan) {
		t.Helper()
		l, err := directory.New(db, service, directory.Config{}).Users(t.Context(), users.Command("cmd_test"), directory.Query{Text: "own"})
		if err != nil || len(l.Users) != 1 || l.Scanned != want {
			t.Errorf("search: got %d users, scan %d, %v; want one, scan %d", len(l.Users), l.Scanned, err, want)
		}
	}
	search(directory.ScanAll)
	damaged, err := service.VerifyIndexes(t.Context(), <-db.Damage())
	if err != nil || strings.Join(damaged, " ") != "users_search" {
		t.Errorf("VerifyIndexes: got %v, %v", damaged, err)
	}
	search(directory.ScanAll)
	if rebuilt, err := service.RebuildIndexes(t.Context()); err != nil || len(rebuilt) != 0 {
		t.Errorf("the role that serves rebuilt %v, %v", rebuilt, err)
	}
	says(t, served, 1, "Run console check --repair as the role that owns the database.", "check", "--repair")
	says(t, owner, 0, "The index users_search has been rebuilt.\n", "check", "--repair")
	says(t, owner, 0, "is whole", "check")
	search(directory.ScanNone)
}

// damagedServer returns the addresses of a database with one user and a damaged search index, for
// its owner and for the serving role.
func damagedServer(t *testing.T) (owner, served string) {
	t.Helper()
	s := postgrestest.New(t, postgrestest.NoDurability...)
	mustRun(t, s, "postgres", `CREATE ROLE served LOGIN`)
	mustRun(t, s, "postgres", `CREATE DATABASE console`)
	owner = s.URL(postgrestest.Superuser, "console")
	served = s.URL("served", "console") + "&options=-c%20enable_seqscan%3Doff" // so that the planner uses the index for few users, too
	if err := run(t.Context(), []string{"console", "migrate", "--database", owner, "--serve-role", "served"}, lookupIn(nil), io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	if _, err := runUsers(t, owner, []string{"add", "owner@example.com", "--role", "owner"}); err != nil {
		t.Fatal(err)
	}
	overwriteIndex(t, s, owner)
	return owner, served
}

// overwriteIndex stops a server, overwrites the search index, and starts it again.
func overwriteIndex(t *testing.T, s *postgrestest.Server, url string) {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var path string
	if err := db.QueryRowContext(t.Context(), `SELECT current_setting('data_directory') || '/' || pg_relation_filepath('users_search')`).Scan(&path); err != nil {
		t.Fatal(err)
	}
	s.Stop()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Write(bytes.Repeat([]byte{0xa5}, int(info.Size()))); err != nil {
		t.Fatal(err)
	}
	if err := s.Restart(postgrestest.NoDurability...); err != nil {
		t.Fatal(err)
	}
}
