package database

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// sureFor is how long a commit shows that there is room for the next. Then [DB.Ping]
// tries: a disk that is full is not found out by less than writing to it.
const sureFor = time.Minute

// Ping returns nil if the database can be read and would take a change. For a reason
// that [Trouble] tells it cannot at present.
func (db *DB) Ping(ctx context.Context) error {
	if _, err := schemaVersion(ctx, db.read); err != nil {
		return fmt.Errorf("read the database: %w", err)
	}
	if err := errors.Join(db.unmoved(), db.tryChanging(ctx)); err != nil {
		return fmt.Errorf("write to the database: %w", err)
	}
	return nil
}

// tryChanging does what a change would, and undoes it.
func (db *DB) tryChanging(ctx context.Context) error {
	if last := db.sure.Load(); last != nil && time.Since(*last) < sureFor {
		return db.tryWriting(ctx)
	}
	err := db.tryRoom(ctx)
	db.learn(err)
	return err
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

// room is how much a disk must take, in bytes, for a change to find its place: some
// times what the largest needs.
const room = 256 << 10

// tryRoom writes to the disk where the next change will, and undoes it. Nobody sees
// anything of that: a connection of its own, which keeps next to nothing in memory,
// writes a table that is never committed.
func (db *DB) tryRoom(ctx context.Context) error {
	own, err := db.pool(roomDSN(db.path), Options{})
	if err != nil {
		return err
	}
	defer own.Close()
	tx, err := own.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, `CREATE TABLE room (filler BLOB)`); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO room (filler) VALUES (zeroblob($1))`, room)
	return err
}

// learn notes from how a transaction ended whether there is room for the next.
func (db *DB) learn(err error) {
	if err == nil {
		now := time.Now()
		db.sure.Store(&now)
	} else if IsBusy(err) {
		db.sure.Store(nil)
	}
}
