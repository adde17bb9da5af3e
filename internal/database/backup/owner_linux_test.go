package backup

import (
	"os"
	"syscall"
	"testing"
)

// TestRestoreAsRoot restores a database of another user as root: the files stay that user's.
// Run by another user than root, it restores a file of that user.
func TestRestoreAsRoot(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	owner := os.Geteuid()
	if owner == 0 {
		owner = 65534 // the user ID without rights
	}
	if err := os.Chown(s.path, owner, -1); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		done, err := Restore(t.Context(), s.backup, s.url, RestoreOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{s.path, done.Kept} {
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
