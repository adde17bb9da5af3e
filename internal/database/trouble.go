package database

import (
	"errors"

	sqlite3 "modernc.org/sqlite/lib"
)

// troubles is how SQLite's result codes are told to whoever uses the console while
// they last: what it cannot do, and why.
var troubles = map[int]string{
	sqlite3.SQLITE_BUSY:     locked,
	sqlite3.SQLITE_LOCKED:   locked,
	sqlite3.SQLITE_PROTOCOL: locked,
	sqlite3.SQLITE_FULL:     "cannot save at present: its disk is full",
	sqlite3.SQLITE_READONLY: "cannot save at present: its disk, or the file of its data, is read-only",
	sqlite3.SQLITE_IOERR:    "cannot reach its data at present: its disk cannot be read or written",
	sqlite3.SQLITE_CANTOPEN: "cannot reach its data at present: the file cannot be opened",
	sqlite3.SQLITE_PERM:     "cannot reach its data at present: the file cannot be opened",
	sqlite3.SQLITE_CORRUPT:  "cannot reach this part of its data: the file is damaged",
	sqlite3.SQLITE_NOTADB:   "cannot reach this part of its data: the file is damaged",

	sqlite3.SQLITE_IOERR_WRITE: "cannot save at present: its disk takes nothing more, being read-only, failing or at a limit",
	sqlite3.SQLITE_IOERR_FSYNC: "cannot save at present: its disk is failing",
}

const locked = "cannot save at present: another program has locked its data"

// Trouble says what the console cannot do, and why, where err is that the database
// cannot serve for now: it is locked, too many wait to write, its disk is full,
// read-only or failing, or its file is damaged. The same request may succeed later.
// It goes on from "the console" and ends without a full stop; for any other error it
// is empty.
func Trouble(err error) (what string) {
	switch {
	case errors.Is(err, errMoved):
		return "cannot save: the file of its data, or the log beside it, has been moved, replaced or deleted while it was in use"
	case errors.Is(err, errNoTurn):
		return "cannot save at present: too many others are waiting to save"
	}
	code := resultCode(err)
	if what, ok := troubles[code]; ok {
		return what
	}
	return troubles[code&0xff] // the rest of the code is detail
}
