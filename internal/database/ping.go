package database

import (
	"context"
	"fmt"
	"time"
)

// sureFor is how long a commit shows that there is room for the next. Then [DB.Ping]
// tries: a disk that is full is not found out by less than writing to it.
const sureFor = time.Minute

// Ping returns nil if the database can be read and would take a change.
func (db *DB) Ping(ctx context.Context) error {
	if _, err := db.engine.schemaVersion(ctx, db.read); err != nil {
		return fmt.Errorf("read the database: %w", err)
	}
	if err := db.tryChanging(ctx); err != nil {
		return fmt.Errorf("write to the database: %w", err)
	}
	return nil
}

// tryChanging does what a change would, and undoes it.
func (db *DB) tryChanging(ctx context.Context) error {
	if err := db.unmoved(); err != nil {
		return err
	}
	if err := db.engine.tryWriting(ctx, db); err != nil {
		return err
	}
	if last := db.sure.Load(); last != nil && time.Since(*last) < sureFor {
		return nil
	}
	err := db.engine.checkRoom(ctx, db)
	db.learn(err)
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
