// Command release builds a release into dist/: for each target an archive of the program and
// its companion files, an SBOM, and the checksums of all files. Builds are reproducible: the
// same commit and version of Go give the same bytes. Run it by `make release` in the
// repository's root.
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

// A target is an operating system and architecture.
type target struct{ os, arch string }

// targets are all released targets.
var targets = []target{
	{"linux", "amd64"},
	{"linux", "arm64"},
	{"darwin", "amd64"},
	{"darwin", "arm64"},
}

func main() {
	out := flag.String("out", "dist", "output `DIRECTORY`, which is deleted first")
	only := flag.String("only", "", "build only this `TARGET`, such as linux/amd64")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := release(ctx, ".", *out, *only, os.Getenv("RELEASE_DIRTY") == "1"); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// release writes a release of the source at root to out, for all targets or the one named by
// only.
func release(ctx context.Context, root, out, only string, allowDirty bool) error {
	chosen := slices.DeleteFunc(slices.Clone(targets), func(t target) bool { return only != "" && only != t.os+"/"+t.arch })
	if len(chosen) == 0 {
		return fmt.Errorf("unknown target %q", only)
	}
	id, err := identify(ctx, root, allowDirty)
	if err != nil {
		return err
	}
	if err := checkChangelog(root, id.version); err != nil {
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
		name := fmt.Sprintf("console_%s_%s_%s", id.version, t.os, t.arch)
		fmt.Println("building", name)
		program := filepath.Join(work, name, "console")
		if err := build(ctx, root, t, id, program); err != nil {
			return err
		}
		if err := writeSBOM(ctx, root, id, program, filepath.Join(out, name+".cdx.json")); err != nil {
			return err
		}
		if err := archive(root, name, program, id, filepath.Join(out, name+".tar.gz")); err != nil {
			return err
		}
	}
	return writeSums(out)
}

// released matches the version of a tag, as opposed to a commit after it.
var released = regexp.MustCompile(`^\d+\.\d+\.\d+$`)

// checkChangelog returns an error unless CHANGELOG.md has a section for a released version.
func checkChangelog(root, version string) error {
	text, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err == nil && released.MatchString(version) && !regexp.MustCompile(`(?m)^## `+regexp.QuoteMeta(version)+`\b`).Match(text) {
		return fmt.Errorf("CHANGELOG.md has no section for %s", version)
	}
	return err
}

// build builds the program for t from the source at root, reproducibly.
func build(ctx context.Context, root string, t target, id identity, program string) error {
	flags := fmt.Sprintf("-s -w -buildid= -X main.version=%s -X main.commit=%s", id.version, id.commit)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", program, "./cmd/console")
	cmd.Env = append(os.Environ(), "GOOS="+t.os, "GOARCH="+t.arch, "CGO_ENABLED=0",
		"GOFLAGS=", "GOWORK=off", "GOEXPERIMENT=", "GOAMD64=v1", "GOARM64=v8.0")
	return run(cmd, root)
}

// writeSBOM writes the program's SBOM as CycloneDX JSON. Serial number and time are omitted, as
// they would differ between builds.
func writeSBOM(ctx context.Context, root string, id identity, program, file string) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	return run(exec.CommandContext(ctx, "go", "tool", "-modfile=internal/release/tools.mod", "cyclonedx-gomod", "bin",
		"-json", "-std", "-noserial", "-notimestamp", "-version", id.version, "-output", file, program), root)
}

// run runs a command in root. Its error contains the command's output.
func run(cmd *exec.Cmd, root string) error {
	cmd.Dir = root
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, said)
	}
	return nil
}

// writeSums writes the checksums of the files in dir in the format of sha256sum.
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
