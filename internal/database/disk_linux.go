package database

import (
	"io/fs"
	"syscall"
)

// fileSystems are the names of file systems, by their numbers in the kernel's
// linux/magic.h.
var fileSystems = map[uint32]string{
	0x6969: "NFS", 0xff534d42: "CIFS", 0xfe534d42: "SMB", 0x517b: "SMB", 0x65735546: "FUSE", 0x01021997: "9P",
	0x00c36400: "Ceph", 0x5346414f: "AFS", 0x794c7630: "overlay", 0x01021994: "tmpfs",
}

// diskOf returns the file system that dir is on.
func diskOf(dir string) (disk, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return disk{}, err
	}
	return disk{fileSystems[uint32(s.Type)], int64(s.Bavail) * int64(s.Bsize)}, nil
}

// ownerOf returns the user ID of the owner of a file, -1 if unknown.
func ownerOf(info fs.FileInfo) int {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(s.Uid)
	}
	return -1
}
