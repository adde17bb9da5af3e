//go:build postgres

package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/database/postgrestest"
	"github.com/roboto-ai/console/internal/users"
)

// TestCopy_refused checks the error and the exit status of a copy that cannot begin.
func TestCopy_refused(t *testing.T) {
	t.Parallel()
	file, server := databasetest.SQLiteURL(t), databasetest.PostgresURL(t)
	tests := map[string]struct {
		args   []string
		want   string
		status int
	}{
		"no target":              {[]string{file}, "copy needs an argument TO", 2},
		"an address of no form":  {[]string{file, "mysql://x"}, "TO: ", 2},
		"a source that is none":  {[]string{"sqlite:" + filepath.Join(t.TempDir(), "none.db"), server}, "none.db holds no console yet", 1},
		"the same file":          {[]string{file, file}, "is both the source and the target", 1},
		"the same database":      {[]string{server, server}, "is both the source and the target", 1},
		"a server that is none":  {[]string{file, "postgres://postgres@127.0.0.1:1/console?sslmode=disable"}, "cannot be reached", 1},
		"a database that is not": {[]string{strings.Replace(server, "/test_", "/none_", 1), file}, "is not there", 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := copied(t, nil, test.args...)
			if err == nil || !strings.Contains(err.Error(), test.want) || exitStatus(err) != test.status {
				t.Errorf("got %v with the status %d, want %q with %d", err, exitStatus(err), test.want, test.status)
			}
		})
	}
}

// TestCopy_roles copies as the owner of a database with a password, serves from the copy as the
// serving role, and copies back as that role.
func TestCopy_roles(t *testing.T) {
	t.Parallel()
	source, _ := fullDirectory(t)
	server := postgrestest.New(t, postgrestest.NoDurability...)
	mustRun(t, server, "postgres", `CREATE ROLE owning LOGIN PASSWORD 'open sesame'; CREATE ROLE serving LOGIN`)
	mustRun(t, server, "postgres", `CREATE DATABASE console OWNER owning`)
	mustRun(t, server, "console", `CREATE EXTENSION pg_trgm; ALTER SCHEMA public OWNER TO owning`)
	if err := server.Passwords("owning"); err != nil {
		t.Fatal(err)
	}
	owning, serving := server.URL("owning", "console"), server.URL("serving", "console")
	if _, err := copied(t, map[string]string{"CONSOLE_TO_PASSWORD": "wrong"}, source, owning); err == nil || !strings.Contains(err.Error(), "refuses the password") {
		t.Errorf("with a wrong password: got %v", err)
	}
	if _, err := copied(t, map[string]string{"CONSOLE_TO_PASSWORD": "open sesame"}, "--serve-role", "serving", source, owning); err != nil {
		t.Fatal(err)
	}
	if _, err := copied(t, nil, source, serving); err == nil || !strings.Contains(err.Error(), "belongs to another role") {
		t.Errorf("as the role that serves: got %v", err)
	}
	inCopy(t, serving, func(ctx context.Context, _ *database.DB, s *users.Service) error {
		_, signedIn := s.Session(ctx, browserOfCopy)
		_, added := s.AddPerson(ctx, users.Command("req_serving"), users.NewPerson{ID: "served@example.com"})
		return errors.Join(signedIn, added)
	})
	back := "sqlite:" + filepath.Join(t.TempDir(), "console.db")
	if _, err := copied(t, nil, serving, back); err != nil {
		t.Fatal(err)
	}
	if got, want := newestEvent(t, back), newestEvent(t, source)+1; got != want {
		t.Errorf("the newest event is %d, want %d", got, want)
	}
}

// mustRun runs statements as the superuser.
func mustRun(t *testing.T, s *postgrestest.Server, database, statements string) {
	t.Helper()
	if err := s.Run(t.Context(), database, statements); err != nil {
		t.Fatal(err)
	}
}
