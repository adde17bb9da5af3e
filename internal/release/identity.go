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

// An identity is which source is built.
type identity struct {
	version string // from the tag, without its v
	commit  string
	time    time.Time // of the commit, that of every file in an archive
	files   []string  // that go with the program, from the root
}

// companions are what goes with the program, as git ls-files takes it.
var companions = []string{
	"LICENSE", "THIRD_PARTY.md", "README.md", "CHANGELOG.md", "SECURITY.md", "docs/*.md",
	"deploy", ":!*.go",
}

// errDirty says that what would be built is no commit.
var errDirty = errors.New("there are changes that are not committed, so nobody could build the same: commit them, or set RELEASE_DIRTY=1 to try")

// look returns what is checked out at root. It returns errDirty if that is not what
// was committed, unless dirtyToo.
func look(ctx context.Context, root string, dirtyToo bool) (identity, error) {
	changed, err := git(ctx, root, "status", "--porcelain")
	if err != nil {
		return identity{}, err
	}
	if changed != "" && !dirtyToo {
		return identity{}, errDirty
	}
	var is identity
	described, err := git(ctx, root, "describe", "--tags", "--always", "--dirty", "--match", "v[0-9]*")
	if err != nil {
		return identity{}, err
	}
	is.version = strings.TrimPrefix(described, "v")
	if is.commit, err = git(ctx, root, "rev-parse", "HEAD"); err != nil {
		return identity{}, err
	}
	if is.time, err = commitTime(ctx, root); err != nil {
		return identity{}, err
	}
	files, err := git(ctx, root, append([]string{"ls-files", "--"}, companions...)...)
	is.files = strings.Split(files, "\n")
	return is, err
}

// commitTime returns SOURCE_DATE_EPOCH, or else when the commit was made.
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
		return time.Time{}, fmt.Errorf("%q is no number of seconds: %w", text, err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// git returns what git prints.
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
