package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// An identity is the source of a build.
type identity struct {
	version string // the tag without its v
	commit  string
	time    time.Time // of the commit, and of every file in the archive
	files   []string  // companions' paths from the root
}

// companions are the files released with the program, as patterns of git ls-files.
var companions = []string{
	"LICENSE", "THIRD_PARTY.md", "README.md", "CHANGELOG.md", "SECURITY.md", "docs/*.md",
	"deploy", ":!*.go",
}

// errDirty is returned for uncommitted changes.
var errDirty = errors.New("there are uncommitted changes, so the build cannot be reproduced: commit them, or set RELEASE_DIRTY=1 for a trial")

// identify returns the identity of the source at root. It returns errDirty if there are
// uncommitted changes and dirty is not allowed.
func identify(ctx context.Context, root string, allowDirty bool) (identity, error) {
	changed, err := git(ctx, root, "status", "--porcelain")
	if err != nil {
		return identity{}, err
	}
	if changed != "" && !allowDirty {
		return identity{}, errDirty
	}
	var id identity
	described, err := git(ctx, root, "describe", "--tags", "--always", "--dirty", "--match", "v[0-9]*")
	if err != nil {
		return identity{}, err
	}
	id.version = strings.TrimPrefix(described, "v")
	if id.commit, err = git(ctx, root, "rev-parse", "HEAD"); err != nil {
		return identity{}, err
	}
	if id.time, err = commitTime(ctx, root); err != nil {
		return identity{}, err
	}
	files, err := git(ctx, root, append([]string{"ls-files", "--"}, companions...)...)
	id.files = strings.Split(files, "\n")
	return id, err
}

// commitTime returns SOURCE_DATE_EPOCH if it is set, else the commit's time.
func commitTime(ctx context.Context, root string) (time.Time, error) {
	text, given := os.LookupEnv("SOURCE_DATE_EPOCH")
	if !given {
		var err error
		if text, err = git(ctx, root, "log", "-1", "--format=%ct"); err != nil {
			return time.Time{}, err
		}
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a number of seconds: %w", text, err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// git returns the output of a git command.
func git(ctx context.Context, root string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return "", fmt.Errorf("git %s: %w\n%s", args[0], err, exit.Stderr)
		}
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return strings.TrimSpace(string(out)), nil
}
