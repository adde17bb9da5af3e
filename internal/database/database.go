// Package database opens the console's database, a SQLite file or PostgreSQL, and keeps its
// schema up to date. It has one connection that writes and pools of connections that cannot,
// so that the database itself refuses a read that would write.
//
// The package knows no table by name.
package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync/atomic"
	"time"
)

// An Engine is a kind of database.
type Engine string

// The engines.
const (
	SQLite     Engine = "SQLite"
	PostgreSQL Engine = "PostgreSQL"
)

// An engine is what differs between the engines, except how a database is opened.
type engine interface {
	name() Engine

	// note is [DB.Note].
	note(ctx context.Context, db *DB, do func(*sql.Tx) error) error

	// tryWriting returns the error with which a write would be refused at present.
	tryWriting(ctx context.Context, db *DB) error

	// checkSpace returns an error if there is no space for another change. tryWriting
	// writes too little to find out.
	checkSpace(ctx context.Context, db *DB) error

	// schemaVersion returns the version of the newest migration that was applied, 0 if none
	// was.
	schemaVersion(ctx context.Context, db Reader) (int64, error)
}

// Options are options of [Open]. The zero value is right for a console that serves.
type Options struct {
	// Unsynced leaves it to the operating system when data reaches the disk, which is
	// faster and loses data in a power failure. It is for a file under construction.
	Unsynced bool

	// Existing refuses to make a new database, for callers that expect one: the address
	// may be mistyped.
	Existing bool

	// Password is that of the role, if the address of PostgreSQL does not hold it.
	Password string

	// Connections is the greatest number of connections to PostgreSQL, at least
	// [LeastConnections]; 0: [DefaultConnections].
	Connections int

	// ServeRole is the role of PostgreSQL that is granted the rights to serve; may be
	// empty.
	ServeRole string

	// Wrap wraps the connector of each pool, such as [ObserveStatements] for tracing. Its
	// connections are a [Conn]. May be nil.
	Wrap func(driver.Connector) driver.Connector

	// Observer is notified of what the database does.
	Observer Observer

	// Migrating is called while a migration rewrites rows, which it does in one
	// transaction, with the number of rows that are done. May be nil.
	Migrating func(done, total int64)

	timeouts *timeouts // of PostgreSQL; nil: defaultTimeouts. Set by tests
	damage   damage    // of the database that is opened
}

// postgresTimeouts returns the timeouts of PostgreSQL.
func (o Options) postgresTimeouts() timeouts {
	if o.timeouts == nil {
		return defaultTimeouts
	}
	return *o.timeouts
}

// A DB is an open database. It may be used by several goroutines at once.
type DB struct {
	engine   engine
	observer Observer
	path     string  // of the file, or the address without password
	made     bool    // the schema was made by Open
	unsynced bool    // as in Options
	write    *sql.DB // for one transaction at a time
	notes    *sql.DB // the same, without waiting for the disk
	read     *sql.DB // refuses to write
	look     *sql.DB // the same, for single rows
	long     *sql.DB // the same, for statements that may take seconds
	probe    *sql.DB // of PostgreSQL: a connection that never waits for a writer

	log       walBound // of SQLite; for the holder of the writer
	damage    damage
	files     []fileID                  // of a SQLite file in use, which must not be replaced
	spaceSeen atomic.Pointer[time.Time] // when there was space for a change; nil: unknown
}

// Open opens the database at url and brings its schema up to date. "sqlite:PATH" is a file,
// which is made with its directory if there is none; "postgres://…" is a database of
// PostgreSQL, whose schema another role may have to bring up to date.
//
// Open returns an [*OpenError], which says why and what to do, if the database cannot be
// used. Then the database is unchanged.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	open := openSQLite
	if isPostgres(url) {
		open = openPostgres
	}
	return open(ctx, url, o)
}

// pool returns the pool of a connector.
func (o Options) pool(c driver.Connector) *sql.DB {
	if o.Wrap != nil {
		c = o.Wrap(c)
	}
	return sql.OpenDB(c)
}

// CheckURL returns an [*OpenError] if url is not the address of a database.
func CheckURL(url string) error {
	if isPostgres(url) {
		_, err := postgresConfig(url, Options{})
		return err
	}
	_, err := Path(url)
	return err
}

// EngineOf returns the engine of the database at url.
func EngineOf(url string) Engine {
	if isPostgres(url) {
		return PostgreSQL
	}
	return SQLite
}

// Same reports whether two addresses are those of one database.
func Same(one, other string) (bool, error) {
	switch {
	case isPostgres(one) != isPostgres(other):
		return false, nil
	case isPostgres(one):
		return sameServerDatabase(one, other)
	}
	return sameFile(one, other)
}

// Shown returns the address of a database without its password.
func Shown(url string) string {
	if isPostgres(url) {
		return withoutPassword(url)
	}
	return url
}

// Engine returns the engine of the database.
func (db *DB) Engine() Engine { return db.engine.name() }

// Name returns the path of the file, or the address without its password.
func (db *DB) Name() string { return db.path }

// Created reports whether the database is new: [Open] made its schema.
func (db *DB) Created() bool { return db.made }

// Close closes all connections. It waits for transactions under way.
func (db *DB) Close() error {
	var errs []error
	for _, pool := range []*sql.DB{db.probe, db.long, db.look, db.read, db.notes, db.write} { // the writer last: it checkpoints a file
		if pool != nil {
			errs = append(errs, pool.Close()) // a second time does nothing
		}
	}
	return errors.Join(errs...)
}

// Reads returns the pool to read from. Its connections refuse statements that write.
func (db *DB) Reads() *sql.DB { return db.read }

// LookUps returns the pool to read single rows from, which is faster at that right after a
// change. Its connections refuse statements that write.
func (db *DB) LookUps() *sql.DB { return db.look }

// LongReads returns the pool for statements that may take seconds, such as searches of the
// audit log, exports and counts of many rows, so that short reads never wait for them. Its
// connections refuse statements that write. The caller sets a deadline: the pool has none.
func (db *DB) LongReads() *sql.DB { return db.long }

// Ping returns a [*PingError] unless the database can be read and written.
func (db *DB) Ping(ctx context.Context) error {
	if _, err := db.engine.schemaVersion(ctx, db.read); err != nil {
		return &PingError{Err: err}
	}
	if err := db.checkFiles(); err != nil {
		return &PingError{Writing: true, Err: err}
	}
	if err := db.engine.tryWriting(ctx, db); err != nil {
		return &PingError{Writing: true, Err: err}
	}
	if err := db.engine.checkSpace(ctx, db); err != nil {
		return &PingError{Writing: true, Err: err}
	}
	return nil
}

// IsTaken reports whether err is a violation of a unique constraint.
func IsTaken(err error) bool { return isSQLiteTaken(err) || sqlState(err) == uniqueViolation }

// IsBusy reports whether err says that the database cannot be used at present: it is locked
// or cannot be reached, too many transactions wait to write, its disk is full, read-only or
// failing, or its file is damaged. The same request may succeed later. Check for
// [ErrUnknown] first.
func IsBusy(err error) bool {
	return errors.Is(err, errWriterBusy) || errors.Is(err, errReplaced) || isSQLiteBusy(err) || isPostgresBusy(err)
}
