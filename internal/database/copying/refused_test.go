//go:build postgres

package copying

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// A refusal is a copy that is refused.
type refusal struct {
	from, to func(testing.TB) string // default SQLite to PostgreSQL
	source   func(context.Context, *sql.Tx) error
	target   func(context.Context, *sql.Tx) error
	want     string
}

// refusals are copies that are refused, by their circumstances.
var refusals = map[string]refusal{
	"a target with users": {target: statement(`INSERT INTO tallies (kind, role, status, n) VALUES ('', '', '', 1)`), want: "is not empty: there are rows in its table tallies"},
	"a file with users": {
		from: databasetest.PostgresURL, to: databasetest.SQLiteURL,
		target: statement(`INSERT INTO tallies (kind, role, status, n) VALUES ('', '', '', 1)`), want: "is not empty: there are rows in its table tallies",
	},
	"a second secret":          {target: statement(`INSERT INTO secrets (name, secret) SELECT 'other', secret FROM secrets WHERE name = 'cursors'`), want: "is not empty: there are rows in its table secrets"},
	"an older source":          {source: statement(`DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`), want: "is not up to date"},
	"a newer source":           {source: statement(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`), want: "newer console"},
	"a table of its own":       {source: statement(`CREATE TABLE extra (n INTEGER)`), want: "the table extra is not in the target"},
	"a table of the target's":  {target: statement(`CREATE TABLE extra (n INTEGER)`), want: "the table extra is not in the source"},
	"a column of its own":      {source: statement(`ALTER TABLE users ADD COLUMN extra TEXT`), want: "the table users has a column extra that is not in the target"},
	"a column of the target's": {target: statement(`ALTER TABLE users ADD COLUMN extra TEXT`), want: "the table users has columns in the target that are not in the source"},
	"a column of another type": {
		source: statement(`ALTER TABLE users ADD COLUMN extra TEXT`), target: statement(`ALTER TABLE users ADD COLUMN extra BIGINT`), want: "a column extra that is TEXT in the source and bigint in the target",
	},
	"a text with the character 0": {source: statement(`UPDATE users SET name = 'a' || char(0) WHERE number = 7`), want: "the table users, in the row with number 7, holds a text that PostgreSQL cannot"},
	"a text that is no UTF-8":     {source: statement(`UPDATE sessions SET address = CAST(x'ff' AS TEXT)`), want: `the table sessions, in the row with id "ses_1", holds a text`},
	"a number too large":          {source: statement(`UPDATE tallies SET n = 4294967296 WHERE kind = 'person'`), want: "holds a number that the target cannot"},
	"a time before all":           {source: statement(`UPDATE users SET seen_at = -9000000000000000000 WHERE number = 3`), want: "holds a time that the target cannot"},
	"eternity":                    {from: databasetest.PostgresURL, to: databasetest.SQLiteURL, source: statement(`UPDATE users SET seen_at = 'infinity' WHERE number = 3`), want: "holds a time that the target cannot"},
}

// TestRun_refused checks which copies are refused, with which message, and that the target
// stays empty.
func TestRun_refused(t *testing.T) {
	t.Parallel()
	for name, test := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := databasetest.SQLiteURL, databasetest.PostgresURL
			if test.from != nil {
				from, to = test.from, test.to
			}
			source, target := seeded(t, from), to(t)
			for url, do := range map[string]func(context.Context, *sql.Tx) error{source: test.source, target: test.target} {
				if do != nil {
					change(t, url, do)
				}
			}
			_, err := Run(t.Context(), source, target, Options{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if got := number(t, target, `SELECT count(*) FROM users`); got != 0 {
				t.Errorf("got %d users in the target, want none", got)
			}
		})
	}
}

// TestRun_inUse checks that a source or target on which a console runs is refused, and a copy
// of a database to itself.
func TestRun_inUse(t *testing.T) {
	t.Parallel()
	for from, makeFrom := range engines {
		for to, makeTo := range engines {
			t.Run(from+" to "+to, func(t *testing.T) {
				t.Parallel()
				source, target := seeded(t, makeFrom), makeTo(t)
				for what, url := range map[string]string{"the source": source, "the target": target} {
					console, err := database.Open(t.Context(), url, database.Options{})
					if err != nil {
						t.Fatal(err)
					}
					_, err = Run(t.Context(), source, target, Options{})
					if err == nil || !strings.Contains(err.Error(), "is in use") {
						t.Errorf("a console on %s: got %v, want that it is in use", what, err)
					}
					if err := console.Close(); err != nil {
						t.Error(err)
					}
				}
				if _, err := Run(t.Context(), source, source, Options{}); err == nil || !strings.Contains(err.Error(), "both the source and the target") {
					t.Errorf("to itself: got %v", err)
				}
			})
		}
	}
}

// TestRun_schema checks that a copy leaves the schema as it was: indexes, references, and
// triggers, some of which an operator has disabled.
func TestRun_schema(t *testing.T) {
	t.Parallel()
	target := databasetest.PostgresURL(t)
	change(t, target, statement(`ALTER TABLE users DISABLE TRIGGER tallies_insert`))
	change(t, target, statement(`ALTER TABLE events ENABLE ALWAYS TRIGGER events_are_not_changed`))
	before := schemaOf(t, target)
	if len(before) < 60 {
		t.Fatalf("got a schema of %d parts", len(before))
	}
	if _, err := Run(t.Context(), seeded(t, databasetest.SQLiteURL), target, Options{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, schemaOf(t, target)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

// schemaOf returns the parts of a schema on PostgreSQL, in words.
func schemaOf(t *testing.T, url string) (all []string) {
	t.Helper()
	change(t, url, func(ctx context.Context, tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indrelid WHERE relnamespace = 'public'::regnamespace
			UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated FROM pg_constraint WHERE connamespace = 'public'::regnamespace
			UNION ALL SELECT pg_get_triggerdef(oid) || ' ' || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var one string
			if err := rows.Scan(&one); err != nil {
				return err
			}
			all = append(all, one)
		}
		return rows.Err()
	})
	return all
}

// TestRun_allVisible checks that PostgreSQL marks all pages of a copy as visible to all, so
// that no VACUUM has to read them.
func TestRun_allVisible(t *testing.T) {
	t.Parallel()
	target := databasetest.PostgresURL(t)
	if _, err := Run(t.Context(), seeded(t, databasetest.SQLiteURL), target, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"users", "events", "event_changes", "event_actors", "sessions"} {
		if got := number(t, target, `SELECT relpages - relallvisible FROM pg_class WHERE oid = '`+table+`'::regclass`); got != 0 {
			t.Errorf("%d pages of %s are not marked as all visible", got, table)
		}
	}
}
