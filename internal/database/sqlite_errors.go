package database

import (
	"cmp"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// isSQLiteTaken is [IsTaken] for errors of SQLite.
func isSQLiteTaken(err error) bool {
	switch extendedCode(err) {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return true
	}
	return false
}

// isSQLiteBusy is [IsBusy] for errors of SQLite.
func isSQLiteBusy(err error) bool {
	switch ResultCode(err) {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL,
		sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM,
		sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return true
	}
	return false
}

// ResultCode returns SQLite's primary result code of err, or 0 if err is not SQLite's.
func ResultCode(err error) int { return extendedCode(err) & 0xff }

// extendedCode returns SQLite's extended result code of err, or 0 if err is not SQLite's.
func extendedCode(err error) int {
	failure, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return 0
	}
	return cmp.Or(failure.Code(), sqlite3.SQLITE_ERROR)
}
