package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// whole checks that nothing is wrong with the file at path.
func whole(t *testing.T, path string) {
	t.Helper()
	found, err := Verify(t.Context(), "sqlite:"+path, Options{}, Verification{})
	if err != nil || len(found) > 0 {
		t.Errorf("%s: %v, %q", path, err, found)
	}
}

// TestBackup copies a database that is in use and has changes that are not yet in
// its file: the copy has them, stands by itself and is for its owner alone.
func TestBackup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	url := marked(t, filepath.Join(dir, "console.db"), "first")
	db, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	marked(t, filepath.Join(dir, "console.db"), "second")
	to := filepath.Join(t.TempDir(), "backups", "backup.db")
	done, err := Backup(t.Context(), url, to, BackupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	whole(t, to)
	if diff := cmp.Diff([]string{"backup.db"}, files(t, filepath.Dir(to))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if info, err := os.Stat(filepath.Dir(to)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory that was made: got %v, %v; want it for its owner alone", info, err)
	}
	info, err := os.Stat(to)
	if err != nil || info.Mode() != 0o600 || info.Size() != done.Bytes {
		t.Errorf("got %v, %v; want %d bytes for their owner alone", info, err, done.Bytes)
	}
	if got := markOf(t, to); got != "first,second" {
		t.Errorf("it holds %q", got)
	}
}

// TestBackupIsOfOneMoment writes while pages are copied. Each change is one of two
// rows, so half of one would be seen.
func TestBackupIsOfOneMoment(t *testing.T) {
	t.Parallel()
	url := marked(t, filepath.Join(t.TempDir(), "console.db"), "first")
	db, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	grow(t, db, 3*pagesAtOnce)
	n, steps := 0, 0
	to := filepath.Join(t.TempDir(), "backup.db")
	_, err = Backup(t.Context(), url, to, BackupOptions{step: func(step string) {
		if step != "pages" {
			return
		}
		steps++
		n++
		write(t, db, fmt.Sprintf(`INSERT INTO secrets (name, secret) VALUES ('a%d', zeroblob(40000)), ('b%d', zeroblob(40000))`, n, n))
		write(t, db, `DELETE FROM secrets WHERE name LIKE 'fill%' AND rowid % 7 = 0`)
	}})
	if err != nil {
		t.Fatal(err)
	}
	whole(t, to)
	if got := markOf(t, to); steps < 3 || strings.Contains(got, "a1") || strings.Contains(got, "b1") || !strings.Contains(got, "fill7") {
		t.Errorf("after %d steps it holds %.60q, want what there was at its beginning", steps, got)
	}
}

// grow makes a database as large as so many pages.
func grow(t *testing.T, db *DB, pages int) {
	t.Helper()
	err := db.Transact(t.Context(), func(tx *sql.Tx) error {
		for i := range pages / 10 {
			if _, err := tx.Exec(`INSERT INTO secrets (name, secret) VALUES ('fill' || $1, zeroblob(40000))`, i); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, db *DB, statement string) {
	t.Helper()
	err := db.Transact(t.Context(), func(tx *sql.Tx) error { _, err := tx.Exec(statement); return err })
	if err != nil {
		t.Error(err)
	}
}

// put writes a text to path.
func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func mustMkdir(t *testing.T, path string) {
	t.Helper()
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
}

func mustLink(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Symlink(from, to); err != nil {
		t.Fatal(err)
	}
}

// othersDatabase returns a database that no console made.
func othersDatabase(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(`CREATE TABLE notes (a TEXT)`)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// flipAll damages the middle of the first page of a table or index, in the file at
// path, which nobody uses.
func flipAll(t *testing.T, path, name string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	var page, size int64
	err = db.QueryRow(`SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size WHERE name = $1`, name).Scan(&page, &size)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := (page - 1) * size; i < (page-1)*size+1024; i++ {
		data[i] ^= 0xff
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestBackupReplaces writes over an older one, in one step.
func TestBackupReplaces(t *testing.T) {
	t.Parallel()
	path, to := filepath.Join(t.TempDir(), "console.db"), filepath.Join(t.TempDir(), "backup.db")
	for _, mark := range []string{"first", "second"} {
		if _, err := Backup(t.Context(), marked(t, path, mark), to, BackupOptions{Replace: true}); err != nil {
			t.Fatal(err)
		}
	}
	if got := markOf(t, to); got != "first,second" {
		t.Errorf("it holds %q", got)
	}
}

// TestBackupKilled kills backups at each of their steps: there is the older backup
// or the newer, never half of one, and the next one cleans up.
func TestBackupKilled(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"part", "pages", "sealed", "checked", "named"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			path, to := filepath.Join(t.TempDir(), "console.db"), filepath.Join(t.TempDir(), "backup.db")
			url := marked(t, path, "first")
			if _, err := Backup(t.Context(), url, to, BackupOptions{}); err != nil {
				t.Fatal(err)
			}
			marked(t, path, "second")
			killed(t, "backup", url, to, step)
			whole(t, to)
			want := map[bool]string{true: "first,second", false: "first"}[step == "named"]
			if got := markOf(t, to); got != want {
				t.Errorf("the backup holds %q, want %q", got, want)
			}
			done, err := Backup(t.Context(), url, to, BackupOptions{Replace: true})
			if err != nil || done.Leftover != (step != "named") {
				t.Errorf("the next one: %+v, %v", done, err)
			}
			if diff := cmp.Diff([]string{"backup.db"}, files(t, filepath.Dir(to))); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			if got := markOf(t, path); got != "first,second" {
				t.Errorf("the database holds %q", got)
			}
		})
	}
}

// TestBackupWithoutRoom runs out of room: what was there is there, nothing else is,
// and it is said in words.
func TestBackupWithoutRoom(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for what, args := range map[string][]string{"backup": {s.url, s.backup}, "restore": {s.backup, s.url}} {
		out, err := child(t, append([]string{"cramped", what}, args...)...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "disk") {
			t.Errorf("%s: got %v and %q", what, err, out)
		}
	}
	if got := markOf(t, s.path); got != "new,old" && got != "old,new" {
		t.Errorf("the database holds %q", got)
	}
	if got := markOf(t, s.backup); got != "old" {
		t.Errorf("the backup holds %q", got)
	}
	for _, path := range []string{s.path, s.backup} {
		if diff := cmp.Diff([]string{filepath.Base(path)}, files(t, filepath.Dir(path))); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
	}
}

// TestBackupGivesUpWithItsContext leaves nothing behind.
func TestBackupGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	url, to := marked(t, filepath.Join(t.TempDir(), "console.db"), "first"), filepath.Join(t.TempDir(), "backup.db")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Backup(ctx, url, to, BackupOptions{step: func(string) { cancel() }})
	if !errors.Is(err, context.Canceled) || len(files(t, filepath.Dir(to))) > 0 {
		t.Errorf("got %v and %v", err, files(t, filepath.Dir(to)))
	}
}

// TestBackupTwiceAtOnce has several make the same backup: one of them does, or each
// after the other.
func TestBackupTwiceAtOnce(t *testing.T) {
	t.Parallel()
	url, to := marked(t, filepath.Join(t.TempDir(), "console.db"), "first"), filepath.Join(t.TempDir(), "backup.db")
	var all sync.WaitGroup
	errs := make(chan error, 6)
	for range cap(errs) {
		all.Go(func() {
			_, err := Backup(t.Context(), url, to, BackupOptions{})
			errs <- err
		})
	}
	all.Wait()
	made := 0
	for range cap(errs) {
		if err := <-errs; err == nil {
			made++
		} else if _, ok := errors.AsType[*OpenError](err); !ok {
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("%d were made, want 1", made)
	}
	whole(t, to)
}
