package database

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// sides are the ends of the names of the files that SQLite keeps beside a database.
var sides = []string{"-wal", "-journal", "-shm"}

// A part is a database file that is being made, under a name of its own beside the
// place where it is to be. It gets that place when it is complete and on the disk,
// so there is never half a file; one whose maker was killed is told from one that
// is being made by the lock that the maker holds.
type part struct {
	path     string
	file     *os.File // holds the lock
	leftover bool     // a maker that was killed had left one, which is gone
}

// newPart makes an empty part at path. It returns an [*OpenError] if somebody else
// is making one there.
func newPart(path string) (*part, error) {
	_, statErr := os.Lstat(path)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, fileMode)
	if err != nil {
		return nil, unwritable(path, err)
	}
	free, err := hold(file)
	p := &part{path: path, file: file, leftover: statErr == nil}
	if err == nil && free && p.inPlace() {
		return p, p.empty()
	}
	_ = file.Close()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return nil, &OpenError{
		Path: path, Why: "is being written by another backup or restore",
		Fix: "Wait until that has ended; if none runs, delete the file.",
	}
}

// inPlace reports whether the file still is at its path: whoever made one before may
// just have given it its place.
func (p *part) inPlace() bool {
	at, err := os.Lstat(p.path)
	if err != nil {
		return false
	}
	mine, err := p.file.Stat()
	return err == nil && os.SameFile(at, mine)
}

// empty takes away what was left by a maker that was killed.
func (p *part) empty() error {
	return errors.Join(p.file.Truncate(0), p.file.Chmod(fileMode), removeSides(p.path))
}

// removeSides removes the files that SQLite keeps beside the database at path.
func removeSides(path string) error {
	var errs []error
	for _, side := range sides {
		if err := os.Remove(path + side); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// belongTo gives the part to whoever owns what is at path, or its directory where
// there is nothing.
func (p *part) belongTo(path string) error {
	like, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		like, err = os.Stat(filepath.Dir(path))
	}
	if err == nil {
		err = giveTo(p.file, like)
	}
	if err != nil {
		return unwritable(path, err)
	}
	return nil
}

// sync waits until the part is on the disk.
func (p *part) sync() error { return p.file.Sync() }

// discard takes away what has not been given its place. It may be called after it
// was, too.
func (p *part) discard() {
	if p.inPlace() {
		_ = os.Remove(p.path)
		_ = removeSides(p.path)
	}
	_ = p.file.Close()
}

// appear gives the part the place to, unless there is something and replace is not
// set: then it returns an error that is [fs.ErrExist]. Afterwards the part is gone.
func (p *part) appear(to string, replace bool) error {
	if !replace {
		err := os.Link(p.path, to) // does not replace, unlike renaming
		if err == nil {
			return errors.Join(os.Remove(p.path), syncDir(to))
		}
		if _, statErr := os.Lstat(to); statErr == nil || errors.Is(err, fs.ErrExist) {
			return &fs.PathError{Op: "create", Path: to, Err: fs.ErrExist}
		}
	}
	if err := os.Rename(p.path, to); err != nil {
		return err
	}
	return syncDir(to)
}

// syncDir waits until the names in the directory of path are on the disk.
func syncDir(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
