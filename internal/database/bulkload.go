package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// Errors of [DB.BulkLoad].
var (
	errLoadServer = errors.New("database: only a SQLite file can be loaded with many users at once: give one with --database sqlite:PATH")
	errLoadSynced = errors.New("database: only a database that was opened as Unsynced can be bulk loaded")
)

// BulkLoad runs do in a write transaction during which there are no triggers, no check of
// references and no indexes except those of constraints. All are created again before it
// commits; progress is called after each of them. What triggers would have written, and that
// references are valid, is left to do.
//
// BulkLoad needs some hundred megabytes of memory. It is for a file under construction: it
// refuses a database that was not opened as Unsynced, that has readers, or that is
// PostgreSQL.
func (db *DB) BulkLoad(ctx context.Context, do func(*sql.Tx) error, progress func(done, total int)) (err error) {
	if db.Engine() != SQLite {
		return errLoadServer
	}
	if !db.unsynced {
		return errLoadSynced
	}
	writer, asked, err := db.acquireWriter(ctx, db.write)
	if err != nil {
		return err
	}
	defer writer.Close()
	for _, readers := range []*sql.DB{db.read, db.look, db.long} { // the journal mode cannot be changed beside a reader
		readers.SetMaxIdleConns(0)
	}
	defer db.setReaderLimits()
	defer func() { err = errors.Join(err, set(context.WithoutCancel(ctx), writer, loadedPragmas)) }()
	if err := set(ctx, writer, loadingPragmas); err != nil {
		return err
	}
	return db.transact(ctx, writer, asked, func(tx *sql.Tx) error { return withoutObjects(ctx, tx, do, progress) })
}

// withoutObjects runs do while indexes and triggers are dropped.
func withoutObjects(ctx context.Context, tx *sql.Tx, do func(*sql.Tx) error, progress func(done, total int)) error {
	dropped, err := dropObjects(ctx, tx)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return err
	}
	for i, o := range dropped {
		if _, err := tx.ExecContext(ctx, o.create); err != nil {
			return fmt.Errorf("create %s again: %w", o.name, err)
		}
		progress(i+1, len(dropped))
	}
	return nil
}

// The settings of the writer during a bulk load and after it. A rollback journal in memory is
// small, since it holds the pages that there were before; a WAL would write each page twice.
var (
	loadingPragmas = []string{"PRAGMA foreign_keys = OFF", "PRAGMA journal_mode = MEMORY", "PRAGMA cache_size = -400000", "PRAGMA temp_store = MEMORY"}
	loadedPragmas  = []string{"PRAGMA foreign_keys = ON", "PRAGMA journal_mode = WAL", "PRAGMA cache_size = " + writerCache, "PRAGMA temp_store = DEFAULT"}
)

// set runs all pragmas, also after one has failed.
func set(ctx context.Context, writer *sql.Conn, pragmas []string) error {
	var errs []error
	for _, pragma := range pragmas {
		if _, err := writer.ExecContext(ctx, pragma); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", pragma, err))
		}
	}
	return errors.Join(errs...)
}

// An object is an index or a trigger.
type object struct {
	kind, name string
	create     string // the statement that creates it
}

// dropObjects drops all indexes and triggers except the indexes of constraints, and returns
// them in the order in which they are to be created: indexes first.
func dropObjects(ctx context.Context, tx *sql.Tx) ([]object, error) {
	all, err := Collect(ctx, tx, func(row Scanner) (o object, err error) {
		return o, row.Scan(&o.kind, &o.name, &o.create)
	}, `SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type, rowid`)
	if err != nil {
		return nil, err
	}
	for _, o := range all {
		if _, err := tx.ExecContext(ctx, "DROP "+o.kind+" "+Quote(o.name)); err != nil {
			return nil, fmt.Errorf("drop %s: %w", o.name, err)
		}
	}
	return all, nil
}

// Quote returns a name as SQL writes it, whatever characters it has.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
