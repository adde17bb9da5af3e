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
	"fmt"
	"os"
	"time"
)

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

	// Trace is told the text of every statement, by whatever goroutine runs it;
	// nil: nobody is. It is for tests that count them.
	Trace func(query string)
}

// A DB is an open database. It may be used by several goroutines at once.
type DB struct {
	path  string
	hasty bool    // writes do not wait for the disk in any case
	write *sql.DB // one connection; its transactions take the write lock at once
	read  *sql.DB // connections that refuse to write
	look  *sql.DB // the same, for single rows
}

// Open opens the database at url, "sqlite:PATH", making the file and its
// directory if there is none, and brings its schema up to date.
//
// A database that cannot be used is refused with an [*OpenError] that says why
// and what to do about it; its file is left as it was.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	path, err := Path(url)
	if err != nil {
		return nil, err
	}
	if err := makeFile(path, o); err != nil {
		return nil, err
	}
	was, err := os.Stat(path)
	if err != nil {
		return nil, explain(path, err)
	}
	at, err := inspect(ctx, path)
	if err != nil {
		return nil, explain(path, err)
	}
	db := &DB{path: path, hasty: o.Unsynced}
	if err := errors.Join(db.open(ctx, at, o), unmoved(path, was)); err != nil {
		_ = db.Close() // the error that led here says more
		return nil, explain(path, err)
	}
	return db, nil
}

// open connects to the file that inspect found at the given state.
func (db *DB) open(ctx context.Context, at state, o Options) (err error) {
	if db.write, err = pool(writerDSN(db.path, o), o); err != nil {
		return err
	}
	db.write.SetMaxOpenConns(1)
	if err := db.tryWriting(ctx); err != nil {
		return err
	}
	if err := os.Chmod(db.path, fileMode); err != nil {
		return fmt.Errorf("restrict the file to its owner: %w", err)
	}
	if at.empty {
		if _, err := db.write.ExecContext(ctx, claim); err != nil {
			return err
		}
	}
	if err := migrate(ctx, db.write, at.version, steps()); err != nil {
		return err
	}
	if db.read, err = pool(readerDSN(db.path), o); err != nil {
		return err
	}
	if db.look, err = pool(lookUpDSN(db.path), o); err != nil {
		return err
	}
	db.keepReaders()
	return db.read.PingContext(ctx)
}

// keepReaders has the pools that read keep as many connections as they may open.
func (db *DB) keepReaders() {
	for _, p := range []*sql.DB{db.read, db.look} {
		p.SetMaxOpenConns(readers())
		p.SetMaxIdleConns(readers())
	}
}

// Close ends all connections. It waits for transactions under way.
func (db *DB) Close() error {
	var errs []error
	for _, pool := range []*sql.DB{db.look, db.read, db.write} { // the last to close tidies the file up
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}

// Transact runs do in a transaction that may write, and commits when do returns
// nil. When do returns an error or panics, nothing of it is kept. There is one
// such transaction at a time; a second waits for the first, until ctx is done or
// the wait is too long, which [IsBusy] reports.
func (db *DB) Transact(ctx context.Context, do func(*sql.Tx) error) error {
	writer, err := db.turn(ctx)
	if err != nil {
		return err
	}
	defer writer.Close()
	return transact(ctx, writer, do)
}

// Note is Transact for what may be lost with the power, though not with the
// program: it does not wait for the disk. What is written later by Transact takes
// it to the disk along with itself.
func (db *DB) Note(ctx context.Context, do func(*sql.Tx) error) (err error) {
	writer, err := db.turn(ctx)
	if err != nil {
		return err
	}
	defer writer.Close()
	if db.hasty {
		return transact(ctx, writer, do)
	}
	// Whatever becomes of ctx or of do, the next transaction waits for the disk again:
	// a connection that cannot be brought to that is not used any more.
	whole := context.WithoutCancel(ctx)
	defer func() {
		if _, restoreErr := writer.ExecContext(whole, durable); restoreErr != nil {
			_ = writer.Raw(func(any) error { return driver.ErrBadConn })
			err = errors.Join(err, restoreErr)
		}
	}()
	if _, err := writer.ExecContext(whole, noted); err != nil {
		return err
	}
	return transact(ctx, writer, do)
}

// transact runs do in a transaction of a connection.
func transact(ctx context.Context, writer *sql.Conn, do func(*sql.Tx) error) error {
	tx, err := writer.BeginTx(ctx, nil)
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

// turn returns the connection that writes, once it is free.
func (db *DB) turn(ctx context.Context) (*sql.Conn, error) {
	waiting, cancel := context.WithTimeoutCause(ctx, maxWait, errNoTurn)
	defer cancel()
	writer, err := db.write.Conn(waiting)
	if err != nil && errors.Is(context.Cause(waiting), errNoTurn) {
		return nil, errNoTurn
	}
	return writer, err
}

// Reads returns the pool to read from. Its connections refuse every statement
// that would write.
func (db *DB) Reads() *sql.DB { return db.read }

// LookUps returns the pool to read single rows from, which is quicker at that right
// after a change. Like that of [DB.Reads] it refuses to write.
func (db *DB) LookUps() *sql.DB { return db.look }

// Ping returns nil if the database can be read and would take a write.
func (db *DB) Ping(ctx context.Context) error {
	if _, err := schemaVersion(ctx, db.read); err != nil {
		return fmt.Errorf("read the database: %w", err)
	}
	if err := db.tryWriting(ctx); err != nil {
		return fmt.Errorf("write to the database: %w", err)
	}
	return nil
}

// tryWriting begins to write, and undoes it.
func (db *DB) tryWriting(ctx context.Context) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	// A transaction begins on a read-only file too; only a write is refused.
	_, err = tx.ExecContext(ctx, claim)
	return err
}
