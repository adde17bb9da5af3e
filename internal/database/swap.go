package database

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// swap puts p in the place of the database at path, and returns under which name
// what was there is kept; none if there was nothing.
//
// A database in use is refused. One that is not is made a single file first, so
// that nothing of it is left in files beside it; then it gets a second name, and p
// replaces it under the first, in one step.
func (o RestoreOptions) swap(ctx context.Context, p *part, path string) (kept string, err error) {
	kept, err = o.keptName(path)
	if err != nil {
		return "", err
	}
	if err := fold(ctx, path); err != nil {
		return "", err
	}
	o.did("folded")
	present, err := lockPresent(path) // SQLite has let go of it just now
	if err != nil {
		return "", err
	}
	if present != nil {
		defer present.Close()
	}
	if err := keep(present, path, kept); err != nil {
		return "", err
	}
	o.did("kept")
	if err := p.appear(path, present != nil); errors.Is(err, fs.ErrExist) {
		return "", usedElsewhere(path) // somebody has begun to use the place just now
	} else if err != nil {
		return "", unwritable(path, err)
	}
	o.did("restored")
	if present == nil {
		return "", nil
	}
	return kept, nil
}

// keptMark stands between the names of a database and the time at which it was
// replaced.
const keptMark = ".before-restore-"

// keptName returns a name for what is at path that nothing has. A second name that a
// restoration had given it, which was killed before it replaced it, goes.
func (o RestoreOptions) keptName(path string) (string, error) {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	if err := forgetSecondNames(path); err != nil {
		return "", err
	}
	base := path + keptMark + now().UTC().Format("20060102T150405Z")
	name := base
	for i := 2; ; i++ {
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			return name, nil
		} else if err != nil {
			return "", unwritable(path, err)
		}
		name = fmt.Sprintf("%s-%d", base, i)
	}
}

// forgetSecondNames removes other names of the very file at path.
func forgetSecondNames(path string) error {
	present, err := os.Stat(path)
	if err != nil {
		return nil // there is none that could have one
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return unwritable(path, err)
	}
	prefix := filepath.Base(path) + keptMark
	for _, entry := range entries {
		if len(entry.Name()) <= len(prefix) || entry.Name()[:len(prefix)] != prefix {
			continue
		}
		name := filepath.Join(filepath.Dir(path), entry.Name())
		if info, err := os.Lstat(name); err == nil && os.SameFile(present, info) {
			if err := os.Remove(name); err != nil {
				return unwritable(path, err)
			}
		}
	}
	return nil
}

// fold takes what is in the files beside the database at path into it. One that is
// damaged is left as it is. It returns an [*OpenError] if the database is in use.
func fold(ctx context.Context, path string) error {
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return nil
	}
	err := seal(ctx, path)
	switch resultCode(err) & 0xff {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return nil
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return usedElsewhere(path)
	}
	return explain(path, err)
}

// keep gives the file at path, which is nil if there is none, its second name, and
// moves what is left beside it there, too: a log of changes would be taken for one
// of the new file's.
func keep(present *os.File, path, kept string) error {
	for _, side := range sides {
		err := os.Rename(path+side, kept+side)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return unwritable(path, err)
		}
	}
	if present == nil {
		return syncDir(path)
	}
	if err := os.Link(path, kept); err != nil { // not every file system has second names
		if err := copyFile(present, kept); err != nil {
			return unwritable(kept, err)
		}
	}
	return syncDir(path)
}

// copyFile copies a file, which stays open, as it is.
func copyFile(from *os.File, to string) (err error) {
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := io.Copy(file, io.NewSectionReader(from, 0, 1<<62)); err != nil {
		return err
	}
	return file.Sync()
}

// unmoved refuses a database whose file is not the one any more that it was when it
// began to be opened: some connections would see the old one, others the new.
func unmoved(path string, was os.FileInfo) error {
	if is, err := os.Stat(path); err == nil && os.SameFile(is, was) {
		return nil
	}
	return &OpenError{Path: path, Why: "was replaced by another file just now", Fix: "Start again."}
}
