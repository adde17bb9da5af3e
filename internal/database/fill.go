package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// errFillElsewhere says that only a file can be filled.
var errFillElsewhere = errors.New("database: only a file of SQLite can be filled with many users at once: give one with --database sqlite:PATH")

// errFillInUse says that only a file which nobody relies on yet may be filled.
var errFillInUse = errors.New("database: only one that was opened as Unsynced can be filled")

// Fill runs do in one transaction that may write, as [DB.Transact] does, but for
// a great many rows at once: meanwhile there are no triggers, no indexes but those
// that keep values unique, and no check of references. All that is back, exactly
// as it was, when Fill returns; told is called after each of them. What the
// triggers would have seen to, and that every reference leads somewhere, is left
// to do.
//
// Fill takes up some hundred megabytes of memory. It is for a file that is being
// built: it refuses a database that was not opened as Unsynced, and one of PostgreSQL.
func (db *DB) Fill(ctx context.Context, do func(*sql.Tx) error, told func(done, total int)) (err error) {
	if db.Engine() != SQLite {
		return errFillElsewhere
	}
	if !db.hasty {
		return errFillInUse
	}
	writer, asked, err := db.turn(ctx, db.write)
	if err != nil {
		return err
	}
	defer writer.Close()
	for _, readers := range []*sql.DB{db.read, db.look, db.long} { // the journal can be changed while nobody reads
		readers.SetMaxIdleConns(0)
	}
	defer db.keepReaders()
	defer func() { err = errors.Join(err, set(context.WithoutCancel(ctx), writer, filled)) }()
	if err := set(ctx, writer, filling); err != nil {
		return err
	}
	return db.transact(ctx, writer, asked, func(tx *sql.Tx) error { return fill(ctx, tx, do, told) })
}

// fill runs do while indexes and triggers are set aside.
func fill(ctx context.Context, tx *sql.Tx, do func(*sql.Tx) error, told func(done, total int)) error {
	aside, err := setAside(ctx, tx)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return err
	}
	return bringBack(ctx, tx, aside, told)
}

// The settings of the connection that writes, while it fills and afterwards. In
// memory the journal is small, since it holds what was there before; pages beyond
// that go straight to the file, and not twice.
var (
	filling = []string{"PRAGMA foreign_keys = OFF", "PRAGMA journal_mode = MEMORY", "PRAGMA cache_size = -400000", "PRAGMA temp_store = MEMORY"}
	filled  = []string{"PRAGMA foreign_keys = ON", "PRAGMA journal_mode = WAL", "PRAGMA cache_size = " + writerCache, "PRAGMA temp_store = DEFAULT"}
)

// set changes settings of a connection, as many as it can.
func set(ctx context.Context, writer *sql.Conn, pragmas []string) error {
	var errs []error
	for _, pragma := range pragmas {
		if _, err := writer.ExecContext(ctx, pragma); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", pragma, err))
		}
	}
	return errors.Join(errs...)
}

// An extra is an index or a trigger.
type extra struct {
	kind, name string
	query      string // that makes it
}

// setAside drops all indexes and triggers that were made by a statement of their
// own, and returns them.
func setAside(ctx context.Context, tx *sql.Tx) ([]extra, error) {
	all, err := extras(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		if _, err := tx.ExecContext(ctx, "DROP "+e.kind+" "+Quote(e.name)); err != nil {
			return nil, fmt.Errorf("drop %s: %w", e.name, err)
		}
	}
	return all, nil
}

// extras returns all indexes, and then all triggers, in the order in which they
// were made.
func extras(ctx context.Context, tx *sql.Tx) (all []extra, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT type, name, sql FROM sqlite_schema
		WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type, rowid`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e extra
		if err := rows.Scan(&e.kind, &e.name, &e.query); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, rows.Err()
}

// bringBack makes again what was set aside.
func bringBack(ctx context.Context, tx *sql.Tx, aside []extra, told func(done, total int)) error {
	for i, e := range aside {
		if _, err := tx.ExecContext(ctx, e.query); err != nil {
			return fmt.Errorf("make %s again: %w", e.name, err)
		}
		told(i+1, len(aside))
	}
	return nil
}

// Quote returns a name as SQL writes it, whatever it consists of.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
