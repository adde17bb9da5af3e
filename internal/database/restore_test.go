package database

import (
	"bytes"
	"database/sql"
	"database/sql/driver"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A scene is a database with the mark "new" and a backup of it from when it had
// the mark "old" alone.
type scene struct{ path, url, backup string }

func newScene(t *testing.T) scene {
	t.Helper()
	s := scene{path: filepath.Join(t.TempDir(), "console.db"), backup: filepath.Join(t.TempDir(), "backup.db")}
	s.url = marked(t, s.path, "old")
	if _, err := Backup(t.Context(), s.url, s.backup, BackupOptions{}); err != nil {
		t.Fatal(err)
	}
	marked(t, s.path, "new")
	return s
}

func (s scene) restore(t *testing.T) Restored {
	t.Helper()
	done, err := Restore(t.Context(), s.backup, s.url, RestoreOptions{Now: func() time.Time { return time.Unix(0, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// TestRestore puts a backup in its place and keeps what was there.
func TestRestore(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for _, kept := range []string{"console.db.before-restore-19700101T000000Z", "console.db.before-restore-19700101T000000Z-2"} {
		done := s.restore(t)
		if got := filepath.Base(done.Kept); got != kept || done.Upgraded {
			t.Errorf("got %+v, want it kept as %s", done, kept)
		}
		whole(t, s.path)
		whole(t, done.Kept)
	}
	if got := markOf(t, s.path); got != "old" {
		t.Errorf("it holds %q", got)
	}
	if got := markOf(t, s.path+".before-restore-19700101T000000Z"); got != "new,old" && got != "old,new" {
		t.Errorf("what is kept holds %q", got)
	}
}

// TestRestoreToNothing makes the directory and the file; a log that is left of an
// older file is no part of the new one.
func TestRestoreToNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for name, prepare := range map[string]func(path string) error{
		"no directory": func(string) error { return nil },
		"a log without a file": func(path string) error {
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				return err
			}
			return os.WriteFile(path+"-wal", walOf(t), 0o600)
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
		if got := markOf(t, path); got != "old" {
			t.Errorf("%s: it holds %q", name, got)
		}
	}
}

// walOf returns the log of a database whose console was killed.
func walOf(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "console.db")
	leaveLog(t, path, "logged")
	data, err := os.ReadFile(path + "-wal")
	if err != nil || len(data) == 0 {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	return data
}

// leaveLog makes a database as a killed console leaves it: its last change is in the
// log alone.
func leaveLog(t *testing.T, path, mark string) {
	t.Helper()
	scratch := filepath.Join(t.TempDir(), "scratch.db")
	db, err := Open(t.Context(), "sqlite:"+scratch, Options{})
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

// TestRestoreKeepsTheLog replaces a database whose console was killed: what is kept
// has its last change too.
func TestRestoreKeepsTheLog(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.path = filepath.Join(t.TempDir(), "console.db")
	s.url = "sqlite:" + s.path
	leaveLog(t, s.path, "logged")
	done := s.restore(t)
	if got := markOf(t, done.Kept); got != "logged" {
		t.Errorf("what is kept holds %q", got)
	}
	if got := markOf(t, s.path); got != "old" {
		t.Errorf("it holds %q", got)
	}
}

// TestRestoreOverDamage replaces what cannot be read, with all that is beside it.
func TestRestoreOverDamage(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, path string){
		"a text file":       func(t *testing.T, path string) { put(t, path, strings.Repeat("text", 500)) },
		"an empty file":     func(t *testing.T, path string) { put(t, path, "") },
		"a damaged schema":  func(t *testing.T, path string) { flip(t, path, 100, 1000) },
		"a file cut off":    func(t *testing.T, path string) { cut(t, path) },
		"a damaged page":    func(t *testing.T, path string) { flipAll(t, path, "events_by_target") },
		"with a log beside": func(t *testing.T, path string) { flip(t, path, 0, 50); put(t, path+"-wal", "a log") },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			spoil(t, s.path)
			before := mustRead(t, s.path)
			done := s.restore(t)
			if got := markOf(t, s.path); got != "old" {
				t.Errorf("it holds %q", got)
			}
			after := mustRead(t, done.Kept)
			rest := min(100, len(before)) // the header may say that there is no log any more
			if len(after) != len(before) || !bytes.Equal(after[rest:], before[rest:]) {
				t.Errorf("what is kept is not what was there: %d bytes, want %d", len(after), len(before))
			}
		})
	}
}

// flip inverts bytes of a file.
func flip(t *testing.T, path string, from, to int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := from; i < to; i++ {
		data[i] ^= 0xff
	}
	put(t, path, string(data))
}

func cut(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()/2); err != nil {
		t.Fatal(err)
	}
}

const strayView = `INSERT INTO saved_views (id, owner_key, name, query, shared, created_at) VALUES ('viw_x', 'usr_nobody', 'x', 'q=x', 0, 0)`

// TestRestoreWhileSomebodyComes has a console begin to use the database after the
// backup was looked through.
func TestRestoreWhileSomebodyComes(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	var end func()
	_, err := Restore(t.Context(), s.backup, s.url, RestoreOptions{step: func(step string) {
		if step == "upgraded" {
			end = startChild(t, "use", s.url)
		}
	}})
	if refusal, ok := errors.AsType[*OpenError](err); !ok || !strings.Contains(refusal.Why, "in use") {
		t.Errorf("got %v, want that it is in use", err)
	}
	end()
	if got := markOf(t, s.path); !strings.Contains(got, "new") {
		t.Errorf("it holds %q", got)
	}
}

// TestOpenWhileItIsReplaced restores between two connections of a console that
// starts, when nothing has locked the file yet: it must not see both.
func TestOpenWhileItIsReplaced(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	var once sync.Once
	db, err := Open(t.Context(), s.url, Options{Trace: func(string, []driver.NamedValue) {
		once.Do(func() {
			if err := os.Rename(s.backup, s.path); err != nil {
				t.Error(err)
			}
		})
	}})
	if err == nil {
		_ = db.Close()
	}
	if refusal, ok := errors.AsType[*OpenError](err); !ok || !strings.Contains(refusal.Why, "was replaced") {
		t.Errorf("got %v, want that it was replaced", err)
	}
}

// TestRestoreKilled kills restorations at each of their steps: in the place is the
// old database or the new one, whole, and the next restoration cleans up.
func TestRestoreKilled(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"copied", "upgraded", "folded", "kept", "restored"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			killed(t, "restore", s.backup, s.url, step)
			whole(t, s.path)
			if got := markOf(t, s.path); (got == "old") != (step == "restored") {
				t.Errorf("it holds %q", got)
			}
			done := s.restore(t)
			if got := markOf(t, s.path); got != "old" {
				t.Errorf("after the next one it holds %q", got)
			}
			whole(t, done.Kept)
			names := slices.DeleteFunc(files(t, filepath.Dir(s.path)), func(name string) bool { return strings.Contains(name, keptMark) })
			if diff := cmp.Diff([]string{"console.db"}, names); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			if kept := len(files(t, filepath.Dir(s.path))) - 1; kept != map[bool]int{true: 2, false: 1}[step == "restored"] {
				t.Errorf("%d files are kept: %q", kept, files(t, filepath.Dir(s.path)))
			}
		})
	}
}

// alter runs a statement on the file at path with no regard for whose it is.
func alter(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	_, err = db.Exec(statement)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
