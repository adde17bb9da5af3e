package database

import (
	"cmp"
	"context"
	"errors"

	sqlite3 "modernc.org/sqlite/lib"
)

// A PingError says what a database cannot do at present.
type PingError struct {
	Writing bool  // it can be read but not written
	Err     error // the cause, for the log: it may name files
}

// Error returns what is wrong, for the log.
func (e *PingError) Error() string {
	if e.Writing {
		return "write to the database: " + e.Err.Error()
	}
	return "read the database: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *PingError) Unwrap() error { return e.Err }

// Message returns what is wrong without naming files or machines, for any reader.
func (e *PingError) Message() string {
	what := "the database cannot be read"
	if e.Writing {
		what = "the database cannot be written"
	}
	return what + ": " + reason(e.Err)
}

// Reason says why the database cannot be used at present, as a clause about "it" without
// names of files or machines. It is empty unless [IsBusy] is true of err and err is not
// [ErrUnknown].
func Reason(err error) string {
	if !IsBusy(err) || errors.Is(err, ErrUnknown) {
		return ""
	}
	return reason(err)
}

// reason is [Reason] for an error of which [IsBusy] is true.
func reason(err error) string {
	switch {
	case errors.Is(err, errReplaced):
		return "its file, or the log beside it, was moved, replaced or deleted while it was in use"
	case errors.Is(err, errDiskFull):
		return "the disk is full"
	case errors.Is(err, errWriterBusy):
		return "too many wait to write"
	case errors.Is(err, context.DeadlineExceeded):
		return "it does not answer in time"
	}
	code := extendedCode(err)
	return cmp.Or(reasons[code], reasons[code&0xff], postgresReason(err), "it does not answer")
}

// reasons are the reasons for SQLite's result codes.
var reasons = map[int]string{
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

// errDiskFull says that there is no space for another change.
var errDiskFull = errors.New("database: the disk has no space for another change")
