//go:build mounts

package torture

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mountTmpfs mounts a tmpfs and returns its path.
func mountTmpfs(t *testing.T, options string) (path string) {
	t.Helper()
	path = t.TempDir()
	run(t, "mount", "-t", "tmpfs", "-o", "mode=700,"+options, "console-torture", path)
	t.Cleanup(func() { run(t, "umount", path) })
	return path
}

// makeDisk returns a mount point, with an ext4 image in a file beside it.
func makeDisk(t *testing.T) (disk string) {
	t.Helper()
	disk = filepath.Join(t.TempDir(), "disk")
	run(t, "truncate", "-s", "32M", disk+".img")
	run(t, "mkfs.ext4", "-q", disk+".img")
	run(t, "mkdir", disk)
	return disk
}

// run runs a command that must succeed.
func run(t testing.TB, name string, args ...string) {
	t.Helper()
	if said, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, said)
	}
}
