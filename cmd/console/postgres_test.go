//go:build postgres

package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database/databasetest"
)

// TestPostgresServe migrates a database as its owner, and serves from it as a role with the rights
// to serve alone: not before the migration, and also at the second start.
func TestPostgresServe(t *testing.T) {
	t.Parallel()
	owner, server := databasetest.NewRole(t, ""), databasetest.NewRole(t, "")
	url := databasetest.As(t, databasetest.NewPostgres(t, `ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0 OWNER `+owner), owner)
	served := databasetest.As(t, url, server)
	serve := []string{"serve", "--listen", "127.0.0.1:0", "--database", served, "--drain", "0s"}
	err := run(t.Context(), append([]string{"console"}, serve...), lookupIn(nil), io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "Run console migrate as the role that owns the database.") {
		t.Errorf("before it was migrated: got %v", err)
	}
	for range 2 {
		if err := run(t.Context(), []string{"console", "migrate", "--database", url, "--serve-role", server}, lookupIn(nil), io.Discard, io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	for _, owners := range [][]string{{"--owners", "owner@example.com"}, nil} {
		r := start(t, "sign-out address", append(serve, owners...)...)
		if status, _ := get(t, "http://"+r.address(t)+"/readyz"); status != http.StatusOK {
			t.Errorf("readiness: got status %d, want 200", status)
		}
		r.stop()
		if err := <-r.done; err != nil {
			t.Errorf("stopped: got %v, want no error", err)
		}
	}
}

// TestPostgresDemo checks that the demo refuses PostgreSQL.
func TestPostgresDemo(t *testing.T) {
	t.Parallel()
	url := databasetest.PostgresURL(t)
	err := run(t.Context(), []string{"console", "demo", "--listen", "127.0.0.1:0", "--database", url}, lookupIn(nil), io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "sqlite:PATH") {
		t.Errorf("got %v", err)
	}
}

// TestPostgresCheck checks a database as the serving role, with a password, which is not printed.
func TestPostgresCheck(t *testing.T) {
	t.Parallel()
	url := databasetest.PostgresURL(t)
	if _, err := runUsers(t, url, []string{"add", "owner@example.com", "--role", "owner"}); err != nil {
		t.Fatal(err)
	}
	served := strings.Replace(databasetest.As(t, url, databasetest.ServeRole), "@", ":canary@", 1)
	whole := "postgres://" + databasetest.ServeRole + "@" + databasetest.Host(t, url) + "/" + databasetest.Name(t, url) + " is whole: 1 user and 1 event."
	says(t, served, 0, whole, "check")
	databasetest.RunPostgres(t, url, `SET session_replication_role = replica; UPDATE users SET role = 'admin'; DROP TRIGGER events_are_not_deleted ON events`)
	for _, flaw := range []string{
		"- The schema lacks the trigger events_are_not_deleted.\n", "- owner@example.com is not as the history says: role.\n", "things are wrong with postgres://",
	} {
		says(t, served, 1, flaw, "check")
	}
	if said, _ := runConsole(t, served, "check"); strings.Contains(said, "canary") {
		t.Errorf("it prints the password:\n%s", said)
	}
}
