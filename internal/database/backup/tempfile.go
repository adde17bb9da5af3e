package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/roboto-ai/console/internal/database"
)

// sidecars are the ends of the names of the files that SQLite keeps beside a database.
var sidecars = []string{"-wal", "-journal", "-shm"}

// A tempFile is a database file under construction, beside the path that it gets once it is
// complete and synced: there is never half a file at that path. Its lock tells a file that
// is being written from one that a killed process has left.
type tempFile struct {
	path     string
	file     *os.File // holds the lock
	leftover bool     // a killed process had left one at path, which was truncated
}

// newTempFile makes an empty temporary file at path. It returns a [*database.OpenError] if
// another process is writing one there.
func newTempFile(path string) (*tempFile, error) {
	_, statErr := os.Lstat(path)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, database.FileMode)
	if err != nil {
		return nil, database.Unwritable(path, err)
	}
	locked, err := lockTemp(file)
	f := &tempFile{path: path, file: file, leftover: statErr == nil}
	if err == nil && locked && f.inPlace() {
		return f, f.empty()
	}
	_ = file.Close()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return nil, &database.OpenError{
		Path: path, Why: "is being written by another backup or restore",
		Fix: "Wait until that has ended; if none runs, delete the file.",
	}
}

// inPlace reports whether the file is still at its path: the process that held the lock
// before may have renamed it.
func (f *tempFile) inPlace() bool {
	at, err := os.Lstat(f.path)
	if err != nil {
		return false
	}
	mine, err := f.file.Stat()
	return err == nil && os.SameFile(at, mine)
}

// empty removes what a killed process has left.
func (f *tempFile) empty() error {
	return errors.Join(f.file.Truncate(0), f.file.Chmod(database.FileMode), removeSidecars(f.path))
}

// removeSidecars removes the files that SQLite keeps beside the database at path.
func removeSidecars(path string) error {
	var errs []error
	for _, end := range sidecars {
		if err := os.Remove(path + end); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// chownLike gives the temporary file the owner of the file at path, or of its directory if
// there is no such file.
func (f *tempFile) chownLike(path string) error {
	like, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		like, err = os.Stat(filepath.Dir(path))
	}
	if err == nil {
		err = chownLike(f.file, like)
	}
	if err != nil {
		return database.Unwritable(path, err)
	}
	return nil
}

// sync waits until the content is on the disk.
func (f *tempFile) sync() error { return f.file.Sync() }

// discard closes the file, and removes it unless it was renamed.
func (f *tempFile) discard() {
	if f.inPlace() {
		_ = os.Remove(f.path)
		_ = removeSidecars(f.path)
	}
	_ = f.file.Close()
}

// rename gives the file the path to. If there is a file at that path and replace is not
// set, it returns an error that is [fs.ErrExist].
func (f *tempFile) rename(to string, replace bool) error {
	if !replace {
		err := os.Link(f.path, to) // does not replace, unlike renaming
		if err == nil {
			return errors.Join(os.Remove(f.path), syncDir(to))
		}
		if _, statErr := os.Lstat(to); statErr == nil || errors.Is(err, fs.ErrExist) {
			return &fs.PathError{Op: "create", Path: to, Err: fs.ErrExist}
		}
	}
	if err := os.Rename(f.path, to); err != nil {
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
