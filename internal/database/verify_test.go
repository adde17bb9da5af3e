package database

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// examinations are files, whole and with one thing wrong each.
var examinations = map[string]struct {
	prepare  func(t *testing.T, path string)
	says     string // none: nothing is wrong
	contents bool   // are asked for
}{
	"a whole database":          {prepare: func(*testing.T, string) {}, contents: true},
	"a text file":               {prepare: func(t *testing.T, path string) { put(t, path, strings.Repeat("text", 500)) }, says: "is not a database"},
	"a damaged header":          {prepare: func(t *testing.T, path string) { flip(t, path, 0, 60) }, says: "is not a database"},
	"an empty file":             {prepare: func(t *testing.T, path string) { put(t, path, "") }, says: "holds no directory"},
	"a file cut off":            {prepare: cut, says: "damaged so that nothing more"},
	"a damaged schema":          {prepare: func(t *testing.T, path string) { flip(t, path, 100, 1000) }, says: "damaged so that nothing more"},
	"a damaged index":           {prepare: func(t *testing.T, path string) { flipAll(t, path, "events_by_target") }, says: "integrity check", contents: true},
	"a damaged table":           {prepare: func(t *testing.T, path string) { flipAll(t, path, "saved_views") }, says: "integrity check", contents: true},
	"an index behind its table": {prepare: looseIndex, says: "missing from index", contents: true},
	"another program's":         {prepare: func(t *testing.T, path string) { put(t, path, othersDatabase(t)) }, says: "not marked as the console's"},
	"a mark that is gone":       {prepare: func(t *testing.T, path string) { alter(t, path, `PRAGMA application_id = 0`) }, says: "not marked as the console's", contents: true},
	"an older schema":           {prepare: func(t *testing.T, path string) { alter(t, path, `DELETE FROM goose_db_version WHERE version_id > 4`) }, says: "schema is of version 4"},
	"a newer schema": {prepare: func(t *testing.T, path string) {
		alter(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`)
	}, says: "Check with the newer console"},
	"references to nobody": {prepare: func(t *testing.T, path string) { alter(t, path, strayView) },
		says: "Rows of the table saved_views refer to rows of users that are not there: 1.", contents: true},
}

// TestVerify looks through what is wrong in one way each, and checks that what is
// wrong is named, that the contents are asked for where they can be, and that the
// file is as it was.
func TestVerify(t *testing.T) {
	t.Parallel()
	for name, test := range examinations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "console.db")
			url := marked(t, path, "mark")
			test.prepare(t, path)
			before, asked := mustRead(t, path), false
			found, err := Verify(t.Context(), url, Options{}, Verification{
				Contents: func(context.Context, Engine, *sql.Tx) []string { asked = true; return nil },
			})
			if err != nil {
				t.Fatal(err)
			}
			says := func(one string) bool { return strings.Contains(one, test.says) }
			if test.says == "" && len(found) > 0 || test.says != "" && !slices.ContainsFunc(found, says) {
				t.Errorf("got %q, want %q", found, test.says)
			}
			if asked != test.contents {
				t.Errorf("the contents were asked for: %t, want %t", asked, test.contents)
			}
			if !bytes.Equal(before, mustRead(t, path)) {
				t.Error("the file was changed")
			}
		})
	}
}

// looseIndex takes rows out of a table, but not out of its index.
func looseIndex(t *testing.T, path string) {
	t.Helper()
	alter(t, path, `INSERT INTO duties (name, due_at) VALUES ('x', 1);
		CREATE INDEX duties_by_time ON duties (due_at);
		PRAGMA writable_schema = ON;
		UPDATE sqlite_schema SET sql = 'CREATE INDEX duties_by_time ON duties (due_at) WHERE due_at < 0' WHERE name = 'duties_by_time'`)
	alter(t, path, `INSERT INTO duties (name, due_at) VALUES ('y', 2)`)
	alter(t, path, `PRAGMA writable_schema = ON;
		UPDATE sqlite_schema SET sql = 'CREATE INDEX duties_by_time ON duties (due_at)' WHERE name = 'duties_by_time'`)
}

// TestExamineBesideAConsole looks through a database in which somebody writes.
func TestExamineBesideAConsole(t *testing.T) {
	t.Parallel()
	url := marked(t, filepath.Join(t.TempDir(), "console.db"), "mark")
	db, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	found, err := Verify(t.Context(), url, Options{}, Verification{Told: func(string) { write(t, db, `UPDATE duties SET due_at = due_at + 1`) }})
	if err != nil || len(found) > 0 {
		t.Errorf("%v, %q", err, found)
	}
}

// TestExamineNothing has nothing to look at.
func TestExamineNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for path, why := range map[string]string{filepath.Join(dir, "none.db"): "is not there", dir: "cannot be read"} {
		_, err := Verify(t.Context(), "sqlite:"+path, Options{}, Verification{})
		if refusal, ok := errors.AsType[*OpenError](err); !ok || refusal.Why != why {
			t.Errorf("%s: got %v, want %q", path, err, why)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "none.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file: %v, want that there is none", err)
	}
}

// TestExamineGivesUpWithItsContext returns an error, and no verdict.
func TestExamineGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	url := marked(t, filepath.Join(t.TempDir(), "console.db"), "mark")
	_, err := Verify(ctx, url, Options{}, Verification{Told: func(string) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
