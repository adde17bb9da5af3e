package database

import (
	"errors"
	"os"
)

// errMoved says that the files under the database's names are not those that are open.
// What is written to these nobody would find again.
var errMoved = errors.New("database: its file, or the log beside it, has been moved, replaced or deleted")

// A place is a file as it was when it was opened.
type place struct {
	path string
	info os.FileInfo
}

// placesOf returns the files of the database at path, which is open.
func placesOf(path string) ([]place, error) {
	var all []place
	for _, name := range []string{path, path + "-wal"} {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		all = append(all, place{name, info})
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

// unmoved returns errMoved if somebody has taken away a file that is open, or put
// another in its place.
func (db *DB) unmoved() error {
	for _, p := range db.places {
		if info, err := os.Stat(p.path); err != nil || !os.SameFile(p.info, info) {
			return errors.Join(errMoved, err)
		}
	}
	return nil
}
