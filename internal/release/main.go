// Command release builds what is released, into dist/: for each system an archive
// of the program and what goes with it, a list of what the program is made of, and
// the checksums of all of them. Whoever builds the same commit with the same Go gets
// the same bytes, wherever and whenever it is done. `make release` runs it, from the
// root of the repository.
package main

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A target is a system that the program is released for.
type target struct{ os, arch string }

// targets are all of them.
var targets = []target{
	{"linux", "amd64"},
	{"linux", "arm64"},
	{"darwin", "amd64"},
	{"darwin", "arm64"},
}

func main() {
	out := flag.String("out", "dist", "the `DIRECTORY` to write; what is in it is deleted")
	only := flag.String("only", "", "the one `SYSTEM` to build for, such as linux/amd64, instead of all")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := release(ctx, ".", *out, *only, os.Getenv("RELEASE_DIRTY") == "1"); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// release writes a release of the repository at root into out: for all systems, or for the
// one that only names.
func release(ctx context.Context, root, out, only string, dirtyToo bool) error {
	chosen := slices.DeleteFunc(slices.Clone(targets), func(t target) bool { return only != "" && only != t.os+"/"+t.arch })
	if len(chosen) == 0 {
		return fmt.Errorf("there is no release for %q", only)
	}
	is, err := look(ctx, root, dirtyToo)
	if err != nil {
		return err
	}
	if err := changesOf(root, is.version); err != nil {
		return err
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	for _, t := range chosen {
		name := fmt.Sprintf("console_%s_%s_%s", is.version, t.os, t.arch)
		fmt.Println("building", name)
		program := filepath.Join(work, name, "console")
		if err := build(ctx, root, t, is, program); err != nil {
			return err
		}
		if err := listParts(ctx, root, is, program, filepath.Join(out, name+".cdx.json")); err != nil {
			return err
		}
		if err := archive(root, name, program, is, filepath.Join(out, name+".tar.gz")); err != nil {
			return err
		}
	}
	return writeSums(out)
}

// released matches a version that is a tag, not one of a commit after it.
var released = regexp.MustCompile(`^\d+\.\d+\.\d+$`)

// changesOf returns an error unless CHANGELOG.md has a section for a version that is
// released.
func changesOf(root, version string) error {
	text, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err == nil && released.MatchString(version) && !regexp.MustCompile(`(?m)^## `+regexp.QuoteMeta(version)+`\b`).Match(text) {
		return fmt.Errorf("CHANGELOG.md has no section for %s", version)
	}
	return err
}

// build builds the program for t from the source at root. Nothing of the machine, the
// directory or the day is in it.
func build(ctx context.Context, root string, t target, is identity, program string) error {
	flags := fmt.Sprintf("-s -w -buildid= -X main.version=%s -X main.commit=%s", is.version, is.commit)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", program, "./cmd/console")
	cmd.Env = append(os.Environ(), "GOOS="+t.os, "GOARCH="+t.arch, "CGO_ENABLED=0",
		"GOFLAGS=", "GOWORK=off", "GOEXPERIMENT=", "GOAMD64=v1", "GOARM64=v8.0")
	return run(cmd, root)
}

// listParts writes the software bill of materials of a program, in CycloneDX's JSON.
// A serial number and the time are left out: they would be other ones each time.
func listParts(ctx context.Context, root string, is identity, program, file string) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	return run(exec.CommandContext(ctx, "go", "tool", "-modfile=internal/release/tools.mod", "cyclonedx-gomod", "bin",
		"-json", "-std", "-noserial", "-notimestamp", "-version", is.version, "-output", file, program), root)
}

// run runs a command in root. Its error has what the command said.
func run(cmd *exec.Cmd, root string) error {
	cmd.Dir = root
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, said)
	}
	return nil
}

// writeSums writes the checksums of all files in dir as sha256sum -c reads them.
func writeSums(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return err
	}
	slices.Sort(files)
	var sums strings.Builder
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(body), filepath.Base(file))
	}
	return os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(sums.String()), 0o644)
}
