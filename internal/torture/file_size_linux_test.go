package torture

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFileSizeLimit lowers RLIMIT_FSIZE of the running console, and raises it again.
func TestFileSizeLimit(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "console.db")
	v := newInstance(t, "sqlite:"+path)
	limit := func(bytes uint64) {
		var old unix.Rlimit
		err := unix.Prlimit(v.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: bytes, Max: unix.RLIM_INFINITY}, &old)
		if err != nil {
			t.Fatal(err)
		}
	}
	writeFailure{
		instance: v,
		begin: func() {
			log, err := os.Stat(path + "-wal")
			if err != nil {
				t.Fatal(err)
			}
			limit(uint64(log.Size()) + 256<<10)
		},
		end:  func() { limit(unix.RLIM_INFINITY) },
		says: "its disk takes nothing more",
	}.check(t)
}
