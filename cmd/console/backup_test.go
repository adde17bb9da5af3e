package main

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

// runConsole runs a command on a database and returns its output, with the text of its error.
func runConsole(t *testing.T, url string, args ...string) (said string, status int) {
	t.Helper()
	var out strings.Builder
	args = append([]string{"console", args[0], "--database", url}, args[1:]...)
	err := run(t.Context(), args, lookupIn(nil), &out, t.Output())
	if err != nil {
		out.WriteString(err.Error())
	}
	return out.String(), exitStatus(err)
}

// says checks the output and the exit status of a command.
func says(t *testing.T, url string, status int, words string, args ...string) {
	t.Helper()
	said, got := runConsole(t, url, args...)
	if got != status || !strings.Contains(said, words) {
		t.Errorf("console %s: got status %d and\n%s\nwant %d and %q", strings.Join(args, " "), got, said, status, words)
	}
}

// newInhabited returns the URL and the path of a database with one person.
func newInhabited(t *testing.T) (url, path string) {
	t.Helper()
	url = databasetest.URL(t)
	path, err := database.Path(url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := runUsers(t, url, []string{"add", "owner@example.com", "--role", "owner"}); err != nil {
		t.Fatal(err)
	}
	return url, path
}

// TestBackupAndRestore restores a directory to an earlier state.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	url, path := newInhabited(t)
	backup := filepath.Join(t.TempDir(), "backup.db")
	says(t, url, 0, "to "+backup+": 1 user and 1 event,", "backup", backup)
	says(t, url, 1, "is there already", "backup", backup)
	if _, err := runUsers(t, url, []string{"add", "later@example.com"}); err != nil {
		t.Fatal(err)
	}
	says(t, url, 0, url+" is whole: 2 users and 2 events.", "check")
	says(t, "sqlite:"+backup, 0, "is whole: 1 user and 1 event.", "check")
	said, status := runConsole(t, url, "restore", backup)
	_, kept, ok := strings.Cut(strings.TrimSpace(said), "is kept as ")
	if status != 0 || !ok || !strings.Contains(said, "1 user and 1 event.") || filepath.Dir(kept) != filepath.Dir(path) {
		t.Fatalf("restore: status %d and\n%s", status, said)
	}
	says(t, url, 0, "1 user and 1 event", "check")
	says(t, "sqlite:"+kept, 0, "2 users and 2 events", "check")
	says(t, url, 0, "1 user and 1 event", "backup", "--replace", backup)
}

// TestBackupCommandsRefuse runs commands that must fail.
func TestBackupCommandsRefuse(t *testing.T) {
	t.Parallel()
	url, _ := newInhabited(t)
	says(t, "postgres://localhost/console", 2, "pg_dump", "backup", "x.db")
	says(t, "postgresql://localhost/console", 2, "pg_restore", "restore", "x.db")
	says(t, url, 2, "needs an argument FILE", "backup")
	says(t, url, 2, "needs an argument FILE", "restore")
	says(t, url, 1, "nothing was restored", "restore", "/nonexistent/backup.db")
	says(t, "sqlite:/nonexistent/console.db", 1, "is not there", "check")
	says(t, "sqlite:/nonexistent/console.db", 1, "is not there", "backup", "x.db")
}

// TestCheckFinds changes a role by SQL, without an event.
func TestCheckFinds(t *testing.T) {
	t.Parallel()
	url, path := newInhabited(t)
	spoilRows(t, path, `UPDATE users SET role = 'admin'`)
	says(t, url, 1, "- owner@example.com is not as the history says: role.\none thing is wrong with "+url, "check")
	backup := filepath.Join(t.TempDir(), "backup.db")
	says(t, url, 0, "Backed up", "backup", backup) // a damaged backup is better than none
	says(t, url, 1, "is not as the history says", "restore", backup)
}

// spoilRows runs a statement on the SQLite database at path.
func spoilRows(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(statement)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestCorruptFile runs every command on a corrupt file: each fails, says how to restore a backup,
// and leaves the file as it is. The check lists what is wrong, and restoring a backup works.
func TestCorruptFile(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		spoil      func(data []byte) []byte
		why, check string
	}{
		"a file of text":      {func([]byte) []byte { return []byte(strings.Repeat("Dear diary,\n", 1000)) }, "is not a database", "is not a database"},
		"a kilobyte flipped":  {func(data []byte) []byte { return flipped(data, 0, 1024) }, "is not a database", "is not a database"},
		"a schema flipped":    {func(data []byte) []byte { return flipped(data, 100, 1124) }, "is damaged", "is damaged"},
		"half of it cut away": {func(data []byte) []byte { return data[:len(data)/2] }, "is damaged", "is damaged"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, path := newInhabited(t)
			backup := filepath.Join(t.TempDir(), "backup.db")
			says(t, url, 0, "Backed up", "backup", backup)
			spoiled := test.spoil(readFile(t, path))
			if err := os.WriteFile(path, spoiled, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, args := range commandsOnADatabase(t) {
				says(t, url, 1, test.why, args...)
				if args[0] != "backup" {
					says(t, url, 1, "console restore FILE", args...)
				}
			}
			says(t, url, 1, test.check, "check")
			if !bytes.Equal(readFile(t, path), spoiled) {
				t.Error("the file was changed")
			}
			says(t, url, 0, "Restored", "restore", backup)
			says(t, url, 0, "is whole: 1 user and", "check")
		})
	}
}

// commandsOnADatabase returns a call of every command that opens a database.
func commandsOnADatabase(t *testing.T) [][]string {
	return [][]string{
		{"serve", "--listen", "127.0.0.1:0", "--owners", "owner@example.com", "--base-url", "https://console.example.com",
			"--oidc-issuer", "https://id.example.com", "--oidc-client-id", "console"},
		{"demo", "--listen", "127.0.0.1:0"},
		{"migrate"},
		{"backup", filepath.Join(t.TempDir(), "other.db")},
	}
}

func flipped(data []byte, from, to int) []byte {
	data = bytes.Clone(data)
	for i := from; i < to; i++ {
		data[i] ^= 0xff
	}
	return data
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestNewerSchema runs every command on a database of a newer console. Each says which schema
// version it supports, the check, too.
func TestNewerSchema(t *testing.T) {
	t.Parallel()
	url, path := newInhabited(t)
	spoilRows(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`)
	before := readFile(t, path)
	for _, args := range commandsOnADatabase(t) {
		says(t, url, 1, "was written by a newer console: its schema is version 99999, this program knows", args...)
	}
	says(t, url, 1, "The schema is of version 99999", "check")
	says(t, databasetest.URL(t), 1, "newer console", "restore", path)
	if !bytes.Equal(readFile(t, path), before) {
		t.Error("the file was changed")
	}
}

// TestCheckNamesCorruptPage damages a page that is not read at the start: the console starts, and
// the check reports the damage.
func TestCheckNamesCorruptPage(t *testing.T) {
	t.Parallel()
	url, path := newInhabited(t)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	var page int
	err = db.QueryRow(`SELECT rootpage FROM sqlite_schema WHERE name = 'event_changes'`).Scan(&page)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, flipped(readFile(t, path), (page-1)*4096, (page-1)*4096+1024), 0o600); err != nil {
		t.Fatal(err)
	}
	said, status := runConsole(t, url, "check")
	for _, want := range []string{"SQLite's integrity check: ", "and their history could not be read", "The parts of events could not be read"} {
		if status != 1 || !strings.Contains(said, want) {
			t.Errorf("got status %d and no %q in\n%s", status, want, said)
		}
	}
	says(t, url, 1, "the backup was not kept", "backup", filepath.Join(t.TempDir(), "backup.db"))
	says(t, url, 0, "is up to date", "migrate")
}
