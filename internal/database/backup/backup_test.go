package backup

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

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/filetest"
)

// verify checks that nothing is wrong with the file at path.
func verify(t *testing.T, path string) {
	t.Helper()
	found, err := database.Verify(t.Context(), "sqlite:"+path, database.Options{}, database.Verification{})
	if err != nil || len(found) > 0 {
		t.Errorf("%s: %v, %q", path, err, found)
	}
}

// TestMake copies a database that is in use and has changes that are in its log alone: the
// copy has them, is a single file and is for its owner alone.
func TestMake(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	url := marked(t, filepath.Join(dir, "console.db"), "first")
	db, err := database.Open(t.Context(), url, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	marked(t, filepath.Join(dir, "console.db"), "second")
	to := filepath.Join(t.TempDir(), "backups", "backup.db")
	done, err := Make(t.Context(), url, to, Options{})
	if err != nil {
		t.Fatal(err)
	}
	verify(t, to)
	if diff := cmp.Diff([]string{"backup.db"}, filetest.Names(t, filepath.Dir(to))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if info, err := os.Stat(filepath.Dir(to)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory that was made: got %v, %v; want it for its owner alone", info, err)
	}
	info, err := os.Stat(to)
	if err != nil || info.Mode() != 0o600 || info.Size() != done.Bytes {
		t.Errorf("got %v, %v; want %d bytes for their owner alone", info, err, done.Bytes)
	}
	if got := marksOf(t, to); got != "first,second" {
		t.Errorf("it holds %q", got)
	}
}

// TestMakeBesideWriters writes while pages are copied: the copy has nothing of it. Each
// change is one of two rows, so that half of one would be seen.
func TestMakeBesideWriters(t *testing.T) {
	t.Parallel()
	url := marked(t, filepath.Join(t.TempDir(), "console.db"), "first")
	db, err := database.Open(t.Context(), url, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	grow(t, db, 3*pagesPerStep)
	n, steps := 0, 0
	to := filepath.Join(t.TempDir(), "backup.db")
	_, err = Make(t.Context(), url, to, Options{step: func(step string) {
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
	verify(t, to)
	if got := marksOf(t, to); steps < 3 || strings.Contains(got, "a1") || strings.Contains(got, "b1") || !strings.Contains(got, "fill7") {
		t.Errorf("after %d steps it holds %.60q, want the state at its beginning", steps, got)
	}
}

// grow makes a database larger than that number of pages.
func grow(t *testing.T, db *database.DB, pages int) {
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

// write runs one statement in a transaction.
func write(t *testing.T, db *database.DB, statement string) {
	t.Helper()
	err := db.Transact(t.Context(), func(tx *sql.Tx) error { _, err := tx.Exec(statement); return err })
	if err != nil {
		t.Error(err)
	}
}

// mkdir makes a directory.
func mkdir(t *testing.T, path string) {
	t.Helper()
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
}

// symlink makes a symbolic link.
func symlink(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Symlink(from, to); err != nil {
		t.Fatal(err)
	}
}

// TestMakeReplaces replaces an older backup.
func TestMakeReplaces(t *testing.T) {
	t.Parallel()
	path, to := filepath.Join(t.TempDir(), "console.db"), filepath.Join(t.TempDir(), "backup.db")
	for _, mark := range []string{"first", "second"} {
		if _, err := Make(t.Context(), marked(t, path, mark), to, Options{Replace: true}); err != nil {
			t.Fatal(err)
		}
	}
	if got := marksOf(t, to); got != "first,second" {
		t.Errorf("it holds %q", got)
	}
}

// TestMakeKilled kills backups after each of their steps: there is the older backup or the
// newer, never half of one, and the next one removes what is left.
func TestMakeKilled(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"created", "pages", "standalone", "checked", "renamed"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			path, to := filepath.Join(t.TempDir(), "console.db"), filepath.Join(t.TempDir(), "backup.db")
			url := marked(t, path, "first")
			if _, err := Make(t.Context(), url, to, Options{}); err != nil {
				t.Fatal(err)
			}
			marked(t, path, "second")
			filetest.RunKilled(t, "backup", url, to, step)
			verify(t, to)
			want := map[bool]string{true: "first,second", false: "first"}[step == "renamed"]
			if got := marksOf(t, to); got != want {
				t.Errorf("the backup holds %q, want %q", got, want)
			}
			done, err := Make(t.Context(), url, to, Options{Replace: true})
			if err != nil || done.Leftover != (step != "renamed") {
				t.Errorf("the next one: %+v, %v", done, err)
			}
			if diff := cmp.Diff([]string{"backup.db"}, filetest.Names(t, filepath.Dir(to))); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			if got := marksOf(t, path); got != "first,second" {
				t.Errorf("the database holds %q", got)
			}
		})
	}
}

// TestDiskFull runs out of space: the files are what they were, nothing is left beside
// them, and the error names the disk.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for what, args := range map[string][]string{"backup-limited": {s.url, s.backup, "never"}, "restore-limited": {s.backup, s.url, "never"}} {
		out, err := filetest.Child(t, what, args...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "disk") {
			t.Errorf("%s: got %v and %q", what, err, out)
		}
	}
	if got := marksOf(t, s.path); got != "new,old" && got != "old,new" {
		t.Errorf("the database holds %q", got)
	}
	if got := marksOf(t, s.backup); got != "old" {
		t.Errorf("the backup holds %q", got)
	}
	for _, path := range []string{s.path, s.backup} {
		if diff := cmp.Diff([]string{filepath.Base(path)}, filetest.Names(t, filepath.Dir(path))); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
	}
}

// TestMakeCancelled leaves nothing behind.
func TestMakeCancelled(t *testing.T) {
	t.Parallel()
	url, to := marked(t, filepath.Join(t.TempDir(), "console.db"), "first"), filepath.Join(t.TempDir(), "backup.db")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Make(ctx, url, to, Options{step: func(string) { cancel() }})
	if !errors.Is(err, context.Canceled) || len(filetest.Names(t, filepath.Dir(to))) > 0 {
		t.Errorf("got %v and %v", err, filetest.Names(t, filepath.Dir(to)))
	}
}

// TestMakeAtOnce makes the same backup several times at once: one succeeds.
func TestMakeAtOnce(t *testing.T) {
	t.Parallel()
	url, to := marked(t, filepath.Join(t.TempDir(), "console.db"), "first"), filepath.Join(t.TempDir(), "backup.db")
	var all sync.WaitGroup
	errs := make(chan error, 6)
	for range cap(errs) {
		all.Go(func() {
			_, err := Make(t.Context(), url, to, Options{})
			errs <- err
		})
	}
	all.Wait()
	made := 0
	for range cap(errs) {
		if err := <-errs; err == nil {
			made++
		} else if _, ok := errors.AsType[*database.OpenError](err); !ok {
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("%d were made, want 1", made)
	}
	verify(t, to)
}
