package database_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// expectFinding checks what was found of a subject.
func expectFinding(t *testing.T, found []database.Finding, subject string, grade database.Grade, says string) {
	t.Helper()
	for _, f := range found {
		if f.Subject == subject && f.Grade == grade && strings.Contains(f.Found+" "+f.Fix, says) && (f.Fix != "") == (grade != database.Good) {
			return
		}
	}
	t.Errorf("nothing of %s with grade %d that says %q in %+v", subject, grade, says, found)
}

// examined are files in every state, and what is found of one thing.
var examined = map[string]struct {
	prepare func(*testing.T, string) // the file is there
	subject string
	grade   database.Grade
	says    string
}{
	"as it should be":        {func(*testing.T, string) {}, "file", database.Good, "for its owner alone"},
	"the present schema":     {func(*testing.T, string) {}, "schema", database.Good, "the one of this program"},
	"room":                   {func(*testing.T, string) {}, "space", database.Good, "MB free"},
	"no file":                {func(t *testing.T, path string) { remove(t, path) }, "file", database.Good, "made at the first start"},
	"no directory":           {func(t *testing.T, path string) { remove(t, path); remove(t, filepath.Dir(path)) }, "file", database.Good, "made at the first start"},
	"an empty file":          {contents(""), "schema", database.Good, "made at the first start"},
	"an older schema":        {changed(`DELETE FROM goose_db_version WHERE version_id > 1`), "schema", database.Good, "the next start brings it to"},
	"a newer schema":         {changed(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`), "schema", database.Bad, "newer console"},
	"another program's":      {changed(`PRAGMA application_id = 1`), "schema", database.Bad, "another program"},
	"a diary":                {contents("Dear diary, \n" + strings.Repeat("nothing happened.\n", 500)), "schema", database.Bad, "is not a database"},
	"a file for everybody":   {withMode(0o644), "file", database.Bad, "chmod 600"},
	"a log for everybody":    {func(t *testing.T, path string) { makeEmpty(t, path+"-wal", 0o640) }, "file", database.Bad, "-wal"},
	"a directory":            {func(t *testing.T, path string) { remove(t, path); makeDirectory(t, path) }, "file", database.Bad, "Name a file in it"},
	"anybody may replace it": {directoryMode(0o770), "directory", database.Bad, "chmod 700"},
	"anybody may look":       {directoryMode(0o755), "directory", database.Doubtful, "chmod 700"},
	"nobody may write":       {directoryMode(0o500), "directory", database.Bad, "not even its owner"},
}

// TestExamine looks at files in every state.
func TestExamine(t *testing.T) {
	t.Parallel()
	for name, test := range examined {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := strings.TrimPrefix(databasetest.SQLiteURL(t), "sqlite:")
			if err := os.Chmod(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			test.prepare(t, path)
			found := database.Examine(t.Context(), "sqlite:"+path, database.Options{})
			expectFinding(t, found, test.subject, test.grade, test.says)
			for _, f := range found {
				if f.Grade == database.Bad && f.Subject != test.subject {
					t.Errorf("blamed for nothing: %+v", f)
				}
			}
		})
	}
}

// withMode returns what gives the file a mode.
func withMode(m os.FileMode) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		if err := os.Chmod(path, m); err != nil {
			t.Fatal(err)
		}
	}
}

// directoryMode returns what gives the directory of the file a mode, until the end of
// the test.
func directoryMode(m os.FileMode) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		withMode(m)(t, filepath.Dir(path))
		t.Cleanup(func() { withMode(0o700)(t, filepath.Dir(path)) })
	}
}

// makeEmpty makes a file of that mode.
func makeEmpty(t *testing.T, path string, m os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, nil, m); err != nil {
		t.Fatal(err)
	}
	withMode(m)(t, path)
}

// remove deletes a file or an empty directory.
func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// TestOpenToRead opens databases that are not to be changed.
func TestOpenToRead(t *testing.T) {
	t.Parallel()
	url := databasetest.SQLiteURL(t)
	path := strings.TrimPrefix(url, "sqlite:")
	db, err := database.OpenToRead(t.Context(), url, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Note(t.Context(), func(tx *sql.Tx) error { _, err := tx.ExecContext(t.Context(), `DELETE FROM users`); return err }); err == nil {
		t.Error("Note: got no error")
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	changed(`DELETE FROM goose_db_version WHERE version_id > 1`)(t, path)
	if _, err := database.OpenToRead(t.Context(), url, database.Options{}); !errors.Is(err, database.ErrOlder) {
		t.Errorf("an older schema: got %v", err)
	}
	for _, prepare := range []func(*testing.T, string){contents(""), remove} {
		prepare(t, path)
		if _, err := database.OpenToRead(t.Context(), url, database.Options{}); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("nothing there: got %v", err)
		}
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file was made: %v", err)
	}
}
