//go:build linux || darwin

package database

import (
	"os"

	"golang.org/x/sys/unix"
)

// freeBytes returns how many bytes may still be written to the file system of path, and
// whether that is known.
func freeBytes(path string) (uint64, bool) {
	var disk unix.Statfs_t
	if err := unix.Statfs(path, &disk); err != nil || disk.Blocks == 0 { // some file systems report zeros
		return 0, false
	}
	free := disk.Bavail
	if os.Geteuid() == 0 { // root may use the reserved blocks
		free = disk.Bfree
	}
	return free * uint64(disk.Bsize), true
}
