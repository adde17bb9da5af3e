package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/roboto-ai/console/internal/database"
)

// replace renames the temporary file to path, and returns the path at which the file that
// was there is kept; "" if there was none.
//
// A database in use is refused. Otherwise its log is checkpointed first, so that it is a
// single file; it gets a second hard link, and the temporary file replaces the first one in
// one step.
func (o RestoreOptions) replace(ctx context.Context, temp *tempFile, path string) (kept string, err error) {
	kept, err = o.keptPath(path)
	if err != nil {
		return "", err
	}
	if err := checkpoint(ctx, path); err != nil {
		return "", err
	}
	o.did("checkpointed")
	present, err := lockDatabase(path) // which SQLite has just closed
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
	if err := temp.rename(path, present != nil); errors.Is(err, fs.ErrExist) {
		return "", errInUse(path) // a console has made a file there in between
	} else if err != nil {
		return "", database.Unwritable(path, err)
	}
	o.did("restored")
	if present == nil {
		return "", nil
	}
	return kept, nil
}

// keptMark stands between the path of a database and the time at which it was replaced.
const keptMark = ".before-restore-"

// keptPath returns a path for the file at path at which there is no file. It removes hard
// links that killed restorations have left.
func (o RestoreOptions) keptPath(path string) (string, error) {
	now := o.now
	if now == nil {
		now = time.Now
	}
	if err := removeLinks(path); err != nil {
		return "", err
	}
	base := path + keptMark + now().UTC().Format("20060102T150405Z")
	name := base
	for i := 2; ; i++ {
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			return name, nil
		} else if err != nil {
			return "", database.Unwritable(path, err)
		}
		name = fmt.Sprintf("%s-%d", base, i)
	}
}

// removeLinks removes other hard links of the file at path, in its directory.
func removeLinks(path string) error {
	present, err := os.Stat(path)
	if err != nil {
		return nil // there is no file
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return database.Unwritable(path, err)
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), filepath.Base(path)+keptMark) {
			continue
		}
		name := filepath.Join(filepath.Dir(path), entry.Name())
		if info, err := os.Lstat(name); err == nil && os.SameFile(present, info) {
			if err := os.Remove(name); err != nil {
				return database.Unwritable(path, err)
			}
		}
	}
	return nil
}

// checkpoint moves the log of the database at path into its file. A damaged file is left as
// it is. It returns a [*database.OpenError] if the database is in use.
func checkpoint(ctx context.Context, path string) error {
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return nil
	}
	err := leaveWAL(ctx, path)
	switch database.ResultCode(err) {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return nil
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return errInUse(path)
	}
	return database.Explain(path, err)
}

// keep gives the file at path, if there is one, the hard link kept, and moves the files that
// are left beside it there, too: SQLite would take a log for one of the new file.
func keep(present *os.File, path, kept string) error {
	for _, end := range sidecars {
		err := os.Rename(path+end, kept+end)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return database.Unwritable(path, err)
		}
	}
	if present == nil {
		return syncDir(path)
	}
	if err := os.Link(path, kept); err != nil { // not every file system has hard links
		if err := copyFile(present, kept); err != nil {
			return database.Unwritable(kept, err)
		}
	}
	return syncDir(path)
}

// copyFile copies an open file.
func copyFile(from *os.File, to string) (err error) {
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, database.FileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := io.Copy(file, io.NewSectionReader(from, 0, 1<<62)); err != nil {
		return err
	}
	return file.Sync()
}
