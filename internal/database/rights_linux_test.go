package database_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/roboto-ai/console/internal/database"
)

const nobody = 65534

// dropRights makes the rest of the test meet the file system as an ordinary user
// who owns the paths, where the tests run as root, whom no mode stops.
func dropRights(t *testing.T, paths ...string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	for _, path := range paths {
		if err := os.Chown(path, nobody, nobody); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	runtime.LockOSThread() // the change concerns this thread alone
	if err := syscall.Setfsuid(nobody); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Setfsuid(0); err == nil {
			runtime.UnlockOSThread()
		}
	})
}

// TestRestoreAsRoot restores what belongs to somebody else: it is theirs afterwards.
// Who is not root can only restore their own.
func TestRestoreAsRoot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, backup := filepath.Join(dir, "console.db"), filepath.Join(t.TempDir(), "backup.db")
	owner := os.Geteuid()
	if owner == 0 {
		owner = nobody
	}
	place(t, path, image(t))
	place(t, backup, image(t))
	if err := os.Chown(path, owner, -1); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		done, err := database.Restore(t.Context(), backup, "sqlite:"+path, database.RestoreOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{path, done.Kept} {
			info, err := os.Stat(name)
			if err != nil {
				t.Fatal(err)
			}
			if stat, ok := info.Sys().(*syscall.Stat_t); !ok || int(stat.Uid) != owner || info.Mode() != 0o600 {
				t.Errorf("%s: %+v, want it to belong to %d alone", name, info.Sys(), owner)
			}
		}
	}
}
