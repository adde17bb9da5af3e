package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// BackupOptions are how [Backup] is asked for.
type BackupOptions struct {
	Replace bool // what is there in the place of the backup
	// Contents is asked about the finished copy before it gets its name; with an
	// error it gets none. nil: nobody is asked.
	Contents func(ctx context.Context, tx *sql.Tx) error
	// Told is told what is being done, and how much of it; nil: nobody is.
	Told func(doing string, done, total int)

	step func(name string) // is told that a step is done; for tests, which kill there
}

// What is done of a backup, one after the other.
const (
	Copying  = "copying"
	Checking = "checking the copy"
)

// A BackedUp says what a backup came to.
type BackedUp struct {
	Path     string // absolute
	Bytes    int64
	Version  int64 // of the schema
	Leftover bool  // what a backup that was killed had left there is gone
}

// A FaultyError says that a database is not what it should be.
type FaultyError struct {
	Path  string
	Found []string // what is wrong, a sentence each
}

// Error returns what is wrong, a line each.
func (e *FaultyError) Error() string {
	return fmt.Sprintf("%s is not whole:\n  - %s", e.Path, strings.Join(e.Found, "\n  - "))
}

// Backup copies the database at url to a file of its own, as it is at one moment,
// while whoever uses it goes on. The file gets its name when it has been checked and
// is on the disk: there is never half a backup, whatever happens meanwhile.
//
// Backup returns an [*OpenError] if the database or the place cannot be used, or if
// there is something in the place and it is not to be replaced, and a [*FaultyError]
// if the copy is not whole, for which the database itself must be looked at.
func Backup(ctx context.Context, url, to string, o BackupOptions) (BackedUp, error) {
	from, err := existing(ctx, url)
	if err != nil {
		return BackedUp{}, err
	}
	if to, err = target(from, to, o.Replace); err != nil {
		return BackedUp{}, err
	}
	p, err := newPart(to + ".part")
	if err != nil {
		return BackedUp{}, err
	}
	defer p.discard()
	o.did("part")
	version, err := o.fill(ctx, from, p)
	if err != nil {
		return BackedUp{}, err
	}
	info, err := p.file.Stat()
	if err != nil {
		return BackedUp{}, err
	}
	if err := p.appear(to, o.Replace); errors.Is(err, fs.ErrExist) {
		return BackedUp{}, isThere(to)
	} else if err != nil {
		return BackedUp{}, unwritable(to, err)
	}
	o.did("named")
	return BackedUp{Path: to, Bytes: info.Size(), Version: version, Leftover: p.leftover}, nil
}

// fill makes p a checked copy of the database at from, on the disk.
func (o BackupOptions) fill(ctx context.Context, from string, p *part) (version int64, err error) {
	rows, err := copyPages(ctx, from, p.path, func(done, total int) {
		o.tell(Copying, done, total)
		o.did("pages")
	})
	if err != nil {
		return 0, err
	}
	if err := seal(ctx, p.path); err != nil {
		return 0, explain(p.path, err)
	}
	o.did("sealed")
	o.tell(Checking, 0, 1)
	if version, err = o.check(ctx, p.path, rows); err != nil {
		return 0, explain(p.path, err)
	}
	o.tell(Checking, 1, 1)
	o.did("checked")
	return version, p.sync()
}

// check looks through the copy, which had so many rows in each table, and returns
// the version of its schema.
func (o BackupOptions) check(ctx context.Context, path string, rows map[string]int64) (int64, error) {
	db, tx, err := examined(ctx, path)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	defer func() { _ = tx.Rollback() }()
	found := append(append(pages(ctx, tx), references(ctx, tx)...), sameRows(ctx, tx, rows)...)
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if len(found) > 0 {
		return 0, &FaultyError{Path: path, Found: found}
	}
	if o.Contents != nil {
		if err := o.Contents(ctx, tx); err != nil {
			return 0, err
		}
	}
	return sqliteEngine{}.schemaVersion(ctx, tx)
}

func (o BackupOptions) tell(doing string, done, total int) {
	if o.Told != nil {
		o.Told(doing, done, total)
	}
}

func (o BackupOptions) did(step string) {
	if o.step != nil {
		o.step(step)
	}
}

// existing returns the path of the console's database at url. It returns an
// [*OpenError] if there is none.
func existing(ctx context.Context, url string) (string, error) {
	path, err := Path(url)
	if err != nil {
		return "", err
	}
	return path, ours(ctx, path)
}

// ours returns an [*OpenError] if the file at path holds no database of the
// console's that this program knows.
func ours(ctx context.Context, path string) error {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return unreadable(path, err)
	}
	at, err := inspect(ctx, path)
	if err != nil {
		return explain(path, err)
	}
	if at.version == 0 {
		return &OpenError{Path: path, Why: "holds no directory", Fix: "Name the file of a console."}
	}
	return nil
}

// target returns the absolute path of where a backup of the file at from is to be. Its
// directory is made, for the owner alone, where the one above is there. It returns an [*OpenError] if it cannot be there.
func target(from, to string, replace bool) (string, error) {
	to, err := filepath.Abs(to)
	if err != nil {
		return "", err
	}
	if err := os.Mkdir(filepath.Dir(to), dirMode); err != nil && !errors.Is(err, fs.ErrExist) && !errors.Is(err, fs.ErrNotExist) {
		return "", unwritable(to, err)
	}
	if info, err := os.Stat(filepath.Dir(to)); err != nil || !info.IsDir() {
		return "", &OpenError{Path: to, Why: "has no directory to be in", Fix: "Make the directory, or name another.", Err: err}
	}
	info, err := os.Stat(to)
	if errors.Is(err, fs.ErrNotExist) {
		return to, nil
	} else if err != nil {
		return "", unwritable(to, err)
	}
	source, err := os.Stat(from)
	switch {
	case err != nil:
		return "", err
	case os.SameFile(source, info):
		return "", &OpenError{Path: to, Why: "is the database itself", Fix: "Name another file for the backup."}
	case !info.Mode().IsRegular():
		return "", &OpenError{Path: to, Why: "is no file", Fix: "Name a file for the backup, for example in it."}
	case !replace:
		return "", isThere(to)
	}
	return to, nil
}

// isThere returns the refusal to write over a file.
func isThere(path string) error {
	return &OpenError{Path: path, Why: "is there already", Fix: "Name another file, or give --replace to write over it."}
}
