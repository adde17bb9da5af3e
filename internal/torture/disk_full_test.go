//go:build mounts

package torture

import (
	"path/filepath"
	"testing"
)

// TestDiskFull fills a disk, then enlarges it.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	for name, kills := range map[string]bool{"and the console goes on": false, "and the console is killed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			disk := mountTmpfs(t, sized("size=2m", "size=8m")) // 8 MB: includes checkpoints
			writeFailure{
				instance: newInstance(t, "sqlite:"+filepath.Join(disk, "console.db")),
				end:      func() { run(t, "mount", "-o", "remount,size=64m", disk) },
				says:     "the disk is full",
				kills:    kills,
			}.check(t)
		})
	}
}
