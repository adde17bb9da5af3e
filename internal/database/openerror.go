package database

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	sqlite3 "modernc.org/sqlite/lib"
)

// An OpenError says why a database was refused, for the operator. The database is
// unchanged.
type OpenError struct {
	Path string // of the file, or the address
	Why  string // continues a sentence that begins with Path: "is a directory"
	Fix  string // what to do, in whole sentences
	Err  error  // the cause; may be nil
}

// Error returns the refusal as one line.
func (e *OpenError) Error() string {
	why := e.Why
	if e.Err != nil {
		why += fmt.Sprintf(" (%v)", e.Err)
	}
	return fmt.Sprintf("the database %s %s. %s", e.Path, why, e.Fix)
}

// Unwrap returns the cause, or nil.
func (e *OpenError) Unwrap() error { return e.Err }

// refusals are the texts of an [OpenError] for SQLite's result codes.
var refusals = map[int]struct{ why, fix string }{
	sqlite3.SQLITE_NOTADB: {
		"is not a database",
		"Choose another path, or put a backup in its place with console restore FILE, which keeps this file.",
	},
	sqlite3.SQLITE_CORRUPT: {
		"is damaged: its header or schema cannot be read",
		"Put a backup in its place with console restore FILE, which keeps this file; console check lists what of it can be read.",
	},
	sqlite3.SQLITE_READONLY: {
		"cannot be written",
		"Give the user that the console runs as the right to write to the file and its directory.",
	},
	sqlite3.SQLITE_CANTOPEN: {
		"cannot be opened",
		"Give the user that the console runs as the right to write to the file and its directory.",
	},
	sqlite3.SQLITE_BUSY: {
		"is locked by another program",
		"End the program that uses it and start again.",
	},
	sqlite3.SQLITE_FULL: {
		"is on a disk that is full",
		"Free space on the disk and start again.",
	},
	sqlite3.SQLITE_IOERR: {
		"cannot be read from or written to its disk",
		"Check the disk and the system's log.",
	},
}

// Explain returns err as an [*OpenError] if it says something about the file at
// path, and as it is otherwise; nil if there is none.
func Explain(path string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*OpenError](err); ok {
		return err
	}
	if r, ok := refusals[ResultCode(err)]; ok {
		return &OpenError{Path: path, Why: r.why, Fix: r.fix, Err: err}
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return Unwritable(path, err)
	}
	return fmt.Errorf("open the database %s: %w", path, err)
}

// Unwritable returns the refusal of a file that cannot be made or opened.
func Unwritable(path string, err error) error {
	fix := "Give the user that the console runs as the right to write to the file and its directory."
	if errors.Is(err, syscall.EROFS) {
		fix = "Have its disk mounted so that it can be written to, or choose another path."
	}
	return &OpenError{Path: path, Why: "cannot be written", Fix: fix, Err: err}
}
