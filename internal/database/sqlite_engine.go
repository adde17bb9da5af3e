package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pressly/goose/v3"
	sqlite3 "modernc.org/sqlite/lib"
)

// openSQLite opens the file that url, "sqlite:PATH", names.
func openSQLite(ctx context.Context, url string, o Options) (*DB, error) {
	path, err := Path(url)
	if err != nil {
		return nil, err
	}
	db, err := openFile(ctx, path, o)
	// A file that another process is making is locked in a way for which the busy timeout does
	// not wait.
	for try := 1; try < 10 && ResultCode(err) == sqlite3.SQLITE_BUSY && isBeingMade(ctx, path); try++ {
		db, err = openFile(ctx, path, o)
	}
	return db, err
}

// isBeingMade reports, after a pause, whether the file at path does not have the schema of this
// program yet.
func isBeingMade(ctx context.Context, path string) bool {
	select {
	case <-time.After(50 * time.Millisecond):
	case <-ctx.Done():
		return false
	}
	at, err := inspect(ctx, path)
	known, knownErr := NewestVersion(SQLite)
	return err == nil && knownErr == nil && at.version < known
}

// openFile opens the file at path.
func openFile(ctx context.Context, path string, o Options) (*DB, error) {
	if err := makeFile(path, o); err != nil {
		return nil, err
	}
	was, err := os.Stat(path)
	if err != nil {
		return nil, Explain(path, err)
	}
	at, err := inspect(ctx, path)
	if err != nil {
		return nil, Explain(path, err)
	}
	o.damage = newDamage(o.Observer.Damaged)
	db := &DB{path: path, engine: sqliteEngine{}, observer: o.Observer, unsynced: o.Unsynced, made: at.version == 0, damage: o.damage}
	if err := errors.Join(db.open(ctx, at, o), refuseReplaced(path, was)); err != nil {
		_ = db.Close() // the error that led here says more
		return nil, Explain(path, err)
	}
	return db, nil
}

// open opens the pools of the file, which inspect found in the given state.
func (db *DB) open(ctx context.Context, at state, o Options) (err error) {
	if db.write, err = db.pool(writerDSN(db.path, o), o); err != nil {
		return err
	}
	db.write.SetMaxOpenConns(1)
	db.notes = db.write
	if err := db.engine.tryWriting(ctx, db); err != nil {
		return err
	}
	if err := os.Chmod(db.path, FileMode); err != nil {
		return fmt.Errorf("restrict the file to its owner: %w", err)
	}
	if at.empty {
		if _, err := db.write.ExecContext(ctx, claim); err != nil {
			return err
		}
	}
	if err := db.migrateFile(ctx, at.version, o); err != nil {
		return err
	}
	if db.read, err = db.pool(ReaderDSN(db.path), o); err != nil {
		return err
	}
	if db.look, err = db.pool(lookUpDSN(db.path), o); err != nil {
		return err
	}
	if db.long, err = db.pool(ReaderDSN(db.path), o); err != nil {
		return err
	}
	db.setReaderLimits()
	if err := db.read.PingContext(ctx); err != nil || db.unsynced {
		return err
	}
	db.files, err = identifyFiles(db.path)
	return err
}

// migrateFile brings the schema of the file, which has the given version, up to date. Its
// connection is not in defensive mode, as a migration may write to sqlite_schema.
func (db *DB) migrateFile(ctx context.Context, version int64, o Options) error {
	if known, err := NewestVersion(SQLite); err != nil || known == version {
		return err
	}
	p, err := db.pool(migratingDSN(db.path, o), o)
	if err != nil {
		return err
	}
	defer p.Close()
	p.SetMaxOpenConns(1)
	return migrate(ctx, db.engine, p, version, migrationFiles(SQLite), o.Migrating)
}

// setReaderLimits limits the open connections of the pools that read, all of which may stay
// idle.
func (db *DB) setReaderLimits() {
	for _, p := range []*sql.DB{db.read, db.look} {
		p.SetMaxOpenConns(readers())
		p.SetMaxIdleConns(readers())
	}
	db.long.SetMaxOpenConns(longReaders)
	db.long.SetMaxIdleConns(longReaders)
}

// sqliteEngine is the [engine] SQLite.
type sqliteEngine struct{}

// name implements [engine].
func (sqliteEngine) name() Engine { return SQLite }

// note implements [engine]: the writer does not sync meanwhile.
func (sqliteEngine) note(ctx context.Context, db *DB, do func(*sql.Tx) error) (err error) {
	writer, asked, err := db.acquireWriter(ctx, db.write)
	if err != nil {
		return err
	}
	defer writer.Close()
	if db.unsynced {
		return db.transact(ctx, writer, asked, do)
	}
	// Whether or not ctx is cancelled or do fails, the next transaction syncs again: a
	// connection on which that setting fails is closed.
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
	if err = db.transact(ctx, writer, asked, do); err == nil {
		db.boundLog(whole, writer)
	}
	return err
}

// tryWriting implements [engine]: it writes and rolls back.
func (sqliteEngine) tryWriting(ctx context.Context, db *DB) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	// BEGIN succeeds on a read-only file, a write does not.
	_, err = tx.ExecContext(ctx, claim)
	return err
}

// schemaVersion implements [engine].
func (sqliteEngine) schemaVersion(ctx context.Context, db Reader) (int64, error) {
	var exists bool
	err := db.QueryRowContext(ctx,
		`SELECT count(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = $1`, goose.DefaultTablename).Scan(&exists)
	if err != nil || !exists {
		return 0, err
	}
	return newestVersion(ctx, db)
}
