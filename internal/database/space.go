package database

import (
	"context"
	"time"
)

const (
	// minFreeBytes is how many bytes must be free on the disk for another change: some pages
	// of the database and their log.
	minFreeBytes = 64 << 10

	// trialBytes is how many bytes are written to check for space: several times as many as
	// the largest change.
	trialBytes = 256 << 10

	// spaceKnownFor is how long after a commit there is space for the next, without a check.
	spaceKnownFor = time.Minute
)

// checkSpace implements [engine]. That a small change succeeds does not show that there is
// space: it may fit into the log as it is.
func (sqliteEngine) checkSpace(ctx context.Context, db *DB) error {
	if free, known := freeBytes(db.path); known && free < minFreeBytes {
		return errDiskFull
	}
	// The free space says nothing about quotas, nor about a disk that fails.
	if last := db.spaceSeen.Load(); last != nil && time.Since(*last) < spaceKnownFor {
		return nil
	}
	err := db.tryWriteSpace(ctx)
	db.noteSpace(err)
	return err
}

// tryWriteSpace writes a table to the log and rolls back, on a connection whose cache is so
// small that the pages reach the disk.
func (db *DB) tryWriteSpace(ctx context.Context) error {
	own, err := db.pool(trialDSN(db.path), Options{})
	if err != nil {
		return err
	}
	defer own.Close()
	tx, err := own.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, `CREATE TABLE trial (filler BLOB)`); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO trial (filler) VALUES (zeroblob($1))`, trialBytes)
	return err
}

// noteSpace notes from the error of a transaction whether there is space for the next.
func (db *DB) noteSpace(err error) {
	if err == nil {
		now := time.Now()
		db.spaceSeen.Store(&now)
	} else if IsBusy(err) {
		db.spaceSeen.Store(nil)
	}
}
