package database

import (
	"errors"
	"os"
)

// errReplaced says that the files at the database's paths are not those that are open:
// changes to the open ones would be lost.
var errReplaced = errors.New("database: its file, or the log beside it, has been moved, replaced or deleted")

// A fileID identifies the file at a path when it was opened.
type fileID struct {
	path string
	info os.FileInfo
}

// identifyFiles returns the files of the open database at path.
func identifyFiles(path string) ([]fileID, error) {
	var all []fileID
	for _, name := range []string{path, path + "-wal"} {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		all = append(all, fileID{name, info})
	}
	return all, nil
}

// refuseReplaced refuses a database whose file was replaced while it was being opened: some
// connections would see the old file, others the new one.
func refuseReplaced(path string, was os.FileInfo) error {
	if is, err := os.Stat(path); err == nil && os.SameFile(is, was) {
		return nil
	}
	return &OpenError{Path: path, Why: "was replaced by another file just now", Fix: "Start again."}
}

// checkFiles returns errReplaced if an open file was moved, deleted or replaced by another
// one.
func (db *DB) checkFiles() error {
	for _, p := range db.files {
		if info, err := os.Stat(p.path); err != nil || !os.SameFile(p.info, info) {
			return errors.Join(errReplaced, err)
		}
	}
	return nil
}
