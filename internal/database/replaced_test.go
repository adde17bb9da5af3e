package database_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// TestReplacedFileIsNotWritten moves, deletes and replaces the files of an open database:
// writes, which would be lost, are refused.
func TestReplacedFileIsNotWritten(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		harm, heal func(path, spare string) error // heal: nil where nothing can
	}{
		"the file is moved":        {os.Rename, back},
		"the log is moved":         {ofLog(os.Rename), ofLog(back)},
		"the file is deleted":      {func(path, _ string) error { return os.Remove(path) }, nil},
		"a backup takes its place": {replace, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := database.Open(t.Context(), databasetest.SQLiteURL(t), database.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			mustWrite(t, db, scratchOf[db.Engine()])
			mustWrite(t, db, `INSERT INTO scratch (word) VALUES ('first')`)
			path, spare := fileOf(t, db), filepath.Join(t.TempDir(), "spare")
			if err := test.harm(path, spare); err != nil {
				t.Fatal(err)
			}
			isReplaced(t, write(t.Context(), db, `DELETE FROM scratch`))
			isReplaced(t, db.Ping(t.Context()))
			if n := words(t, db); n != 1 {
				t.Errorf("got %d rows, want the one that was there", n)
			}
			if test.heal == nil {
				return
			}
			if err := test.heal(path, spare); err != nil {
				t.Fatal(err)
			}
			mustWrite(t, db, `DELETE FROM scratch`)
		})
	}
}

// isReplaced checks that err says that a file was replaced.
func isReplaced(t *testing.T, err error) {
	t.Helper()
	if says := database.Reason(err); !strings.Contains(says, "was moved, replaced or deleted") || !database.IsBusy(err) {
		t.Errorf("got %v, %q", err, says)
	}
}

// back undoes a renaming.
func back(path, spare string) error { return os.Rename(spare, path) }

// replace puts a copy in the place of a file.
func replace(path, spare string) error {
	held, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := os.WriteFile(spare, held, 0o600); err != nil {
		return err
	}
	return os.Rename(spare, path)
}

// ofLog does to the log what would be done to the file.
func ofLog(do func(path, spare string) error) func(string, string) error {
	return func(path, spare string) error { return do(path+"-wal", spare) }
}

// TestOpenWhileReplaced replaces the file between the first two connections of a console
// that starts, when no lock is held yet: its connections must not see two files.
func TestOpenWhileReplaced(t *testing.T) {
	t.Parallel()
	url, path := newFile(t)
	_, other := newFile(t)
	var once sync.Once
	db, err := database.Open(t.Context(), url, database.Options{Wrap: database.ObserveStatements(func(context.Context, string) func(error) {
		once.Do(func() {
			if err := os.Rename(other, path); err != nil {
				t.Error(err)
			}
		})
		return func(error) {}
	})})
	if err == nil {
		_ = db.Close()
	}
	if refusal, ok := errors.AsType[*database.OpenError](err); !ok || !strings.Contains(refusal.Why, "was replaced") {
		t.Errorf("got %v, want that it was replaced", err)
	}
}
