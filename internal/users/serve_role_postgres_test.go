//go:build postgres

package users_test

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// servedBy makes a database as its owner, who is no superuser, lets another role serve
// from it, and returns its address for that.
func servedBy(t *testing.T) string {
	t.Helper()
	owner, server := databasetest.NewRole(t, ""), databasetest.NewRole(t, "")
	url := databasetest.As(t, databasetest.NewPostgres(t, `ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0 OWNER `+owner), owner)
	for range 2 { // a second time changes nothing
		db, err := database.Open(t.Context(), url, database.Options{ServeRole: server})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return databasetest.As(t, url, server)
}

// TestServeRole runs statements that the serving role may not run, in the pool that writes: the
// permission itself is missing, regardless of triggers.
func TestServeRole(t *testing.T) {
	t.Parallel()
	d := userstest.NewAt(t, servedBy(t))
	try := func(query string) error {
		return d.DB.Transact(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), query)
			return err
		})
	}
	_ = try(`GRANT UPDATE, DELETE, TRUNCATE ON events TO CURRENT_USER`) // of which PostgreSQL warns, and does nothing
	for _, query := range []string{
		`CREATE TABLE other (a TEXT)`, `ALTER TABLE users ADD COLUMN a TEXT`, `DROP TABLE sessions`, `CREATE INDEX other ON users (name)`,
		`DROP TRIGGER events_are_not_changed ON events`, `ALTER TABLE events DISABLE TRIGGER ALL`, `CREATE SCHEMA other`,
		`CREATE FUNCTION other() RETURNS INT LANGUAGE sql AS 'SELECT 1'`, `CREATE OR REPLACE FUNCTION refuse_change() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
		`UPDATE events SET action = 'x'`, `DELETE FROM events`, `TRUNCATE events CASCADE`, `UPDATE event_changes SET target_id = 'x'`, `TRUNCATE event_changes`,
		`UPDATE event_actors SET reason = 'x'`, `TRUNCATE event_actors`, `UPDATE event_mentions SET user_key = 'x'`,
		`INSERT INTO events SELECT * FROM events ON CONFLICT (seq) DO UPDATE SET action = 'x'`,
		`TRUNCATE users CASCADE`, `UPDATE secrets SET secret = ''`, `DELETE FROM secrets`, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)`,
		`SET session_replication_role = replica`, `COPY users TO PROGRAM 'true'`,
	} {
		err := try(query)
		if err == nil || !strings.Contains(err.Error(), "42501") && !strings.Contains(err.Error(), "must be owner") {
			t.Errorf("%s: got %v, want it not permitted", query, err)
		}
	}
	for _, part := range []string{"event_mentions", "event_changes", "event_actors"} {
		if err := try(`DELETE FROM ` + part); err != nil {
			t.Errorf("%s cannot be erased: %v", part, err)
		}
	}
}

// TestServeRoleServes does the work of a console as the serving role. The other tests of the domain
// and the pages use that role, too, on PostgreSQL.
func TestServeRoleServes(t *testing.T) {
	t.Parallel()
	d := userstest.NewAt(t, servedBy(t))
	ctx := t.Context()
	if d.DB.Engine() != database.PostgreSQL {
		t.Fatalf("the directory is in %s", d.DB.Engine())
	}
	ana := d.Person(t, "ana@example.com", users.RoleAdmin)
	d.ServiceUser(t, "robot", users.RoleUser)
	_, edited := d.EditProfile(ctx, ana, users.ProfileEdit{Fields: users.Fields{Name: new("Anna")}})
	_, changed := d.ChangeRole(ctx, d.Owner, "ana@example.com", users.RoleChange{Role: users.RoleAuditor})
	_, reviewed := d.MarkReviewed(ctx, d.Owner, "robot", users.Review{On: "2027-06-01"})
	_, saved := d.SaveView(ctx, d.Owner, users.NewView{Name: "Admins", Query: "role=admin"})
	var exported userstest.Sink
	for what, err := range map[string]error{
		"edit": edited, "change a role": changed, "mark as reviewed": reviewed, "save a view": saved,
		"keep":          d.Keep(ctx, users.DigestOf("f"), []byte("x"), 1e9),
		"export":        d.Directory.Export(ctx, d.Owner, directory.Query{}, userstest.CSV, &exported),
		"deactivate":    d.Deactivate(ctx, d.Owner, "robot", users.Departure{}),
		"reactivate":    d.Reactivate(ctx, d.Owner, "robot", users.Reactivation{}),
		"delete":        d.Delete(ctx, d.Owner, "robot", users.Deletion{Confirm: "robot"}),
		"reset":         d.ResetSignIn(ctx, d.Owner, "ana@example.com", users.SignInReset{}),
		"be ready":      d.Ready(ctx),
		"refuse access": func() error { d.RefuseAccess(ctx, ana, "owner@example.com", "edit"); d.Settle(); return nil }(),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := d.Actions(t, "robot"); len(exported.IDs) != 3 || !slices.Contains(got, users.ActionCreated) {
		t.Errorf("exported %v; the history of robot: %v", exported.IDs, got)
	}
}
