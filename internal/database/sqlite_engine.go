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
	// While another process makes the file it is locked in a way that waiting for the
	// lock does not help against.
	for try := 1; try < 10 && ResultCode(err) == sqlite3.SQLITE_BUSY && fresh(ctx, path); try++ {
		db, err = openFile(ctx, path, o)
	}
	return db, err
}

// fresh reports whether the file at path is being made: it has no schema of this
// program's yet. It waits a moment, so that who makes it gets on.
func fresh(ctx context.Context, path string) bool {
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
	o.damage = newDamage(o.Watch.Damaged)
	db := &DB{path: path, engine: sqliteEngine{}, watch: o.Watch, unsynced: o.Unsynced, made: at.version == 0, damage: o.damage}
	if err := errors.Join(db.open(ctx, at, o), refuseReplaced(path, was)); err != nil {
		_ = db.Close() // the error that led here says more
		return nil, Explain(path, err)
	}
	return db, nil
}

// open connects to the file that inspect found at the given state.
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
	db.keepReaders()
	if err := db.read.PingContext(ctx); err != nil || db.unsynced {
		return err
	}
	db.places, err = placesOf(db.path)
	return err
}

// migrateFile brings the schema of the file, which is at the given version, up to date. It
// does so on a connection of its own: a migration may change the text of a table in the
// schema, which the defensive mode of the others refuses.
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
	return migrate(ctx, db.engine, p, version, steps(SQLite), o.Migrating)
}

// keepReaders has the pools that read keep as many connections as they may open.
func (db *DB) keepReaders() {
	for _, p := range []*sql.DB{db.read, db.look} {
		p.SetMaxOpenConns(readers())
		p.SetMaxIdleConns(readers())
	}
	db.long.SetMaxOpenConns(longReaders)
	db.long.SetMaxIdleConns(longReaders)
}

// sqliteEngine is the engine of that name.
type sqliteEngine struct{}

// name implements [engine].
func (sqliteEngine) name() Engine { return SQLite }

// note implements [engine]: the connection that writes does not wait for the disk
// meanwhile.
func (sqliteEngine) note(ctx context.Context, db *DB, do func(*sql.Tx) error) (err error) {
	writer, asked, err := db.turn(ctx, db.write)
	if err != nil {
		return err
	}
	defer writer.Close()
	if db.unsynced {
		return db.transact(ctx, writer, asked, do)
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
	if err = db.transact(ctx, writer, asked, do); err == nil {
		db.boundLog(whole, writer)
	}
	return err
}

// tryWriting implements [engine]: it begins to write, and undoes it.
func (sqliteEngine) tryWriting(ctx context.Context, db *DB) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	// A transaction begins on a read-only file too; only a write is refused.
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
