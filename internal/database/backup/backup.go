// Package backup makes backups of a database that is a SQLite file, while a console uses
// it, and restores them. PostgreSQL has tools of its own for that.
//
// A file is written under a temporary name and renamed once it is complete, verified and
// synced: a process that is killed leaves the old file or the new one, never half of one.
// The package knows no table by name.
package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/roboto-ai/console/internal/database"
)

// Options are the choices of [Make].
type Options struct {
	Replace bool // an existing file at the backup's path

	// Contents reads the finished copy before it gets its name; an error of it
	// discards the copy. May be nil.
	Contents func(ctx context.Context, tx *sql.Tx) error

	// Progress is called with the phase, [Copying] or [Checking], and how much of it is
	// done. May be nil.
	Progress func(phase string, done, total int)

	step func(name string) // called after each step; set by tests, which kill the process there
}

// The phases of a backup.
const (
	Copying  = "copying"
	Checking = "checking the copy"
)

// A Made describes a finished backup.
type Made struct {
	Path     string // absolute
	Bytes    int64
	Version  int64 // of the schema
	Leftover bool  // a temporary file of a killed backup was removed
}

// A DamagedError lists what is wrong with a database.
type DamagedError struct {
	Path  string
	Found []string // a sentence each
}

// Error returns what is wrong, a line each.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s is not whole:\n  - %s", e.Path, strings.Join(e.Found, "\n  - "))
}

// Make copies the database at url, which may be in use, to a file, in the state of one
// moment. The copy gets its name once it is verified and synced.
//
// Make returns a [*database.OpenError] if the database or the path cannot be used, or if
// there is a file at the path and Replace is not set, and a [*DamagedError] if the copy
// is damaged, as the database itself must be then.
func Make(ctx context.Context, url, to string, o Options) (Made, error) {
	from, err := database.Path(url)
	if err != nil {
		return Made{}, err
	}
	if err := checkSource(ctx, from); err != nil {
		return Made{}, err
	}
	if to, err = target(from, to, o.Replace); err != nil {
		return Made{}, err
	}
	temp, err := newTempFile(to + ".part")
	if err != nil {
		return Made{}, err
	}
	defer temp.discard()
	o.did("created")
	version, err := o.fill(ctx, from, temp)
	if err != nil {
		return Made{}, err
	}
	info, err := temp.file.Stat()
	if err != nil {
		return Made{}, err
	}
	if err := temp.rename(to, o.Replace); errors.Is(err, fs.ErrExist) {
		return Made{}, errExists(to)
	} else if err != nil {
		return Made{}, database.Unwritable(to, err)
	}
	o.did("renamed")
	return Made{Path: to, Bytes: info.Size(), Version: version, Leftover: temp.leftover}, nil
}

// fill copies the database at from to the temporary file, verifies and syncs it. It returns
// the version of its schema.
func (o Options) fill(ctx context.Context, from string, temp *tempFile) (version int64, err error) {
	rows, err := copyPages(ctx, from, temp.path, func(done, total int) {
		o.progress(Copying, done, total)
		o.did("pages")
	})
	if err != nil {
		return 0, err
	}
	if err := leaveWAL(ctx, temp.path); err != nil {
		return 0, database.Explain(temp.path, err)
	}
	o.did("standalone")
	o.progress(Checking, 0, 1)
	if err := o.check(ctx, temp.path, rows); err != nil {
		return 0, err
	}
	if version, err = database.FileVersion(ctx, temp.path); err != nil {
		return 0, err
	}
	o.progress(Checking, 1, 1)
	o.did("checked")
	return version, temp.sync()
}

// check verifies the copy at path, whose source had so many rows in each table.
func (o Options) check(ctx context.Context, path string, rows map[string]int64) error {
	err := database.InspectFile(ctx, path, func(tx *sql.Tx) error {
		found := append(database.CheckFile(ctx, tx), sameRows(ctx, tx, rows)...)
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(found) > 0 {
			return &DamagedError{Path: path, Found: found}
		}
		if o.Contents == nil {
			return nil
		}
		return o.Contents(ctx, tx)
	})
	if _, damaged := errors.AsType[*DamagedError](err); damaged {
		return err
	}
	return database.Explain(path, err)
}

func (o Options) progress(phase string, done, total int) {
	if o.Progress != nil {
		o.Progress(phase, done, total)
	}
}

func (o Options) did(step string) {
	if o.step != nil {
		o.step(step)
	}
}

// checkSource returns a [*database.OpenError] if the file at path holds no database of the
// console's with a schema that this program knows.
func checkSource(ctx context.Context, path string) error {
	version, err := database.FileVersion(ctx, path)
	if err == nil && version == 0 {
		err = &database.OpenError{Path: path, Why: "holds no directory", Fix: "Name the file of a console."}
	}
	return err
}

// target returns the absolute path of a backup of the file at from. It makes the directory,
// for its owner alone, if the one above exists. It returns a [*database.OpenError] if there
// can be no backup at that path.
func target(from, to string, replace bool) (string, error) {
	to, err := filepath.Abs(to)
	if err != nil {
		return "", err
	}
	if err := os.Mkdir(filepath.Dir(to), database.DirMode); err != nil && !errors.Is(err, fs.ErrExist) && !errors.Is(err, fs.ErrNotExist) {
		return "", database.Unwritable(to, err)
	}
	if info, err := os.Stat(filepath.Dir(to)); err != nil || !info.IsDir() {
		return "", &database.OpenError{Path: to, Why: "has no directory to be in", Fix: "Make the directory, or name another.", Err: err}
	}
	info, err := os.Stat(to)
	if errors.Is(err, fs.ErrNotExist) {
		return to, nil
	} else if err != nil {
		return "", database.Unwritable(to, err)
	}
	source, err := os.Stat(from)
	switch {
	case err != nil:
		return "", err
	case os.SameFile(source, info):
		return "", &database.OpenError{Path: to, Why: "is the database itself", Fix: "Name another file for the backup."}
	case !info.Mode().IsRegular():
		return "", &database.OpenError{Path: to, Why: "is no file", Fix: "Name a file for the backup, for example in it."}
	case !replace:
		return "", errExists(to)
	}
	return to, nil
}

// errExists returns the refusal to overwrite a file.
func errExists(path string) error {
	return &database.OpenError{Path: path, Why: "is there already", Fix: "Name another file, or give --replace to write over it."}
}
