package database

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// busyTimeout is how long a statement waits for a lock that another process holds.
const busyTimeout = 5 * time.Second

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

// mapped is how many bytes of the file may be memory mapped: more than any directory has.
const mapped = 64 << 30

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

// readers returns how many connections read at once.
func readers() int { return max(4, 2*runtime.GOMAXPROCS(0)) }

// longReaders is how many connections there are for long reads. Each may keep a CPU busy.
const longReaders = 4

// pool returns a pool of connections to dsn. It opens none yet.
func (db *DB) pool(dsn string, o Options) (*sql.DB, error) {
	plain, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return o.pool(connector{plain, db.checkFiles, strings.Contains(dsn, "query_only"), o.damage}), nil
}

// With noted a commit is not synced, with durable it is.
const (
	noted   = "PRAGMA synchronous = NORMAL"
	durable = "PRAGMA synchronous = FULL"
)

// writerCache is the cache_size of the writer: a negative number of KiB.
const writerCache = "-4000"

// walSize is the pragma that truncates the log to [walLimit] when it is restarted.
var walSize = fmt.Sprintf("journal_size_limit(%d)", walLimit)

// checkReferences is the pragma that enforces foreign keys.
const checkReferences = "foreign_keys(1)"

// writerDSN returns the DSN of connections that write.
func writerDSN(path string, o Options) string { return dsn(path, "rw", writerSettings(o)) }

// migratingDSN returns the DSN of connections that migrate: without defensive mode, which
// refuses writes to sqlite_schema, and without foreign keys, which would prevent replacing a
// table (sqlite.org/lang_altertable.html, section 7).
func migratingDSN(path string, o Options) string {
	q := writerSettings(o)
	q.Set("_defensive", "0")
	q["_pragma"] = slices.DeleteFunc(q["_pragma"], func(pragma string) bool { return pragma == checkReferences })
	return dsn(path, "rw", q)
}

// writerSettings are the parameters of a DSN of connections that write.
func writerSettings(o Options) url.Values {
	synchronous := "FULL"
	if o.Unsynced {
		synchronous = "OFF"
	}
	return url.Values{
		"_txlock": {"immediate"},
		"_pragma": {
			"journal_mode(WAL)", "synchronous(" + synchronous + ")",
			checkReferences, "cache_size(" + writerCache + ")", mmap, walSize,
			"secure_delete(1)", // overwrite deleted data, so that an erasure leaves none in free pages
		},
	}
}

// ReaderDSN returns the DSN of connections to the SQLite file at path that refuse to write.
func ReaderDSN(path string) string {
	return dsn(path, "rw", url.Values{"_pragma": {"query_only(1)", "cache_size(-1000)", mmap}})
}

// FileDSN returns the DSN of connections to the SQLite file at path that can write, with pragmas
// in addition to those of all connections.
func FileDSN(path string, pragmas ...string) string {
	return dsn(path, "rw", url.Values{"_pragma": pragmas})
}

// lookUpDSN returns the DSN of connections that look up single rows: without a memory map.
// Each change discards the map, and mapping again takes longer than reading a few pages.
func lookUpDSN(path string) string {
	return dsn(path, "rw", url.Values{"_pragma": {"query_only(1)", "cache_size(-1000)"}})
}

// trialDSN returns the DSN of connections whose cache is so small that what they write reaches
// the disk at once.
func trialDSN(path string) string {
	return dsn(path, "rw", url.Values{"_txlock": {"immediate"}, "_pragma": {"cache_size(10)"}})
}

// mmap is the pragma of connections that read many rows.
var mmap = fmt.Sprintf("mmap_size(%d)", int64(mapped))

// dsn returns a DSN with the parameters q and those of all connections.
func dsn(path, mode string, q url.Values) string {
	q.Set("mode", mode)
	q.Set("_time_integer_format", "unix_micro")
	q.Set("_dqs", "0") // double quotes never quote a value
	if !q.Has("_defensive") {
		q.Set("_defensive", "1") // no statement can corrupt the file
	}
	for _, pragma := range []string{fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()), "trusted_schema(0)"} {
		q.Add("_pragma", pragma)
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
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
