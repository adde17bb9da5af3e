package database

import (
	"cmp"
	"errors"

	sqlite3 "modernc.org/sqlite/lib"
)

// Trouble says in words why a database cannot be used at present, where err says that:
// where [IsBusy] reports true, and it is known what became of the change. It speaks of
// the database as "it", names no file and ends without a full stop. For any other error
// it is empty.
func Trouble(err error) string {
	switch {
	case !IsBusy(err) || errors.Is(err, ErrUnknown):
		return ""
	case errors.Is(err, errNoTurn):
		return "too many wait to write"
	case errors.Is(err, errMoved):
		return "its file, or the log beside it, was moved, replaced or deleted while it was in use"
	}
	code := resultCode(err)
	return cmp.Or(troubles[code], troubles[code&0xff], "it does not answer") // the rest of the code is detail
}

// troubles are the words for SQLite's result codes.
var troubles = map[int]string{
	sqlite3.SQLITE_FULL:     "the disk is full",
	sqlite3.SQLITE_READONLY: "its file is read-only",
	sqlite3.SQLITE_PERM:     "the console may not use its file",
	sqlite3.SQLITE_CANTOPEN: "its file cannot be opened",
	sqlite3.SQLITE_IOERR:    "its disk fails",
	sqlite3.SQLITE_BUSY:     "another program has locked it",
	sqlite3.SQLITE_LOCKED:   "another program has locked it",
	sqlite3.SQLITE_PROTOCOL: "another program has locked it",
	sqlite3.SQLITE_CORRUPT:  "its file is damaged",
	sqlite3.SQLITE_NOTADB:   "its file is damaged",

	sqlite3.SQLITE_IOERR_WRITE: "its disk takes nothing more, being read-only, failing or at a limit",
}
