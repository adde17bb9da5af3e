//go:build postgres

package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/demodata"
)

// copied runs console copy and returns its output and its error.
func copied(t *testing.T, env map[string]string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), append([]string{"console", "copy"}, args...), lookupIn(env), &out, t.Output())
	return out.String(), err
}

// The time of the copied demo, and the digest of the session in it.
var (
	presentOfCopy = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	browserOfCopy = users.DigestOf("the browser of a copy")
)

// oddNames are names with characters that a conversion could damage.
var oddNames = []string{"Zoë 😀 \"d'Arc\" \\N\\.\\", strings.Repeat("é", 200), "O'Brien; DROP TABLE users --"}

// fullDirectory returns the URL of a SQLite database with rows in every table, and a cursor in its
// list of users.
func fullDirectory(t *testing.T) (url, next string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "demo.db")
	o := demodata.Options{Users: 300, Now: presentOfCopy, Issuer: "https://id.example.com", Subject: func(id string) string { return "sub-" + id }}
	if err := demodata.Build(t.Context(), path, o); err != nil {
		t.Fatal(err)
	}
	url = "sqlite:" + path
	claims := users.Claims{Issuer: o.Issuer, Subject: o.Subject("owner@example.com"), Address: "owner@example.com", Verified: users.VerifiedYes}
	inCopy(t, url, func(ctx context.Context, db *database.DB, s *users.Service) error {
		in, err := s.SignIn(ctx, claims, users.Visit{Digest: browserOfCopy, UserAgent: "Browser \u202e \t"})
		if err != nil {
			return err
		}
		owner := in.Actor("req_copy", "192.0.2.1", "Browser")
		page, err := directory.New(db, s, directory.Config{}).Users(ctx, owner, directory.Query{Limit: 20})
		if err != nil {
			return err
		}
		for i, name := range oddNames {
			u := page.Users[i]
			if _, err := s.Edit(ctx, owner, u.ID, users.Edit{Fields: users.Fields{Name: &name}, Version: u.Version, Reason: name}); err != nil {
				return err
			}
		}
		if page, err = directory.New(db, s, directory.Config{}).Users(ctx, owner, directory.Query{Limit: 20}); err != nil {
			return err
		}
		next = page.Next
		_, err = s.SaveView(ctx, owner, users.NewView{Name: "Robots \\ 😀", Query: "type=service", Shared: true})
		return errors.Join(err,
			s.Keep(ctx, users.DigestOf("form"), []byte{0, 1, 255}, time.Hour),
			addRareRows(ctx, db, owner.Key))
	})
	return url, next
}

// addRareRows erases parts of events and adds the record of a form that was sent.
func addRareRows(ctx context.Context, db *database.DB, actor users.Key) error {
	return db.Transact(ctx, func(tx *sql.Tx) error {
		_, mentions := tx.ExecContext(ctx, `DELETE FROM event_mentions WHERE seq IN (2, 5, 8)`)
		_, erase := tx.ExecContext(ctx, `DELETE FROM event_changes WHERE seq IN (2, 5, 8)`)
		_, form := tx.ExecContext(ctx, `INSERT INTO done_requests (key, actor_key, user_key, seq, at, expires_at, fingerprint, answer) VALUES ('frm_copy', $1, '', 1, $2, $3, 'f', $4)`,
			actor, database.Time(presentOfCopy), database.Time(presentOfCopy.Add(time.Hour)), []byte{0, 1, 255})
		return errors.Join(mentions, erase, form)
	})
}

// inCopy runs do in the directory of the database at url.
func inCopy(t *testing.T, url string, do func(context.Context, *database.DB, *users.Service) error) {
	t.Helper()
	db, err := database.Open(t.Context(), url, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := users.NewService(db, users.Config{Now: func() time.Time { return presentOfCopy.Add(time.Minute) }})
	err = do(t.Context(), db, s)
	s.Close()
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestCopy copies a directory to PostgreSQL and back to SQLite. In each copy sessions are valid,
// cursors continue, searches find users, and the next event has the next number.
func TestCopy(t *testing.T) {
	t.Parallel()
	source, next := fullDirectory(t)
	server, file := databasetest.PostgresURL(t), "sqlite:"+filepath.Join(t.TempDir(), "back", "console.db")
	for _, to := range [][2]string{{source, server}, {server, file}} {
		said, err := copied(t, nil, to[0], to[1])
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("It stands at event %d;", newestEvent(t, source)); !strings.Contains(said, want) || !strings.Contains(said, "CHECKSUM") {
			t.Errorf("does not say %q:\n%s", want, said)
		}
	}
	want := everything(t, source)
	if diff := cmp.Diff(want, everything(t, file)); diff != "" {
		t.Errorf("there and back (-want +got):\n%s", diff)
	}
	for _, table := range []string{"users", "identities", "sessions", "used_attempts", "kept", "refused_sign_ins", "events", "event_changes", "event_actors", "event_mentions", "saved_views", "done_requests", "secrets", "tallies"} {
		if !slices.ContainsFunc(want, func(row string) bool { return strings.HasPrefix(row, table+" ") }) {
			t.Errorf("nothing in %s was copied", table)
		}
	}
	var listed []users.User
	inCopy(t, source, func(ctx context.Context, db *database.DB, s *users.Service) error {
		page, err := directory.New(db, s, directory.Config{}).Users(ctx, users.Command(""), directory.Query{Limit: 20, After: next})
		listed = page.Users
		return err
	})
	for _, url := range []string{server, file} {
		says(t, url, 0, "is whole: ", "check")
		goesOn(t, url, next, listed)
	}
}

// goesOn checks that a copy continues like its source. listed is the page of the source after the
// cursor next.
func goesOn(t *testing.T, url, next string, listed []users.User) {
	t.Helper()
	last := newestEvent(t, url)
	inCopy(t, url, func(ctx context.Context, db *database.DB, s *users.Service) error {
		in, err := s.Session(ctx, browserOfCopy)
		if err != nil {
			return err
		}
		owner := in.Actor("req_after", "192.0.2.1", "Browser")
		page, err := directory.New(db, s, directory.Config{}).Users(ctx, owner, directory.Query{Limit: 20, After: next})
		if diff := cmp.Diff(ids(listed), ids(page.Users)); err != nil || diff != "" {
			t.Errorf("%s: the page goes on with other users: %v (-want +got):\n%s", url, err, diff)
		}
		for _, word := range []string{"😀", "d'arc", "drop table", "éééééé"} {
			if found, err := directory.New(db, s, directory.Config{}).Users(ctx, owner, directory.Query{Text: word}); err != nil || len(found.Users) != 1 {
				t.Errorf("%s: found %d for %q, %v, want 1", url, len(found.Users), word, err)
			}
		}
		added, err := s.AddPerson(ctx, owner, users.NewPerson{ID: "after-the-copy@example.com"})
		if err != nil {
			return err
		}
		name := "Renamed"
		if _, err := s.Edit(ctx, owner, added.ID, users.Edit{Fields: users.Fields{Name: &name}, Version: added.Version}); err != nil {
			return err
		}
		if data, err := s.Take(ctx, users.DigestOf("form")); err != nil || !bytes.Equal(data, []byte{0, 1, 255}) {
			t.Errorf("%s: the kept form is %v, %v", url, data, err)
		}
		return nil
	})
	if got := newestEvent(t, url); got != last+2 {
		t.Errorf("%s: the newest event is %d, want %d", url, got, last+2)
	}
}

// ids returns the ids of users.
func ids(all []users.User) []users.ID {
	list := make([]users.ID, len(all))
	for i, u := range all {
		list[i] = u.ID
	}
	return list
}

// newestEvent returns the number of the newest event.
func newestEvent(t *testing.T, url string) (seq int64) {
	t.Helper()
	inCopy(t, url, func(ctx context.Context, db *database.DB, _ *users.Service) error {
		return db.Reads().QueryRowContext(ctx, `SELECT MAX(seq) FROM events`).Scan(&seq)
	})
	return seq
}

// everything returns all rows of all tables of a SQLite database, in order, without those of
// migrations and indexes, which a copy creates anew.
func everything(t *testing.T, url string) (all []string) {
	t.Helper()
	inCopy(t, url, func(ctx context.Context, db *database.DB, _ *users.Service) error {
		tables, err := column(ctx, db, `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%' AND name <> 'search_index'`)
		if err != nil {
			return err
		}
		for _, table := range tables {
			columns, err := column(ctx, db, `SELECT 'quote("' || name || '")' FROM pragma_table_xinfo('`+table+`')`)
			if err != nil {
				return err
			}
			rows, err := column(ctx, db, `SELECT '`+table+` ' || `+strings.Join(columns, ` || ' ' || `)+` FROM "`+table+`"`)
			if err != nil {
				return err
			}
			all = append(all, rows...)
		}
		return nil
	})
	slices.Sort(all)
	return all
}

// column returns the single column of a query.
func column(ctx context.Context, db *database.DB, query string) (all []string, err error) {
	rows, err := db.Reads().QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
