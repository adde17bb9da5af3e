//go:build mounts

package torture

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mounted returns a disk of the test's own, in memory.
func mounted(t *testing.T, options string) (path string) {
	t.Helper()
	path = t.TempDir()
	run(t, "mount", "-t", "tmpfs", "-o", "mode=700,"+options, "console-torture", path)
	t.Cleanup(func() { run(t, "umount", path) })
	return path
}

// breakable returns where to mount a disk that keeps what is written to it, and that
// can break; its image is beside.
func breakable(t *testing.T) (disk string) {
	t.Helper()
	disk = filepath.Join(t.TempDir(), "disk")
	run(t, "truncate", "-s", "32M", disk+".img")
	run(t, "mkfs.ext4", "-q", disk+".img")
	run(t, "mkdir", disk)
	return disk
}

// run runs a program of the system that must succeed.
func run(t testing.TB, name string, args ...string) {
	t.Helper()
	if said, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, said)
	}
}
