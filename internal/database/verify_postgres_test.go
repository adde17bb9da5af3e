//go:build postgres

package database_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// TestPostgresShape compares the schema that the migrations make with the one that
// databases are compared with, which -update writes.
func TestPostgresShape(t *testing.T) {
	t.Parallel()
	got, want, err := database.PostgresShape(t.Context(), databasetest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		text, err := json.MarshalIndent(got, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("migrations/postgres/shape.json", append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("migrations/postgres/shape.json is not as the migrations make it (-file +made); run this with -update:\n%s", diff)
	}
}

// TestVerifyPostgres changes a database in one way each, and looks for the sentence that
// says so.
func TestVerifyPostgres(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change, says string // no sentence: nothing is wrong
		contents     bool   // are asked for
	}{
		"a whole database":     {contents: true},
		"a rule taken away":    {`DROP TRIGGER events_are_not_changed ON events`, "The schema lacks the trigger events_are_not_changed.", true},
		"a rule not in force":  {`ALTER TABLE events DISABLE TRIGGER events_are_not_deleted`, "The trigger events_are_not_deleted is not as the console made it", true},
		"a rule made harmless": {`CREATE OR REPLACE FUNCTION refuse_change() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'`, "The function refuse_change is not as the console made it", true},
		"an index taken away":  {`DROP INDEX events_by_target`, "The schema lacks the index events_by_target.", true},
		"another's table":      {`CREATE TABLE notes (a TEXT)`, "The schema has the table notes, which no console made.", true},
		"a newer schema":       {`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, TRUE)`, "Check with the newer console.", false},
		"an older schema":      {`UPDATE goose_db_version SET version_id = 1 WHERE version_id > 1`, "Run console migrate, and check again.", false},
		"no schema":            {`DROP TABLE goose_db_version`, "It holds no directory", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, asked := databasetest.PostgresURL(t), false
			if test.change != "" {
				databasetest.RunPostgres(t, url, test.change)
			}
			found, err := database.Verify(t.Context(), url, database.Options{}, database.Verification{
				Contents: func(context.Context, database.Engine, *sql.Tx) []string { asked = true; return nil },
			})
			if err != nil {
				t.Fatal(err)
			}
			says := func(one string) bool { return strings.Contains(one, test.says) }
			if test.says == "" && len(found) > 0 || test.says != "" && !slices.ContainsFunc(found, says) {
				t.Errorf("got %q, want %q", found, test.says)
			}
			if asked != test.contents {
				t.Errorf("asked about the contents: %v, want %v", asked, test.contents)
			}
		})
	}
}

// TestVerifyPostgresRefuses looks through what cannot be reached, and checks that nothing
// can be written meanwhile.
func TestVerifyPostgresRefuses(t *testing.T) {
	t.Parallel()
	url := databasetest.PostgresURL(t)
	_, err := database.Verify(t.Context(), strings.Replace(url, "/test_", "/nowhere_", 1), database.Options{}, database.Verification{})
	if _, ok := errors.AsType[*database.OpenError](err); !ok {
		t.Errorf("no such database: got %v, want a refusal", err)
	}
	_, err = database.Verify(t.Context(), url, database.Options{}, database.Verification{
		Contents: func(ctx context.Context, _ database.Engine, tx *sql.Tx) []string {
			failed := database.Savepoint(ctx, tx, func() error {
				_, err := tx.ExecContext(ctx, `DELETE FROM secrets`)
				return err
			})
			var there int
			if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM secrets`).Scan(&there); failed == nil || err != nil || there == 0 {
				t.Errorf("a deletion: got %v, then %v and %d secrets, want it refused and nothing gone", failed, err, there)
			}
			return nil
		},
	})
	if err != nil {
		t.Error(err)
	}
}
