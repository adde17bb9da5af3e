package database

import (
	"database/sql"
	"fmt"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"time"

	"modernc.org/sqlite"
)

// busyTimeout is how long a statement waits for a lock that another process holds.
const busyTimeout = 5 * time.Second

// mapped is how many bytes of the file may be memory mapped: more than any directory has.
const mapped = 64 << 30

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
