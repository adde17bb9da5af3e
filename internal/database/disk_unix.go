//go:build linux || darwin

package database

import (
	"os"

	"golang.org/x/sys/unix"
)

// freeBytes returns how much may still be written to the disk that holds path, and
// whether that can be known.
func freeBytes(path string) (uint64, bool) {
	var disk unix.Statfs_t
	if err := unix.Statfs(path, &disk); err != nil || disk.Blocks == 0 { // some file systems do not count
		return 0, false
	}
	free := disk.Bavail
	if os.Geteuid() == 0 { // may use what is kept back
		free = disk.Bfree
	}
	return free * uint64(disk.Bsize), true
}
