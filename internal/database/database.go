// Package database opens the console's database and keeps its schema up to
// date. It hands out one connection that writes and a pool of connections that
// cannot, so that a read which turns out to write is refused by the database
// itself.
//
// The package knows which engine it speaks to. It knows no table by name.
package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync/atomic"
	"time"
)

// Engine names what keeps the data.
type Engine string

// The engines.
const (
	SQLite     Engine = "SQLite"
	PostgreSQL Engine = "PostgreSQL"
)

// An engine is what each does in its own way, beside how it is opened.
type engine interface {
	name() Engine

	// note is [DB.Note].
	note(ctx context.Context, db *DB, do func(*sql.Tx) error) error

	// tryWriting returns why a write would be refused at present.
	tryWriting(ctx context.Context, db *DB) error

	// checkRoom returns why there is no room for another change, as far as tryWriting
	// cannot tell.
	checkRoom(ctx context.Context, db *DB) error

	// schemaVersion returns the version of the newest migration there was, 0 if none.
	schemaVersion(ctx context.Context, db Reader) (int64, error)
}

// Options are the choices that only some callers make. The zero value is right
// for a database that is in use.
type Options struct {
	// Unsynced leaves it to the operating system when data reaches the disk,
	// which is faster and loses data with the power. It is for building a file
	// that is given its name when it is complete.
	Unsynced bool

	// Existing refuses to make a new database where there is none, for those who
	// expect to find one and may have mistyped where.
	Existing bool

	// Password is that of the role, where the address of PostgreSQL does not hold it.
	Password string

	// Connections is how many there are to PostgreSQL at most; 0 means
	// [DefaultConnections], and fewer than [LeastConnections] are taken for those.
	Connections int

	// ServeRole is the role of PostgreSQL that gets the rights to serve, if any.
	ServeRole string

	// Wrap wraps the connector of each pool, such as [WrapStatements] for tracing. Its
	// connections are a [Conn]. May be nil.
	Wrap func(driver.Connector) driver.Connector

	// Watch is notified of what the database does.
	Watch Watch

	// Migrating is called while a migration rewrites rows, with how many of how many are
	// done; nil: it is not. All of them are rewritten in one transaction.
	Migrating func(done, total int64)

	patience *waits // with PostgreSQL; nil: usualWaits
	damage   damage // of the database that is opened
}

// waits returns how long PostgreSQL is waited for.
func (o Options) waits() waits {
	if o.patience == nil {
		return usualWaits
	}
	return *o.patience
}

// A DB is an open database. It may be used by several goroutines at once.
type DB struct {
	engine   engine
	watch    Watch
	path     string  // of the file, or the address without its password
	made     bool    // the schema was made when it was opened
	unsynced bool    // writes do not wait for the disk in any case
	write    *sql.DB // transactions of which one goes on at a time
	notes    *sql.DB // the same, for what need not wait for the disk
	read     *sql.DB // connections that refuse to write
	look     *sql.DB // the same, for single rows
	long     *sql.DB // the same, for statements that may take seconds
	probe    *sql.DB // a connection of PostgreSQL that never waits for a turn

	log    walBound // of SQLite; for who holds the connection that writes
	damage damage
	places []place                   // of a SQLite file in use, which is to stay where it is
	sure   atomic.Pointer[time.Time] // when there last was room for a change; nil: it is not known
}

// Open opens the database at url and brings its schema up to date. "sqlite:PATH" is a
// file, which is made with its directory if there is none; "postgres://…" is a database
// of PostgreSQL, where another role may have to bring the schema up to date.
//
// A database that cannot be used is refused with an [*OpenError] that says why
// and what to do about it; it is left as it was.
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

// CheckURL returns an [*OpenError] if url has not the form of a database's address.
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

// Shown returns the address of a database as it may be shown: without a password.
func Shown(url string) string {
	if isPostgres(url) {
		return withoutPassword(url)
	}
	return url
}

// Engine returns what keeps the data.
func (db *DB) Engine() Engine { return db.engine.name() }

// Name returns the path of the file, or the address without its password.
func (db *DB) Name() string { return db.path }

// Created reports whether [Open] found no schema and made it: the database is new.
func (db *DB) Created() bool { return db.made }

// Close ends all connections. It waits for transactions under way.
func (db *DB) Close() error {
	var errs []error
	for _, pool := range []*sql.DB{db.probe, db.long, db.look, db.read, db.notes, db.write} { // the last to close tidies a file up
		if pool != nil {
			errs = append(errs, pool.Close()) // a second time does nothing
		}
	}
	return errors.Join(errs...)
}

// Transact runs do in a transaction that may write, and commits when do returns
// nil. When do returns an error or panics, nothing of it is kept. There is one
// such transaction at a time, on however many consoles; a second waits for the first,
// until ctx is done or the wait is too long, which [IsBusy] reports.
//
// An error that is [ErrUnknown] says nothing about whether the transaction is kept.
func (db *DB) Transact(ctx context.Context, do func(*sql.Tx) error) (err error) {
	if err := db.unmoved(); err != nil {
		return err
	}
	defer func() { db.learn(err) }()
	writer, asked, err := db.turn(ctx, db.write)
	if err != nil {
		return err
	}
	defer writer.Close()
	err = db.transact(ctx, writer, asked, do)
	if err == nil {
		db.boundLog(ctx, writer)
	}
	return err
}

// Note is Transact for what may be lost with the power, though not with the
// program: it does not wait for the disk. What is written later by Transact takes
// it to the disk along with itself.
func (db *DB) Note(ctx context.Context, do func(*sql.Tx) error) error {
	if err := db.unmoved(); err != nil {
		return err
	}
	err := db.engine.note(ctx, db, do)
	db.learn(err)
	return err
}

// transact runs do in a transaction of a connection that was asked for at some time.
func (db *DB) transact(ctx context.Context, writer *sql.Conn, asked time.Time, do func(*sql.Tx) error) error {
	tx, err := writer.BeginTx(ctx, nil)
	db.watch.turn(asked, err)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// maxWait is how long a transaction waits for its turn. While the database is
// locked each one ahead takes as long as that, and nobody waits for them all.
const maxWait = 5 * time.Second

// ErrUnknown says that the answer to a commit was lost: the change may have been made
// or not. It is never to be taken for a failure, nor made again blindly.
var ErrUnknown = errors.New("database: whether the change was made is not known")

// errNoTurn says that those ahead take too long.
var errNoTurn = errors.New("database: too many wait to write")

// turn returns a connection that writes, once one is free, and since when it has been
// waited for.
func (db *DB) turn(ctx context.Context, pool *sql.DB) (writer *sql.Conn, asked time.Time, err error) {
	asked = time.Now()
	defer func() {
		if err != nil {
			db.watch.turn(asked, err)
		}
	}()
	waiting, cancel := context.WithTimeoutCause(ctx, maxWait, errNoTurn)
	defer cancel()
	writer, err = pool.Conn(waiting)
	if err != nil && errors.Is(context.Cause(waiting), errNoTurn) {
		err = errNoTurn
	}
	return writer, asked, err
}

// Reads returns the pool to read from. Its connections refuse every statement
// that would write.
func (db *DB) Reads() *sql.DB { return db.read }

// LookUps returns the pool to read single rows from, which is quicker at that right
// after a change. Like that of [DB.Reads] it refuses to write.
func (db *DB) LookUps() *sql.DB { return db.look }

// LongReads returns the pool for statements that may take seconds, such as searches of the
// audit log, exports and counts of many rows. However many of these wait or run, they never
// hold a connection of [DB.Reads]. Like that pool it refuses to write. The caller sets a
// deadline: the pool sets none.
func (db *DB) LongReads() *sql.DB { return db.long }

// Ping returns nil if the database can be read and would take a write, and otherwise
// a [*PingError].
func (db *DB) Ping(ctx context.Context) error {
	if _, err := db.engine.schemaVersion(ctx, db.read); err != nil {
		return &PingError{Err: err}
	}
	if err := db.unmoved(); err != nil {
		return &PingError{Writing: true, Err: err}
	}
	if err := db.engine.tryWriting(ctx, db); err != nil {
		return &PingError{Writing: true, Err: err}
	}
	if err := db.engine.checkRoom(ctx, db); err != nil {
		return &PingError{Writing: true, Err: err}
	}
	return nil
}

// IsTaken reports whether err says that a value which must be unique is already
// there.
func IsTaken(err error) bool { return isSQLiteTaken(err) || sqlState(err) == uniqueViolation }

// IsBusy reports whether err says that the database cannot be used at present:
// it is locked or not reached, too many wait to write, its disk is full, read-only or
// failing, or its file is damaged. The same request may succeed later, unless it is
// [ErrUnknown], which is told apart.
func IsBusy(err error) bool {
	return errors.Is(err, errNoTurn) || errors.Is(err, errMoved) || isSQLiteBusy(err) || isPostgresBusy(err)
}
