//go:build postgres

package copying

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// engines make new databases of each engine.
var engines = map[string]func(testing.TB) string{"SQLite": databasetest.SQLiteURL, "PostgreSQL": databasetest.PostgresURL}

// seed inserts two users, with an event and a token, in values that both engines take.
var seed = []string{
	`INSERT INTO users (number, key, user_id, name, kind, role, deactivated, identified, channels, types, time_zone, sort_name, search_text, created_at, created_by, updated_at, seen_at, version)
		VALUES (7, 'usr_1', 'ana@example.com', 'Ana', 'person', 'owner', $1, $2, '{}', '{}', 'UTC', 'ana', '  ana', $3, '', $3, $3, 1)`,
	`INSERT INTO users (number, key, user_id, name, kind, role, deactivated, identified, channels, types, time_zone, responsible_key, sort_name, search_text, created_at, created_by, updated_at, seen_at, version)
		VALUES (3, 'usr_2', 'robot', NULL, 'service', 'user', $2, $1, '{}', '{}', 'UTC', 'usr_1', 'robot', '  robot', $3, '', $3, $3, 1)`,
	`INSERT INTO events (seq, at, action, actor_key, target_key, via, request_id, group_id, undoes, token_id, tool, encoding, change_digest, actor_digest)
		VALUES (9, $3, 'user.created', '', 'usr_1', 'command', $4, '', 0, '', '', 1, $6, $6)`,
	`INSERT INTO event_changes (seq, nonce, target_id, target_name, target_kind, target_version, changes) VALUES (9, $7, 'ana@example.com', 'Ana', 'person', 1, '[]')`,
	`INSERT INTO event_actors (seq, nonce, actor_id, actor_name, actor_kind, reason, address, user_agent) VALUES (9, $7, '', '', 'operator', $4, '', '')`,
	`INSERT INTO event_mentions (user_key, seq) VALUES ('usr_1', 9)`,
	`INSERT INTO tokens (id, digest, user_key, name, description, hint, role, scopes, ranges, issued_at, issued_by, issued_with, shown_to, ends_at, issued_until, revoked_at, replaces, replaced_by, used_on)
		VALUES ('tok_1', $6, 'usr_2', 'one', $4, 'k7Qm', 'user', 'users.read', '192.0.2.0/24', $3, '', '', 'usr_1', $3, $3, NULL, '', '', '')`,
	`INSERT INTO token_uses (token, day, asker, tool, network, address, uses, refused, hours, last_at) VALUES ('tok_1', '2026-11-23', '', 'curl', '', '', 1, 0, 512, $3)`,
	`INSERT INTO introspections (asker_key, token, asked_at, active, role) VALUES ('usr_2', 'tok_1', $3, $2, 'user')`,
	`INSERT INTO sessions (id, digest, user_key, started_at, seen_at, expires_at, address, user_agent) VALUES ('ses_1', $5, 'usr_1', $3, $3, $3, '', '')`,
}

// microsecond is a time whose last digit is a microsecond.
var microsecond = time.Date(2026, 11, 23, 9, 30, 0, 123_457_000, time.UTC)

// odd is a text that is easily damaged: it has escapes, combining characters and a length
// beyond that of buffers.
var odd = "\\N \\. \"'`;\r\n\t\u0301 é e\u0301 😀 \ufeff" + strings.Repeat("ß", 100_000)

// seeded returns the address of a new database that holds the seed.
func seeded(t *testing.T, make func(testing.TB) string) string {
	t.Helper()
	url := make(t)
	change(t, url, func(ctx context.Context, tx *sql.Tx) error {
		values := []any{false, true, database.Time(microsecond), odd, []byte{0, 255, 0}, bytes.Repeat([]byte{0, 255}, 16), bytes.Repeat([]byte{10, 0}, 8)}
		for _, statement := range seed {
			var used []any
			for i, value := range values { // both engines refuse a value without a parameter
				if name := fmt.Sprintf("$%d", i+1); strings.Contains(statement, name) {
					used = append(used, value)
					statement = strings.ReplaceAll(statement, name, fmt.Sprintf("$%d", len(used)))
				}
			}
			if _, err := tx.ExecContext(ctx, statement, used...); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	})
	return url
}

// change writes to a database that is not open.
func change(t *testing.T, url string, do func(context.Context, *sql.Tx) error) {
	t.Helper()
	db, err := database.Open(t.Context(), url, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Transact(t.Context(), func(tx *sql.Tx) error { return do(t.Context(), tx) })
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// statement is a change by one statement.
func statement(query string, args ...any) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	}
}

// number returns what a query counts.
func number(t *testing.T, url, query string) (n int64) {
	t.Helper()
	db, err := database.Open(t.Context(), url, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Reads().QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestRun copies from each engine to each, and back: the rows are the same every
// time.
func TestRun(t *testing.T) {
	t.Parallel()
	for from, makeFrom := range engines {
		for to, makeTo := range engines {
			t.Run(from+" to "+to, func(t *testing.T) {
				t.Parallel()
				source, target, back := seeded(t, makeFrom), makeTo(t), makeFrom(t)
				there, err := Run(t.Context(), source, target, Options{})
				if err != nil {
					t.Fatal(err)
				}
				if got := rowsOf(there, "users"); got != 2 {
					t.Errorf("got %d users, want 2", got)
				}
				again, err := Run(t.Context(), target, back, Options{})
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(again, there) {
					t.Errorf("got %v on the way back, want %v", again, there)
				}
				for _, url := range []string{target, back} {
					intact(t, url)
				}
			})
		}
	}
}

// rowsOf returns how many rows of a table were copied.
func rowsOf(copied []Table, name string) int64 {
	return copied[slices.IndexFunc(copied, func(t Table) bool { return t.Name == name })].Rows
}

// intact checks that a copy of the seed has all of it, and that the copy can be used.
func intact(t *testing.T, url string) {
	t.Helper()
	for query, want := range map[string]int64{
		`SELECT count(*) FROM users WHERE status = 'deactivated'`:                1,
		`SELECT COALESCE(SUM(n), 0) FROM tallies`:                                2,
		`SELECT count(*) FROM duties`:                                            3,
		`SELECT count(*) FROM secrets`:                                           2,
		`SELECT count(*) FROM sessions`:                                          1,
		`SELECT seq FROM event_changes`:                                          9,
		`SELECT COALESCE(length(reason), 0) FROM event_actors`:                   int64(len([]rune(odd))),
		`SELECT count(*) FROM users s JOIN users r ON r.key = s.responsible_key`: 1,
	} {
		if got := number(t, url, query); got != want {
			t.Errorf("%s: %s: got %d, want %d", url, query, got, want)
		}
	}
	usable(t, url)
}

// usable checks that a copy of the seed has its time, that triggers and references hold, and
// that the next user gets the next number.
func usable(t *testing.T, url string) {
	t.Helper()
	db, err := database.Open(t.Context(), url, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var at database.Time
	if err := db.Reads().QueryRowContext(t.Context(), `SELECT at FROM events`).Scan(&at); err != nil || at != database.Time(microsecond) {
		t.Errorf("%s: got %v, %v, want %v", url, at, err, microsecond)
	}
	for query, refused := range map[string]bool{
		`UPDATE events SET at = at`: true, // by a trigger
		`INSERT INTO identities (issuer, subject, user_key, address, bound_at, signed_in_at) SELECT '', '', 'nobody', '', at, at FROM events`: true, // by a reference
		`INSERT INTO users (key, user_id, kind, role, deactivated, identified, channels, types, time_zone, sort_name, search_text, created_at, created_by, updated_at, seen_at, version)
			SELECT 'usr_3', 'new', kind, role, deactivated, identified, '{}', '{}', 'UTC', 'new', '  new', created_at, '', created_at, created_at, 1 FROM users WHERE number = 7`: false,
	} {
		if err := db.Transact(t.Context(), func(tx *sql.Tx) error { return statement(query)(t.Context(), tx) }); (err != nil) != refused {
			t.Errorf("%s: %s: got error %v, want one: %t", url, query, err, refused)
		}
	}
	if got := number(t, url, `SELECT number FROM users WHERE user_id = 'new'`); got != 8 {
		t.Errorf("%s: the next user got the number %d, want 8", url, got)
	}
	if err := db.Transact(t.Context(), func(tx *sql.Tx) error { return statement(`DELETE FROM users WHERE user_id = 'new'`)(t.Context(), tx) }); err != nil {
		t.Error(err)
	}
}

// TestRun_damaged damages one value between writing and comparing: nothing is kept, and a
// second try succeeds.
func TestRun_damaged(t *testing.T) {
	t.Parallel()
	for to, makeTo := range engines {
		for name, damage := range map[string]string{
			"a value":  `UPDATE users SET time_zone = 'UTD' WHERE number = 3`,
			"one row":  `DELETE FROM event_actors`,
			"NULL":     `UPDATE users SET name = '' WHERE name IS NULL`,
			"a byte":   `DELETE FROM secrets`,
			"one more": `INSERT INTO tallies (kind, role, status, n) VALUES ('', '', '', 0)`,
		} {
			t.Run(to+" "+name, func(t *testing.T) {
				t.Parallel()
				source, target := seeded(t, databasetest.SQLiteURL), makeTo(t)
				if _, err := runDamaged(t.Context(), source, target, damage); !isError(err) {
					t.Fatalf("got %v, want an Error", err)
				}
				if got := number(t, target, `SELECT count(*) FROM users`); got != 0 {
					t.Errorf("got %d users in the target, want none", got)
				}
				if _, err := Run(t.Context(), source, target, Options{}); err != nil {
					t.Errorf("the second try: %v", err)
				}
			})
		}
	}
}

// runDamaged is Run that runs a statement on the target before it is compared.
func runDamaged(ctx context.Context, from, to, statement string) ([]Table, error) {
	return run(ctx, from, to, Options{}, func(to target) error {
		if p, ok := to.(*postgresTarget); ok {
			return p.exec(ctx, statement)
		}
		return to.(*sqliteTarget).building.Transact(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, statement)
			return err
		})
	})
}

// isError reports whether err is an [*Error].
func isError(err error) bool {
	_, ok := errors.AsType[*Error](err)
	return ok
}

// TestRun_newFile checks the file that a copy makes, its mode and path, that nothing is left
// beside it, and the progress that is reported.
func TestRun_newFile(t *testing.T) {
	t.Parallel()
	source := seeded(t, databasetest.SQLiteURL)
	dir := t.TempDir() + "/new"
	var reported []string
	var share float64
	_, err := Run(t.Context(), source, "sqlite:"+dir+"/console.db", Options{Progress: func(p Progress) {
		if p.Share < share {
			t.Errorf("%s: went back from %.3f to %.3f", p.Doing, share, p.Share)
		}
		share = p.Share
		reported = append(reported, p.Doing)
	}})
	if err != nil {
		t.Fatal(err)
	}
	if share != 1 {
		t.Errorf("ended at %.3f", share)
	}
	for _, want := range []string{"writing users", "building index 2 of ", "checking users"} {
		if !slices.ContainsFunc(reported, func(one string) bool { return strings.HasPrefix(one, want) }) {
			t.Errorf("did not report %q: %q", want, reported)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("got the files %v, %v, want one", files, err)
	}
	info, err := files[0].Info()
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got the rights %v, %v", info.Mode(), err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("got the rights %v, %v of the directory", info.Mode(), err)
	}
	if got := cmp.Or(number(t, "sqlite:"+dir+"/console.db", `SELECT count(*) FROM users_search WHERE users_search MATCH 'rob'`), 0); got != 1 {
		t.Errorf("a search finds %d users, want 1", got)
	}
}
