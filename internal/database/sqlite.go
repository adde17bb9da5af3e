package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ApplicationID marks a SQLite file as the console's; in ASCII it reads "Rcon".
const ApplicationID = 0x52636f6e

// claim is the statement that sets the [ApplicationID].
var claim = fmt.Sprintf("PRAGMA application_id = %d", ApplicationID)

// The modes of the files that the console makes, and of their directories: for the owner
// alone.
const (
	FileMode = 0o600
	DirMode  = 0o700
)

// Path returns the absolute path of the file that url, "sqlite:PATH", names.
func Path(url string) (string, error) {
	path, ok := strings.CutPrefix(url, "sqlite:")
	if !ok || path == "" || strings.ContainsRune(path, 0) {
		return "", &OpenError{
			Path: url,
			Why:  "is not the address of a database",
			Fix:  "Write it as sqlite:PATH, for example sqlite:data/console.db, or as postgres://USER@HOST/DATABASE.",
		}
	}
	return filepath.Abs(path)
}

// sameFile reports whether two addresses are those of one file.
func sameFile(one, other string) (bool, error) {
	a, err := Path(one)
	if err != nil {
		return false, err
	}
	b, err := Path(other)
	if err != nil {
		return false, err
	}
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return a == b || errA == nil && errB == nil && os.SameFile(infoA, infoB), nil
}

// makeFile makes an empty file at path, and its directory, with modes for the owner alone. It
// leaves an existing file unchanged.
func makeFile(path string, o Options) error {
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return &OpenError{
			Path: path,
			Why:  "is a directory",
			Fix:  "Name a file in it, for example " + filepath.Join(path, "console.db") + ".",
		}
	case err == nil:
		return mayWrite(path)
	case !errors.Is(err, os.ErrNotExist):
		return Unwritable(path, err)
	case o.Existing:
		return &OpenError{
			Path: path,
			Why:  "is not there",
			Fix:  "Name the database of the console with --database; console migrate makes a new one.",
			Err:  err,
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), DirMode); err != nil {
		return Unwritable(path, err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, FileMode)
	if err != nil {
		return Unwritable(path, err)
	}
	return file.Close()
}

// mayWrite refuses a file that the program may not write, or that is on a read-only disk.
// Opening the database to find out would leave a log with the same mode, on which the next
// start fails even if the file's mode was corrected.
func mayWrite(path string) error {
	const write = 2 // W_OK
	if err := syscall.Access(path, write); err != nil {
		return Unwritable(path, err)
	}
	return nil
}

// Foreign is the reason in an [OpenError] for a file that is none of the console's.
const Foreign = "belongs to another program"

// A state describes a file before it is opened.
type state struct {
	empty   bool  // no tables yet
	version int64 // of the schema; 0 before the first migration
}

// inspect returns the state of the file at path without changing it. It refuses a file that is
// not the console's or that a newer console has written.
func inspect(ctx context.Context, path string) (state, error) {
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return state{empty: true}, err
	}
	db, err := sql.Open("sqlite", dsn(path, "ro", url.Values{}))
	if err != nil {
		return state{}, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)

	var id, tables int64
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return state{}, err
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return state{}, err
	}
	if id != ApplicationID && (id != 0 || tables > 0) {
		return state{}, &OpenError{
			Path: path,
			Why:  Foreign,
			Fix:  "Choose another path for the console's database.",
		}
	}
	if tables == 0 {
		return state{empty: true}, nil
	}
	version, err := (sqliteEngine{}).schemaVersion(ctx, db)
	if err != nil {
		return state{}, err
	}
	known, err := NewestVersion(SQLite)
	if err == nil && version > known {
		err = refuseNewer(path, version, known)
	}
	return state{version: version}, err
}

// OpenExclusive opens the SQLite file at path to read, on one connection. If another process
// has it open, the [ResultCode] of its error is SQLITE_BUSY; otherwise no other process can
// open the file until connection and pool are closed.
func OpenExclusive(ctx context.Context, path string) (*sql.DB, *sql.Conn, error) {
	// A pragma that reads the file would open it for others to share.
	name := dsn(path, "rw", url.Values{"_pragma": {"query_only(1)", "locking_mode(EXCLUSIVE)", mmap}})
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	for _, statement := range []string{"PRAGMA busy_timeout = 500", "BEGIN", "SELECT count(*) FROM sqlite_schema"} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return nil, nil, errors.Join(err, conn.Close(), db.Close())
		}
	}
	return db, conn, nil
}

// FileVersion returns the version of the schema in the SQLite file at path, 0 if it has none
// yet. It changes nothing. It returns an [*OpenError] if the file cannot be read, is not the
// console's or was written by a newer console.
func FileVersion(ctx context.Context, path string) (int64, error) {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return 0, Unreadable(path, err)
	}
	at, err := inspect(ctx, path)
	return at.version, Explain(path, err)
}
