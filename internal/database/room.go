package database

import (
	"context"
	"time"
)

const (
	// leastFree is what there has to be free on the disk for another change, in bytes:
	// some pages of the database and what their log adds.
	leastFree = 64 << 10

	// enoughRoom is how much is written to see whether a change finds its place, in
	// bytes: some times what the largest needs.
	enoughRoom = 256 << 10

	// sureFor is how long a commit shows that there is room for the next.
	sureFor = time.Minute
)

// checkRoom implements [engine]. That a change of nothing succeeds says little of the
// disk: the log has room from before.
func (sqliteEngine) checkRoom(ctx context.Context, db *DB) error {
	if free, known := freeBytes(db.path); known && free < leastFree {
		return errDiskFull
	}
	// What is free says nothing of limits, nor of a disk that takes nothing at all.
	if last := db.sure.Load(); last != nil && time.Since(*last) < sureFor {
		return nil
	}
	err := db.tryRoom(ctx)
	db.learn(err)
	return err
}

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
	_, err = tx.ExecContext(ctx, `INSERT INTO room (filler) VALUES (zeroblob($1))`, enoughRoom)
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
