package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// root is the repository's root.
const root = "../.."

// source is the files that the program is built from.
var source = []string{"go.mod", "go.sum", "cmd", "internal", "static", "views", "web"}

// TestBuildIsReproducible builds the program here and from a copy in another directory.
func TestBuildIsReproducible(t *testing.T) {
	t.Parallel()
	elsewhere := t.TempDir()
	for _, name := range source {
		if err := copyTree(filepath.Join(root, name), filepath.Join(elsewhere, name)); err != nil {
			t.Fatal(err)
		}
	}
	id := identity{version: "1.2.3", commit: strings.Repeat("c0ffee", 6)}
	host := target{runtime.GOOS, runtime.GOARCH}
	var programs [2][]byte
	for i, dir := range []string{root, elsewhere} {
		program := filepath.Join(t.TempDir(), "console")
		if err := build(t.Context(), dir, host, id, program); err != nil {
			t.Fatal(err)
		}
		var err error
		if programs[i], err = os.ReadFile(program); err != nil {
			t.Fatal(err)
		}
		said, err := exec.CommandContext(t.Context(), program, "version").Output()
		if want := "console 1.2.3 (commit " + id.commit + ", " + runtime.Version(); err != nil || !strings.HasPrefix(string(said), want) {
			t.Errorf("version: got %q (%v), want %q", said, err, want)
		}
	}
	if !bytes.Equal(programs[0], programs[1]) {
		t.Error("the builds differ")
	}
	if here, err := filepath.Abs(root); err != nil || bytes.Contains(programs[0], []byte(here)) {
		t.Errorf("the program contains the path of its source: %s (%v)", here, err)
	}
}

// copyTree copies a file or directory.
func copyTree(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return os.CopyFS(to, os.DirFS(from))
	}
	body, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, body, 0o600)
}

// TestArchiveIsReproducible archives the same files twice, with other times and modes.
func TestArchiveIsReproducible(t *testing.T) {
	t.Parallel()
	id := identity{version: "1.2.3", time: time.Unix(1_700_000_000, 0), files: []string{"LICENSE", "docs/operations.md"}}
	var archives [2][]byte
	for i := range archives {
		dir := t.TempDir()
		for _, name := range append([]string{"console"}, id.files...) {
			file := filepath.Join(dir, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(name), fs.FileMode(0o600+i*0o44)),
				os.Chtimes(file, time.Time{}, time.Unix(int64(i), 0))); err != nil {
				t.Fatal(err)
			}
		}
		file := filepath.Join(dir, "console.tar.gz")
		if err := archive(dir, "console_1.2.3", filepath.Join(dir, "console"), id, file); err != nil {
			t.Fatal(err)
		}
		var err error
		if archives[i], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(archives[0], archives[1]) {
		t.Error("the archives differ")
	}
}

// TestIdentify identifies a repository with a tag, then with an uncommitted change.
func TestIdentify(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, args := range [][]string{
		{"init", "-q"},
		{"-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-q", "--allow-empty", "-m", "x"},
		{"tag", "v1.2.3"},
	} {
		if _, err := git(t.Context(), dir, args...); err != nil {
			t.Fatal(err)
		}
	}
	id, err := identify(t.Context(), dir, false)
	if err != nil || id.version != "1.2.3" || len(id.commit) != 40 || time.Since(id.time) > time.Hour {
		t.Errorf("got %+v, %v; want version 1.2.3 of a moment ago", id, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "LICENSE"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := identify(t.Context(), dir, false); !errors.Is(err, errDirty) {
		t.Errorf("with a change: got error %v, want errDirty", err)
	}
	if _, err := identify(t.Context(), dir, true); err != nil {
		t.Errorf("with a change, if allowed: got error %v", err)
	}
}

// TestTargets compares the targets with docs/operations.md.
func TestTargets(t *testing.T) {
	t.Parallel()
	var names []string
	for _, target := range targets {
		names = append(names, target.os+"/"+target.arch)
	}
	if want := []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64"}; !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
	promised, err := os.ReadFile(filepath.Join(root, "docs/operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !bytes.Contains(promised, []byte(name)) {
			t.Errorf("docs/operations.md does not mention %s", name)
		}
	}
}

// TestMakeRelease checks that make release runs this command.
func TestMakeRelease(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "make", "--no-print-directory", "-n", "release")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "go run ./internal/release") {
		t.Errorf("make -n release: %v\n%s", err, out)
	}
}

// TestSums checks the format of the checksums.
func TestSums(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeSums(dir); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if want := "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n"; err != nil || string(got) != want {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}

// TestChangelog checks sections of CHANGELOG.md: a released version needs one, a commit after a
// release does not.
func TestChangelog(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{"1.0.0": true, "77.0.0": false, "1.0.0-3-gabcdef": true, "abcdef": true} {
		if err := checkChangelog(root, version); (err == nil) != want {
			t.Errorf("%s: got %v", version, err)
		}
	}
}
