package database

import (
	"fmt"
	"os"

	"github.com/roboto-ai/console/internal/numbers"
)

// A disk is what the operating system tells of a file system.
type disk struct {
	kind string // a name of [networkKinds] or [passingKinds], or anything else
	free int64  // bytes that this user may fill
}

// networkKinds are file systems on which locks or shared memory cannot be relied
// on, and SQLite needs both.
var networkKinds = map[string]bool{
	"NFS": true, "CIFS": true, "SMB": true, "FUSE": true, "9P": true, "Ceph": true, "AFS": true,
}

// passingKinds are file systems that go with a container or at a restart.
var passingKinds = map[string]string{
	"overlay": "the container's own layer, which goes with the container",
	"tmpfs":   "memory, which is gone at a restart",
}

// examineFileSystem looks at what kind of file system dir is on.
func examineFileSystem(dir string) Finding {
	d, err := diskOf(dir)
	if err != nil {
		return Finding{"file system", Unknown, "The system does not tell on which kind of file system the directory is.", "Make sure that it is a local disk."}
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

// comfortable is the room, in bytes, below which a disk counts as full.
const comfortable = 100 << 20

// examineSpace looks at how much room there is beside the database at path.
func examineSpace(dir, path string) Finding {
	d, err := diskOf(dir)
	if err != nil {
		return Finding{"space", Unknown, "The system does not tell how much room there is.", "Make sure that there is room for a copy of the database."}
	}
	var size int64
	if info, err := os.Stat(path); err == nil {
		size = info.Size()
	}
	return d.spaceFinding(size)
}

// spaceFinding returns the finding on the room beside a database of that size.
func (d disk) spaceFinding(size int64) Finding {
	room := fmt.Sprintf("There are %s MB free, beside a database of %s MB.", megabytes(d.free), megabytes(size))
	switch {
	case d.free < comfortable:
		return bad("space", room, "Make room: 100 MB at least. With a full disk the console can be read, and no more.")
	case d.free < size:
		return doubtful("space", room, "Make room for a copy of the database, or have backups written to another disk.")
	}
	return good("space", room)
}

// megabytes returns a number of bytes in millions, grouped.
func megabytes(bytes int64) string { return numbers.Grouped(int(bytes / 1_000_000)) }
