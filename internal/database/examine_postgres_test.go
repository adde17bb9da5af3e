//go:build postgres

package database_test

import (
	"context"
	"database/sql"
	"net/url"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// superuserRuns runs a statement in the database at address, as its superuser.
func superuserRuns(t *testing.T, address, text string) {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.WithoutCancel(t.Context()), text); err != nil {
		t.Fatal(err)
	}
}

// postgresStates are the states of a PostgreSQL database, each with the finding about it.
var postgresStates = map[string]struct {
	spoil   string         // a statement, with the database's name for NAME
	address func(*url.URL) // changes the role or host; nil: the superuser
	subject string
	grade   database.Grade
	says    string
}{
	"as it should be":      {"", nil, "server", database.Good, "accepts writes"},
	"the present schema":   {"", nil, "schema", database.Good, "the one of this program"},
	"an older schema":      {`DELETE FROM goose_db_version WHERE version_id > 1`, nil, "schema", database.Good, "the next start brings it to"},
	"a newer schema":       {`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`, nil, "schema", database.Bad, "newer console"},
	"the search":           {"", nil, "search", database.Good, "pg_trgm is there"},
	"no other machine":     {"", nil, "encryption", database.Good, "does not leave this machine"},
	"PUBLIC may connect":   {"", nil, "access", database.Doubtful, "may connect to the database. As the owner: REVOKE ALL ON DATABASE test_"},
	"PUBLIC may create":    {`GRANT CREATE ON SCHEMA public TO PUBLIC`, nil, "access", database.Doubtful, "create objects in the schema public. As the owner:"},
	"PUBLIC may read":      {`GRANT SELECT ON users TO PUBLIC`, nil, "access", database.Doubtful, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;"},
	"PUBLIC may nothing":   {`REVOKE ALL ON DATABASE NAME FROM PUBLIC`, nil, "access", database.Good, "may neither connect"},
	"who may do anything":  {"", nil, "rights", database.Doubtful, "--serve-role"},
	"a database not there": {"", func(u *url.URL) { u.Path = "/nowhere" }, "server", database.Bad, "CREATE DATABASE"},
	"the server is down":   {"", func(u *url.URL) { u.Host = "127.0.0.1:1" }, "server", database.Bad, "cannot be reached"},
}

// TestExaminePostgres examines PostgreSQL databases in every state.
func TestExaminePostgres(t *testing.T) {
	t.Parallel()
	for name, test := range postgresStates {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := databasetest.PostgresURL(t)
			if test.spoil != "" {
				superuserRuns(t, address, strings.ReplaceAll(test.spoil, "NAME", strings.TrimPrefix(mustParse(t, address).Path, "/")))
			}
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			if test.address != nil {
				test.address(u)
			}
			expectFinding(t, database.Examine(t.Context(), u.String(), database.Options{}), test.subject, test.grade, test.says)
		})
	}
}

// TestExamineServeRole examines a database as the role to which migrate granted the rights to
// serve, and as a role without rights.
func TestExamineServeRole(t *testing.T) {
	t.Parallel()
	address := databasetest.PostgresURL(t)
	superuserRuns(t, address, `CREATE ROLE doctor_serves LOGIN; CREATE ROLE doctor_nobody LOGIN`)
	t.Cleanup(func() {
		superuserRuns(t, address, `DROP OWNED BY doctor_serves; DROP ROLE doctor_serves; DROP ROLE doctor_nobody`)
	})
	db, err := database.Open(t.Context(), address, database.Options{ServeRole: "doctor_serves"})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for role, want := range map[string]struct {
		grade database.Grade
		says  string
	}{"doctor_serves": {database.Good, "may serve"}, "doctor_nobody": {database.Bad, "may not write"}} {
		as := strings.Replace(address, "://"+mustParse(t, address).User.String()+"@", "://"+role+"@", 1)
		expectFinding(t, database.Examine(t.Context(), as, database.Options{}), "rights", want.grade, want.says)
	}
	reads, err := database.OpenToRead(t.Context(), strings.Replace(address, "://"+mustParse(t, address).User.String()+"@", "://doctor_serves@", 1), database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := reads.Close(); err != nil {
		t.Error(err)
	}
}

// mustParse parses an address.
func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
