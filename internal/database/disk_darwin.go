package database

import (
	"io/fs"
	"strings"
	"syscall"
)

// fileSystems are the names of file systems, by the beginning of their names.
var fileSystems = map[string]string{"nfs": "NFS", "smbfs": "SMB", "macfuse": "FUSE", "osxfuse": "FUSE", "webdav": "FUSE", "afpfs": "AFS"}

// diskOf returns the file system that dir is on.
func diskOf(dir string) (disk, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return disk{}, err
	}
	var name strings.Builder
	for _, c := range s.Fstypename {
		if c == 0 {
			break
		}
		name.WriteByte(byte(c))
	}
	return disk{fileSystems[name.String()], int64(s.Bavail) * int64(s.Bsize)}, nil
}

// ownerOf returns the user ID of the owner of a file, -1 if unknown.
func ownerOf(info fs.FileInfo) int {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(s.Uid)
	}
	return -1
}
