//go:build postgres

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database/databasetest"
)

// stopAt is the environment variable that makes the test binary the console. It halts after it
// has printed the words in the variable.
const stopAt = "CONSOLE_TEST_STOP_AT"

func init() {
	words := os.Getenv(stopAt)
	if words == "" {
		return
	}
	err := run(context.Background(), os.Args, lookupIn(nil), halting{words}, os.Stderr)
	fmt.Fprintln(os.Stderr, err)
	os.Exit(exitStatus(err))
}

// A halting is an output that blocks after some words.
type halting struct{ words string }

// Write writes a line, and blocks if it contains the words.
func (h halting) Write(line []byte) (int, error) {
	n, err := os.Stdout.Write(line)
	if strings.Contains(string(line), h.words) {
		_, _ = io.Copy(io.Discard, os.Stdin) // until the test kills the process or ends
	}
	return n, err
}

// TestCopy_killed kills copies to each engine at several steps. The target stays empty, and a
// second try succeeds.
func TestCopy_killed(t *testing.T) {
	t.Parallel()
	source, _ := fullDirectory(t)
	targets := map[string]func(*testing.T) string{
		"PostgreSQL": func(t *testing.T) string { return databasetest.PostgresURL(t) },
		"a new file": func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "console.db") },
	}
	for to, url := range targets {
		for _, words := range []string{"writing events", "building index", "100 %"} {
			t.Run(to+" "+words, func(t *testing.T) { // sequential: they share a source
				target := url(t)
				killAt(t, words, "copy", source, target)
				if path, ok := strings.CutPrefix(target, "sqlite:"); ok {
					if _, err := os.Lstat(path); err == nil {
						t.Error("there is a file")
					}
				}
				if said, err := copied(t, nil, source, target); err != nil {
					t.Errorf("the second try: %v\n%s", err, said)
				}
				if path, ok := strings.CutPrefix(target, "sqlite:"); ok {
					if left, _ := filepath.Glob(path + "?*"); len(left) > 0 {
						t.Errorf("left behind: %q", left)
					}
				}
			})
		}
	}
}

// killAt runs the program as a process until it prints the words, and kills it.
func killAt(t *testing.T, words string, args ...string) {
	t.Helper()
	cmd := processWith(stopAt+"="+words, args...)
	cmd.Stderr = t.Output()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := false
	for lines := bufio.NewScanner(out); !said && lines.Scan(); {
		said = strings.Contains(lines.Text(), words)
	}
	if !said {
		t.Fatalf("ended without saying %q: %v", words, cmd.Wait())
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.Exited() {
		t.Fatalf("ended by itself: %v", err)
	}
}
