package database_test

import (
	"bytes"
	gocmp "cmp"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

var update = flag.Bool("update", false, "write the files of schemas that there is none of to testdata")

// TestUpgrade opens a database of every version of the schema: nothing of it is
// lost, nothing is wrong with it afterwards, and the directory works on it.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	newest, err := database.NewestVersion(database.SQLite)
	if err != nil {
		t.Fatal(err)
	}
	for version := range newest {
		if _, err := os.Stat(database.ReleasedFile(version + 1)); errors.Is(err, fs.ErrNotExist) && *update {
			writeReleased(t, version+1)
		}
	}
	for version := range newest {
		t.Run(fmt.Sprintf("from version %d", version+1), func(t *testing.T) {
			t.Parallel()
			url, path := unpackReleased(t, version+1)
			before := keptRows(t, path)
			for name, rows := range before {
				if len(rows) == 0 {
					t.Errorf("the table %s has no rows that could be lost", name)
				}
			}
			worksOn(t, url, func() {
				if diff := cmp.Diff(before, kept(before, withDetails(before, keptRows(t, path)))); diff != "" {
					t.Errorf("rows (-before +after):\n%s", diff)
				}
			})
		})
	}
}

// unpackReleased places the database of a version.
func unpackReleased(t *testing.T, version int64) (url, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "console.db")
	database.PlaceReleased(t, version, path)
	return "sqlite:" + path, path
}

// worksOn opens a database as a console does, has the directory do some of what it
// does, and checks it. looked is called when it is up to date and nothing was done.
func worksOn(t *testing.T, url string, looked func()) {
	t.Helper()
	db, err := database.Open(t.Context(), url, database.Options{Existing: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	looked()
	service := users.NewService(db, users.Config{})
	defer service.Close()
	if err := service.Spell(t.Context(), func(int) {}); err != nil {
		t.Fatal(err)
	}
	faultless(t, url)
	issued := time.Now().Add(-time.Minute).Truncate(time.Second)
	ended, err := service.LogOut(t.Context(), users.Provider("req", "192.0.2.1", "provider"),
		users.Logout{Issuer: "https://id.example.com", Subject: "sub-owner", SessionID: "sid", JTI: "1", IssuedAt: issued})
	if err != nil || ended != 1 {
		t.Errorf("the provider ended %d sessions (%v), want the one from before", ended, err)
	}
	in, err := service.SignIn(t.Context(), users.Claims{Issuer: "https://id.example.com", Subject: "sub-owner", IssuedAt: issued.Add(time.Second), Address: "owner@example.com"},
		users.Visit{Digest: users.DigestOf("secret")})
	if err != nil {
		t.Fatal(err)
	}
	owner, name := in.Actor("req", "192.0.2.1", "test"), "Robot 2"
	if _, err := service.Edit(t.Context(), owner, "robot", users.Edit{Fields: users.Fields{Name: &name}}); err != nil {
		t.Error(err)
	}
	if _, err := service.AddPerson(t.Context(), owner, users.NewPerson{ID: "new@example.com"}); err != nil {
		t.Error(err)
	}
	found, err := directory.New(db, service, directory.Config{}).Users(t.Context(), owner, directory.Query{Text: "robot"})
	if err != nil || len(found.Users) != 1 || found.Users[0].Name != name {
		t.Errorf("a search for the robot: %v, %v", found.Users, err)
	}
	service.Settle()
	faultless(t, url)
}

// faultless checks that nothing is wrong with a database.
func faultless(t *testing.T, url string) {
	t.Helper()
	found, err := database.Verify(t.Context(), url, database.Options{}, database.Verification{
		Contents: func(ctx context.Context, engine database.Engine, tx *sql.Tx) []string {
			return users.Check(ctx, engine, tx, func(string, int, int) {})
		},
	})
	if err != nil || len(found) > 0 {
		t.Errorf("%v\n%s", err, strings.Join(found, "\n"))
	}
}

// keptRows returns the rows of every table with a meaning of its own, each as its
// values by column.
func keptRows(t *testing.T, path string) map[string][]map[string]any {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	names, err := db.Query(`SELECT name FROM sqlite_schema WHERE type = 'table'
		AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE 'users\_search%' ESCAPE '\' AND name NOT LIKE '%\_words\_index%' ESCAPE '\' AND name NOT LIKE 'goose%'
		AND name <> 'day_tallies'`) // which the check counts again
	if err != nil {
		t.Fatal(err)
	}
	defer names.Close()
	all := map[string][]map[string]any{}
	for names.Next() {
		var name string
		if err := names.Scan(&name); err != nil {
			t.Fatal(err)
		}
		all[name] = valuesOf(t, db, name)
	}
	return all
}

// valuesOf returns the rows of a table.
func valuesOf(t *testing.T, db *sql.DB, table string) (all []map[string]any) {
	t.Helper()
	rows, err := db.Query(`SELECT * FROM "` + table + `" ORDER BY 1, 2`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		row := map[string]any{}
		for i, column := range columns {
			if !derived[table+"."+column] {
				row[column] = values[i]
			}
		}
		all = append(all, row)
	}
	return all
}

// derived are the columns that a migration may empty or drop, since what they hold
// follows from others or is of no use any more. What became of the changes of events is seen by
// [TestEventsAreRewritten].
var derived = map[string]bool{"users.search_text": true, "users.sort_name": true, "sessions.flash": true, "sessions.id_token": true,
	"event_details.search_text": true, "event_details.changes": true, "kept.what": true}

// withDetails returns what there is after an upgrade, with the parts of events as the details
// that they were, if they were before it.
func withDetails(before, after map[string][]map[string]any) map[string][]map[string]any {
	if before["event_details"] == nil {
		return after
	}
	details := make([]map[string]any, len(after["event_changes"]))
	for i, change := range after["event_changes"] {
		details[i] = map[string]any{}
		for _, part := range []map[string]any{change, after["event_actors"][i]} {
			for column, value := range part {
				if column != "nonce" && column != "changes" && column != "actor_kind" {
					details[i][column] = value
				}
			}
		}
	}
	after["event_details"] = details
	return after
}

// named are the tables to which a migration may add rows of its own, by their names.
var named = map[string]bool{"secrets": true, "duties": true}

// renamed are the tables that a migration has given another name.
var renamed = map[string]string{"done_forms": "done_requests"}

// kept returns of what there is after an upgrade the tables, columns and names that there
// were before it.
func kept(before, after map[string][]map[string]any) map[string][]map[string]any {
	same := map[string][]map[string]any{}
	for table, rows := range before {
		for i, row := range after[gocmp.Or(renamed[table], table)] {
			if named[table] && !slices.ContainsFunc(rows, func(old map[string]any) bool { return old["name"] == row["name"] }) {
				continue
			}
			old := map[string]any{}
			for column, value := range row {
				if i >= len(rows) || hasKey(rows[i], column) {
					old[column] = value
				}
			}
			same[table] = append(same[table], old)
		}
	}
	return same
}

func hasKey(row map[string]any, column string) bool {
	_, ok := row[column]
	return ok
}

// partsSince is the first version in which events have parts with digests. Seeds of that version
// and newer ones are written as a console upgraded them.
const partsSince = 9

// writeReleased writes the file of a version.
func writeReleased(t *testing.T, version int64) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "console.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	seeded := min(version, partsSince-1)
	err = database.MigrateTo(t.Context(), db, seeded)
	for _, s := range seeds {
		if err == nil && s.from <= seeded && (s.until == 0 || seeded < s.until) {
			_, err = db.Exec(s.statements)
		}
	}
	if err == nil && seeded < version {
		err = database.MigrateTo(t.Context(), db, version)
	}
	for _, s := range seeds {
		if err == nil && seeded < s.from && s.from <= version {
			_, err = db.Exec(s.statements)
		}
	}
	if err == nil {
		_, err = db.Exec(`PRAGMA journal_mode = WAL; VACUUM`) // as a console leaves it
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	_, err = w.Write(data)
	if err := errors.Join(err, w.Close(), os.WriteFile(database.ReleasedFile(version), packed.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
}
