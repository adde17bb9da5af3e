package database

import (
	"fmt"
	"os"

	"github.com/roboto-ai/console/internal/numbers"
)

// A disk describes a file system.
type disk struct {
	kind string // a name of [networkKinds] or [passingKinds], or anything else
	free int64  // bytes that this user may still write
}

// networkKinds are file systems without reliable locks or shared memory, both of which SQLite
// needs.
var networkKinds = map[string]bool{
	"NFS": true, "CIFS": true, "SMB": true, "FUSE": true, "9P": true, "Ceph": true, "AFS": true,
}

// passingKinds are file systems that are deleted with a container or at a restart.
var passingKinds = map[string]string{
	"overlay": "the container's own layer, which goes with the container",
	"tmpfs":   "memory, which is gone at a restart",
}

// examineFileSystem checks the kind of the file system that dir is on.
func examineFileSystem(dir string) Finding {
	d, err := diskOf(dir)
	if err != nil {
		return Finding{"file system", Unknown, "The system does not report the kind of the file system.", "Make sure that it is a local disk."}
	}
	return d.kindFinding(dir)
}

// kindFinding returns the finding on the kind of the file system that dir is on.
func (d disk) kindFinding(dir string) Finding {
	switch {
	case networkKinds[d.kind]:
		return bad("file system", fmt.Sprintf("%s is on a network file system (%s), on which SQLite loses data.", dir, d.kind),
			"Put the database on a local disk of the machine that runs the console.")
	case passingKinds[d.kind] != "":
		return doubtful("file system", fmt.Sprintf("%s is on %s.", dir, passingKinds[d.kind]),
			"Put the database on a volume or a disk that stays.")
	}
	return good("file system", dir+" is on a local disk.")
}

// minFreeSpace is how many bytes must be free: with fewer a disk counts as full.
const minFreeSpace = 100 << 20

// examineSpace checks how much space is free beside the database at path.
func examineSpace(dir, path string) Finding {
	d, err := diskOf(dir)
	if err != nil {
		return Finding{"space", Unknown, "The system does not report the free space.", "Make sure that there is space for a copy of the database."}
	}
	var size int64
	if info, err := os.Stat(path); err == nil {
		size = info.Size()
	}
	return d.spaceFinding(size)
}

// spaceFinding returns the finding on the free space beside a database of that size.
func (d disk) spaceFinding(size int64) Finding {
	space := fmt.Sprintf("There are %s MB free, beside a database of %s MB.", megabytes(d.free), megabytes(size))
	switch {
	case d.free < minFreeSpace:
		return bad("space", space, "Free at least 100 MB. On a full disk the console can only be read.")
	case d.free < size:
		return doubtful("space", space, "Free space for a copy of the database, or write backups to another disk.")
	}
	return good("space", space)
}

// megabytes returns a number of bytes in millions, grouped.
func megabytes(bytes int64) string { return numbers.Grouped(int(bytes / 1_000_000)) }
