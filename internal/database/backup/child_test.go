package backup

import (
	"context"
	"database/sql"
	"os/signal"
	"syscall"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/filetest"
)

func TestMain(m *testing.M) { filetest.Main(m, children) }

// children are the functions of child processes.
var children = map[string]func(args []string) error{
	"backup":  backupChild,
	"restore": restoreChild,
	"backup-limited": func(args []string) error {
		return withFileLimit(func() error { return backupChild(args) })
	},
	"restore-limited": func(args []string) error {
		return withFileLimit(func() error { return restoreChild(args) })
	},
	"use": func(args []string) error { // url; it has the database open
		db, err := database.Open(context.Background(), args[0], database.Options{})
		if err != nil {
			return err
		}
		defer db.Close()
		return filetest.Wait()
	},
	"write": func(args []string) error { // path; it has a temporary file there
		temp, err := newTempFile(args[0])
		if err != nil {
			return err
		}
		defer temp.discard()
		return filetest.Wait()
	},
}

// backupChild makes a backup: url, file, step at which it is killed.
func backupChild(args []string) error {
	_, err := Make(context.Background(), args[0], args[1], Options{Replace: true, step: filetest.KillAt(args[2])})
	return err
}

// restoreChild restores a backup: file, url, step at which it is killed.
func restoreChild(args []string) error {
	_, err := Restore(context.Background(), args[0], args[1], RestoreOptions{step: filetest.KillAt(args[2])})
	return err
}

// withFileLimit runs do in a process none of whose files can be larger than 100 kB.
func withFileLimit(do func() error) error {
	signal.Ignore(syscall.SIGXFSZ)
	const limit = 100_000
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
		return err
	}
	return do()
}

// marked makes a database at path, unless there is one, and adds a mark to it.
func marked(t *testing.T, path, mark string) (url string) {
	t.Helper()
	db, err := database.Open(t.Context(), "sqlite:"+path, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	write(t, db, `INSERT INTO secrets (name, secret) VALUES ('`+mark+`', x'00')`)
	return "sqlite:" + path
}

// marksOf opens the database at path as a console does and returns its marks.
func marksOf(t *testing.T, path string) string {
	t.Helper()
	db, err := database.Open(t.Context(), "sqlite:"+path, database.Options{Existing: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var marks sql.NullString
	err = db.Reads().QueryRowContext(t.Context(), `SELECT group_concat(name) FROM secrets WHERE name NOT IN ('cursors', 'seal-1')`).Scan(&marks)
	if err != nil {
		t.Fatal(err)
	}
	return marks.String
}
