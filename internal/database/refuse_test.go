package database_test

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// TestOpenRefuses opens what is no database of the console's, and checks that the
// file is left as it was.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prepare func(*testing.T, string) // makes what is found at the path
		why     string
	}{
		"a newer schema": {
			changed(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`), "newer console",
		},
		"a text file":                      {contents("Dear diary, \n" + strings.Repeat("nothing happened.\n", 500)), "is not a database"},
		"a short text file":                {contents("hello"), "is not a database"},
		"another program's database":       {changed(`PRAGMA application_id = 1`), "another program"},
		"a database without a mark":        {changed(`PRAGMA application_id = 0`), "another program"},
		"a damaged schema":                 {damaged(100, 1000), "is damaged"},
		"a damaged header":                 {damaged(16, 60), "is not a database"},
		"a file that was cut off":          {cutOff, "is damaged"},
		"a directory in place of the file": {makeDirectory, "is a directory"},
		"a parent that is a file":          {parentIsFile, "cannot be written"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "parent", "console.db")
			test.prepare(t, path)
			before, _ := os.ReadFile(path)

			db, err := database.Open(t.Context(), "sqlite:"+path, database.Options{})
			if err == nil {
				_ = db.Close()
			}
			refused(t, err, path, test.why)
			if after, _ := os.ReadFile(path); !bytes.Equal(after, before) {
				t.Error("the file was changed")
			}
		})
	}
}

// refused checks that err is an OpenError for path whose reason contains why and
// which says what to do.
func refused(t *testing.T, err error, path, why string) {
	t.Helper()
	refusal, ok := errors.AsType[*database.OpenError](err)
	if !ok {
		t.Fatalf("got error %v, want an OpenError", err)
	}
	if refusal.Path != path || !strings.Contains(refusal.Why, why) || refusal.Fix == "" {
		t.Errorf("got %+v, want %q about %s and a way out", refusal, why, path)
	}
}

// place writes image to path.
func place(t *testing.T, path string, image []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, image, 0o600); err != nil {
		t.Fatal(err)
	}
}

func contents(text string) func(*testing.T, string) {
	return func(t *testing.T, path string) { place(t, path, []byte(text)) }
}

// image returns a whole database of ours as bytes.
func image(t *testing.T) []byte {
	t.Helper()
	path, err := database.Path(databasetest.SQLiteURL(t))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// changed places a database of ours in which statement has run.
func changed(statement string) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		place(t, path, image(t))
		run(t, path, statement)
	}
}

// run executes a statement on the file at path by a plain connection.
func run(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// damaged places a database of ours with the bytes from one place to another
// overwritten.
func damaged(from, to int) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		data := image(t)
		for i := from; i < to; i++ {
			data[i] = 0xa5
		}
		place(t, path, data)
	}
}

func cutOff(t *testing.T, path string) {
	data := image(t)
	place(t, path, data[:len(data)/2])
}

func makeDirectory(t *testing.T, path string) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
}

func parentIsFile(t *testing.T, path string) {
	if err := os.WriteFile(filepath.Dir(path), []byte("a file"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefusesOtherAddresses(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "sqlite:", "data/console.db", "mysql://localhost/console", "sqlite:a\x00b"} {
		_, err := database.Open(t.Context(), url, database.Options{})
		refused(t, err, url, "is not the address of a database")
	}
}

// TestOpenRefusesUnwritable runs as a user without rights to the file.
func TestOpenRefusesUnwritable(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file, dir os.FileMode
		exists    bool
	}{
		"the file":                 {0o400, 0o700, true},
		"the file cannot be read":  {0o000, 0o700, true},
		"the directory":            {0o600, 0o500, true},
		"the directory of nothing": {0o600, 0o500, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "console.db")
			if test.exists {
				place(t, path, image(t))
				chmod(t, path, test.file)
			}
			chmod(t, dir, test.dir)
			t.Cleanup(func() { chmod(t, dir, 0o700) })
			dropRights(t, filepath.Dir(dir), dir, path)

			db, err := database.Open(t.Context(), "sqlite:"+path, database.Options{})
			if err == nil {
				_ = db.Close()
			}
			refused(t, err, path, "cannot be")
		})
	}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestOpenExisting(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "console.db")
	_, err := database.Open(t.Context(), "sqlite:"+path, database.Options{Existing: true})
	refused(t, err, path, "is not there")
	if _, err := os.Stat(filepath.Dir(path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its directory: got error %v, want that there is none", err)
	}
}
