package database_test

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

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/database/filetest"
)

// strayView adds a view of an owner that does not exist.
const strayView = `INSERT INTO saved_views (id, owner_key, name, query, shared, created_at) VALUES ('viw_x', 'usr_nobody', 'x', 'q=x', 0, 0)`

// verifiedFiles are files, whole and with one thing wrong each.
var verifiedFiles = map[string]struct {
	prepare  func(t *testing.T, path string)
	says     string // none: nothing is wrong
	contents bool   // are asked for
}{
	"a whole database":          {prepare: func(*testing.T, string) {}, contents: true},
	"a text file":               {prepare: func(t *testing.T, path string) { filetest.Write(t, path, strings.Repeat("text", 500)) }, says: "is not a database"},
	"a damaged header":          {prepare: func(t *testing.T, path string) { filetest.Flip(t, path, 0, 60) }, says: "is not a database"},
	"an empty file":             {prepare: func(t *testing.T, path string) { filetest.Write(t, path, "") }, says: "holds no directory"},
	"a file cut off":            {prepare: func(t *testing.T, path string) { filetest.Halve(t, path) }, says: "damaged so that nothing more"},
	"a damaged schema":          {prepare: func(t *testing.T, path string) { filetest.Flip(t, path, 100, 1000) }, says: "damaged so that nothing more"},
	"a damaged index":           {prepare: func(t *testing.T, path string) { filetest.FlipPage(t, path, "events_by_target") }, says: "integrity check", contents: true},
	"a damaged table":           {prepare: func(t *testing.T, path string) { filetest.FlipPage(t, path, "saved_views") }, says: "integrity check", contents: true},
	"an index behind its table": {prepare: looseIndex, says: "missing from index", contents: true},
	"another program's":         {prepare: func(t *testing.T, path string) { filetest.Write(t, path, filetest.Foreign(t)) }, says: "not marked as the console's"},
	"a mark that is gone":       {prepare: func(t *testing.T, path string) { filetest.Exec(t, path, `PRAGMA application_id = 0`) }, says: "not marked as the console's", contents: true},
	"an older schema": {prepare: func(t *testing.T, path string) {
		filetest.Exec(t, path, `DELETE FROM goose_db_version WHERE version_id > 4`)
	}, says: "schema is of version 4"},
	"a newer schema": {prepare: func(t *testing.T, path string) {
		filetest.Exec(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`)
	}, says: "Check with the newer console"},
	"stray references": {prepare: func(t *testing.T, path string) { filetest.Exec(t, path, strayView) },
		says: "Rows of the table saved_views refer to rows of users that are not there: 1.", contents: true},
}

// newFile returns a new file.
func newFile(t *testing.T) (url, path string) {
	t.Helper()
	url = databasetest.SQLiteURL(t)
	path, err := database.Path(url)
	if err != nil {
		t.Fatal(err)
	}
	return url, path
}

// TestVerify checks that what is wrong with a file is found, that the contents are verified
// if the schema is known, and that the file is not changed.
func TestVerify(t *testing.T) {
	t.Parallel()
	for name, test := range verifiedFiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, path := newFile(t)
			test.prepare(t, path)
			before, asked := filetest.Read(t, path), false
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
				t.Errorf("the contents were asked for: %t, want %t", asked, test.contents)
			}
			if !bytes.Equal(before, filetest.Read(t, path)) {
				t.Error("the file was changed")
			}
		})
	}
}

// looseIndex takes rows out of a table, but not out of its index.
func looseIndex(t *testing.T, path string) {
	t.Helper()
	filetest.Exec(t, path, `INSERT INTO duties (name, due_at) VALUES ('x', 1);
		CREATE INDEX duties_by_time ON duties (due_at);
		PRAGMA writable_schema = ON;
		UPDATE sqlite_schema SET sql = 'CREATE INDEX duties_by_time ON duties (due_at) WHERE due_at < 0' WHERE name = 'duties_by_time'`)
	filetest.Exec(t, path, `INSERT INTO duties (name, due_at) VALUES ('y', 2)`)
	filetest.Exec(t, path, `PRAGMA writable_schema = ON;
		UPDATE sqlite_schema SET sql = 'CREATE INDEX duties_by_time ON duties (due_at)' WHERE name = 'duties_by_time'`)
}

// TestVerifyBesideConsole verifies a file while a console writes to it.
func TestVerifyBesideConsole(t *testing.T) {
	t.Parallel()
	url, _ := newFile(t)
	db, err := database.Open(t.Context(), url, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	found, err := database.Verify(t.Context(), url, database.Options{}, database.Verification{Progress: func(string) { mustWrite(t, db, `UPDATE duties SET due_at = due_at + 1`) }})
	if err != nil || len(found) > 0 {
		t.Errorf("%v, %q", err, found)
	}
}

// TestVerifyNoFile verifies a file that does not exist, and a directory.
func TestVerifyNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for path, why := range map[string]string{filepath.Join(dir, "none.db"): "is not there", dir: "cannot be read"} {
		_, err := database.Verify(t.Context(), "sqlite:"+path, database.Options{}, database.Verification{})
		if refusal, ok := errors.AsType[*database.OpenError](err); !ok || refusal.Why != why {
			t.Errorf("%s: got %v, want %q", path, err, why)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "none.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file: %v, want that there is none", err)
	}
}

// TestVerifyCancelled checks that a cancelled verification returns an error and no verdict.
func TestVerifyCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	url, _ := newFile(t)
	_, err := database.Verify(ctx, url, database.Options{}, database.Verification{Progress: func(string) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
