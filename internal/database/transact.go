package database

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Transact runs do in a transaction that may write. It commits if do returns nil, and rolls
// back if do returns an error or panics. There is one such transaction at a time, across all
// consoles; another one waits until ctx is done or the wait is too long, for which [IsBusy]
// is true.
//
// If the error is [ErrUnknown] the transaction may have been committed or not.
func (db *DB) Transact(ctx context.Context, do func(*sql.Tx) error) (err error) {
	if err := db.checkFiles(); err != nil {
		return err
	}
	defer func() { db.noteSpace(err) }()
	writer, asked, err := db.acquireWriter(ctx, db.write)
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

// Note is Transact for bookkeeping, which a power failure may lose, though not a crash of the
// program: it does not wait for the disk. The next Transact syncs it, too.
func (db *DB) Note(ctx context.Context, do func(*sql.Tx) error) error {
	if err := db.checkFiles(); err != nil {
		return err
	}
	err := db.engine.note(ctx, db, do)
	db.noteSpace(err)
	return err
}

// transact runs do in a transaction on writer, which was asked for at some time.
func (db *DB) transact(ctx context.Context, writer *sql.Conn, asked time.Time, do func(*sql.Tx) error) error {
	tx, err := writer.BeginTx(ctx, nil)
	db.observer.waited(asked, err)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// maxWait is how long a transaction waits for the writer. While another process locks the
// database each transaction ahead may take that long.
const maxWait = 5 * time.Second

// ErrUnknown says that the answer to a commit was lost: the change may have been made or not.
// The caller must neither report a failure nor retry without looking.
var ErrUnknown = errors.New("database: whether the change was made is not known")

// errWriterBusy says that the transactions ahead took too long.
var errWriterBusy = errors.New("database: too many wait to write")

// acquireWriter returns a connection that writes, once one is free, and the time at which it
// was asked for.
func (db *DB) acquireWriter(ctx context.Context, pool *sql.DB) (writer *sql.Conn, asked time.Time, err error) {
	asked = time.Now()
	defer func() {
		if err != nil {
			db.observer.waited(asked, err)
		}
	}()
	waiting, cancel := context.WithTimeoutCause(ctx, maxWait, errWriterBusy)
	defer cancel()
	writer, err = pool.Conn(waiting)
	if err != nil && errors.Is(context.Cause(waiting), errWriterBusy) {
		err = errWriterBusy
	}
	return writer, asked, err
}
