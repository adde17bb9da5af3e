package database

import (
	"cmp"
	"context"
	"errors"

	sqlite3 "modernc.org/sqlite/lib"
)

// A PingError says what a database cannot do at present.
type PingError struct {
	Writing bool  // it can be read, though not be written
	Err     error // what lies behind it, for the log: it may name files
}

// Error returns what is wrong, for the log.
func (e *PingError) Error() string {
	if e.Writing {
		return "write to the database: " + e.Err.Error()
	}
	return "read the database: " + e.Err.Error()
}

// Unwrap returns what lies behind it.
func (e *PingError) Unwrap() error { return e.Err }

// Words returns what is wrong for anybody to read: it names no file and no machine.
func (e *PingError) Words() string {
	what := "the database cannot be read"
	if e.Writing {
		what = "the database cannot be written"
	}
	return what + ": " + trouble(e.Err)
}

// Trouble says in words why a database cannot be used at present, where [IsBusy] reports
// true of err and it is known what became of the change. It speaks of the database as
// "it", names no file and no machine, and ends without a full stop. For any other error
// it is empty.
func Trouble(err error) string {
	if !IsBusy(err) || errors.Is(err, ErrUnknown) {
		return ""
	}
	return trouble(err)
}

// trouble says in words of our own why a database cannot be used at present.
func trouble(err error) string {
	switch {
	case errors.Is(err, errMoved):
		return "its file, or the log beside it, was moved, replaced or deleted while it was in use"
	case errors.Is(err, errDiskFull):
		return "the disk is full"
	case errors.Is(err, errNoTurn):
		return "too many wait to write"
	case errors.Is(err, context.DeadlineExceeded):
		return "it does not answer in time"
	}
	code := extendedCode(err)
	return cmp.Or(troubles[code], troubles[code&0xff], postgresTrouble(err), "it does not answer")
}

// troubles are the words for SQLite's result codes.
var troubles = map[int]string{
	sqlite3.SQLITE_FULL:      "the disk is full",
	sqlite3.SQLITE_READONLY:  "its file is read-only",
	sqlite3.SQLITE_PERM:      "the console may not use its file",
	sqlite3.SQLITE_CANTOPEN:  "its file cannot be opened",
	sqlite3.SQLITE_IOERR:     "its disk fails",
	sqlite3.SQLITE_BUSY:      "another program has locked it",
	sqlite3.SQLITE_LOCKED:    "another program has locked it",
	sqlite3.SQLITE_PROTOCOL:  "another program has locked it",
	sqlite3.SQLITE_INTERRUPT: "it does not answer in time",
	sqlite3.SQLITE_CORRUPT:   "its file is damaged",
	sqlite3.SQLITE_NOTADB:    "its file is damaged",

	sqlite3.SQLITE_IOERR_WRITE: "its disk takes nothing more, being read-only, failing or at a limit",
}

// errDiskFull says that there is no room for another change.
var errDiskFull = errors.New("database: the disk has no room for another change")
