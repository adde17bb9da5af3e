package backup

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/filetest"
)

// A scene is a database with the mark "new" and a backup of it from when it had
// the mark "old" alone.
type scene struct{ path, url, backup string }

// newScene makes the two files of a scene.
func newScene(t *testing.T) scene {
	t.Helper()
	s := scene{path: filepath.Join(t.TempDir(), "console.db"), backup: filepath.Join(t.TempDir(), "backup.db")}
	s.url = marked(t, s.path, "old")
	if _, err := Make(t.Context(), s.url, s.backup, Options{}); err != nil {
		t.Fatal(err)
	}
	marked(t, s.path, "new")
	return s
}

// restore restores the backup, at the time 0.
func (s scene) restore(t *testing.T) Restored {
	t.Helper()
	done, err := Restore(t.Context(), s.backup, s.url, RestoreOptions{now: func() time.Time { return time.Unix(0, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// TestRestore restores a backup twice, and keeps the files that were there.
func TestRestore(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for _, kept := range []string{"console.db.before-restore-19700101T000000Z", "console.db.before-restore-19700101T000000Z-2"} {
		done := s.restore(t)
		if got := filepath.Base(done.Kept); got != kept || done.Upgraded {
			t.Errorf("got %+v, want it kept as %s", done, kept)
		}
		verify(t, s.path)
		verify(t, done.Kept)
	}
	if got := marksOf(t, s.path); got != "old" {
		t.Errorf("it holds %q", got)
	}
	if got := marksOf(t, s.path+".before-restore-19700101T000000Z"); got != "new,old" && got != "old,new" {
		t.Errorf("what is kept holds %q", got)
	}
}

// TestRestoreToNewFile makes the directory and the file; a log that is left of an older file
// is no part of the new one.
func TestRestoreToNewFile(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for name, prepare := range map[string]func(path string) error{
		"no directory": func(string) error { return nil },
		"a log without a file": func(path string) error {
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				return err
			}
			return os.WriteFile(path+"-wal", logOfKilled(t), 0o600)
		},
	} {
		path := filepath.Join(t.TempDir(), "deeper", "console.db")
		if err := prepare(path); err != nil {
			t.Fatal(err)
		}
		done, err := Restore(t.Context(), s.backup, "sqlite:"+path, RestoreOptions{})
		if err != nil || done.Kept != "" {
			t.Errorf("%s: %+v, %v", name, done, err)
		}
		if got := marksOf(t, path); got != "old" {
			t.Errorf("%s: it holds %q", name, got)
		}
	}
}

// logOfKilled returns the log of a database whose console was killed.
func logOfKilled(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "console.db")
	leaveLog(t, path, "logged")
	data, err := os.ReadFile(path + "-wal")
	if err != nil || len(data) == 0 {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	return data
}

// leaveLog makes a database as a killed console leaves it: its last change is in the log
// alone.
func leaveLog(t *testing.T, path, mark string) {
	t.Helper()
	scratch := filepath.Join(t.TempDir(), "scratch.db")
	db, err := database.Open(t.Context(), "sqlite:"+scratch, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	write(t, db, `INSERT INTO secrets (name, secret) VALUES ('`+mark+`', x'00')`)
	for _, side := range []string{"", "-wal"} { // while it is open
		data, err := os.ReadFile(scratch + side)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+side, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestRestoreKeepsLog replaces a database whose console was killed: the file that is kept has
// its last change, too.
func TestRestoreKeepsLog(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.path = filepath.Join(t.TempDir(), "console.db")
	s.url = "sqlite:" + s.path
	leaveLog(t, s.path, "logged")
	done := s.restore(t)
	if got := marksOf(t, done.Kept); got != "logged" {
		t.Errorf("what is kept holds %q", got)
	}
	if got := marksOf(t, s.path); got != "old" {
		t.Errorf("it holds %q", got)
	}
}

// TestRestoreOverDamagedFile replaces a file that cannot be read, and those beside it.
func TestRestoreOverDamagedFile(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, path string){
		"a text file":      func(t *testing.T, path string) { filetest.Write(t, path, strings.Repeat("text", 500)) },
		"an empty file":    func(t *testing.T, path string) { filetest.Write(t, path, "") },
		"a damaged schema": func(t *testing.T, path string) { filetest.Flip(t, path, 100, 1000) },
		"a file cut off":   func(t *testing.T, path string) { filetest.Halve(t, path) },
		"a damaged page":   func(t *testing.T, path string) { filetest.FlipPage(t, path, "events_by_target") },
		"with a log beside": func(t *testing.T, path string) {
			filetest.Flip(t, path, 0, 50)
			filetest.Write(t, path+"-wal", "a log")
		},
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			spoil(t, s.path)
			before := filetest.Read(t, s.path)
			done := s.restore(t)
			if got := marksOf(t, s.path); got != "old" {
				t.Errorf("it holds %q", got)
			}
			after := filetest.Read(t, done.Kept)
			rest := min(100, len(before)) // the header may say that there is no log any more
			if len(after) != len(before) || !bytes.Equal(after[rest:], before[rest:]) {
				t.Errorf("what is kept is not what was there: %d bytes, want %d", len(after), len(before))
			}
		})
	}
}

// strayView adds a view of an owner that does not exist.
const strayView = `INSERT INTO saved_views (id, owner_key, name, query, shared, created_at) VALUES ('viw_x', 'usr_nobody', 'x', 'q=x', 0, 0)`

// TestRestoreBesideNewConsole has a console open the database after the backup was
// verified.
func TestRestoreBesideNewConsole(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	var end func()
	_, err := Restore(t.Context(), s.backup, s.url, RestoreOptions{step: func(step string) {
		if step == "migrated" {
			end = filetest.Start(t, "use", s.url)
		}
	}})
	if refusal, ok := errors.AsType[*database.OpenError](err); !ok || !strings.Contains(refusal.Why, "in use") {
		t.Errorf("got %v, want that it is in use", err)
	}
	end()
	if got := marksOf(t, s.path); !strings.Contains(got, "new") {
		t.Errorf("it holds %q", got)
	}
}

// TestRestoreKilled kills restorations after each of their steps: the database is the old one
// or the new one, undamaged, and the next restoration removes what is left.
func TestRestoreKilled(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"copied", "migrated", "checkpointed", "kept", "restored"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			filetest.RunKilled(t, "restore", s.backup, s.url, step)
			verify(t, s.path)
			if got := marksOf(t, s.path); (got == "old") != (step == "restored") {
				t.Errorf("it holds %q", got)
			}
			done := s.restore(t)
			if got := marksOf(t, s.path); got != "old" {
				t.Errorf("after the next one it holds %q", got)
			}
			verify(t, done.Kept)
			names := slices.DeleteFunc(filetest.Names(t, filepath.Dir(s.path)), func(name string) bool { return strings.Contains(name, keptMark) })
			if diff := cmp.Diff([]string{"console.db"}, names); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			if kept := len(filetest.Names(t, filepath.Dir(s.path))) - 1; kept != map[bool]int{true: 2, false: 1}[step == "restored"] {
				t.Errorf("%d files are kept: %q", kept, filetest.Names(t, filepath.Dir(s.path)))
			}
		})
	}
}
