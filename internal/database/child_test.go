package database

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

// childVariable tells a test program that it is to be another process: what it
// does, and its arguments.
const childVariable = "DATABASE_TEST_CHILD"

// TestMain makes of the test program the other processes that tests need.
func TestMain(m *testing.M) {
	if words := strings.Fields(os.Getenv(childVariable)); len(words) > 0 {
		if err := children[words[0]](words[1:]); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// children are what other processes do.
var children = map[string]func(args []string) error{
	"backup": func(args []string) error { // url, file, step at which it dies
		_, err := Backup(context.Background(), args[0], args[1], BackupOptions{Replace: true, step: dieAt(args[2])})
		return err
	},
	"restore": func(args []string) error { // file, url, step at which it dies
		_, err := Restore(context.Background(), args[0], args[1], RestoreOptions{step: dieAt(args[2])})
		return err
	},
	"migrate": migrateChild,
	"cramped": func(args []string) error { // what it does, with what arguments; no file gets larger than 100 kB
		signal.Ignore(syscall.SIGXFSZ)
		const room = 100_000
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: room, Max: room}); err != nil {
			return err
		}
		return (map[string]func(args []string) error{
			"backup": func(args []string) error {
				_, err := Backup(context.Background(), args[0], args[1], BackupOptions{Replace: true})
				return err
			},
			"restore": func(args []string) error {
				_, err := Restore(context.Background(), args[0], args[1], RestoreOptions{})
				return err
			},
		})[args[0]](args[1:])
	},
	"use": func(args []string) error { // url; it has the database open until its input ends
		db, err := Open(context.Background(), args[0], Options{})
		if err != nil {
			return err
		}
		defer db.Close()
		fmt.Println("open")
		_, err = io.Copy(io.Discard, os.Stdin)
		return err
	},
	"hold": func(args []string) error { // path; it makes a part there until its input ends
		p, err := newPart(args[0])
		if err != nil {
			return err
		}
		defer p.discard()
		fmt.Println("open")
		_, err = io.Copy(io.Discard, os.Stdin)
		return err
	},
}

// dieAt returns what kills the process at a step, as kill -9 would.
func dieAt(step string) func(string) {
	return func(name string) {
		if name == step {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
}

// child returns another process, which is not started.
func child(t *testing.T, words ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+strings.Join(words, " "))
	return cmd
}

// killed runs a process that is to kill itself.
func killed(t *testing.T, words ...string) {
	t.Helper()
	out, err := child(t, words...).CombinedOutput()
	if err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("%v: got %v, want it to be killed; it said:\n%s", words, err, out)
	}
}

// startChild starts a process and waits until it says that it is at work. What it
// returns ends it.
func startChild(t *testing.T, words ...string) (end func()) {
	t.Helper()
	cmd := child(t, words...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // where it was not ended
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "open\n" {
		t.Fatalf("%v: it said %q, %v", words, line, err)
	}
	return func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %v", words, err)
		}
	}
}

// marked makes a database at path, unless there is one, and puts a mark into it.
func marked(t *testing.T, path, mark string) (url string) {
	t.Helper()
	db, err := Open(t.Context(), "sqlite:"+path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Transact(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO secrets (name, secret) VALUES ($1, x'00')`, mark)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// markOf opens the database at path, as a console would, and returns its marks.
func markOf(t *testing.T, path string) string {
	t.Helper()
	db, err := Open(t.Context(), "sqlite:"+path, Options{Existing: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var mark sql.NullString
	err = db.Reads().QueryRowContext(t.Context(), `SELECT group_concat(name) FROM secrets WHERE name NOT IN ('cursors', 'seal-1')`).Scan(&mark)
	if err != nil {
		t.Fatal(err)
	}
	return mark.String
}

// files returns the names in a directory.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
