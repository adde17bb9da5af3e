package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// pagesAtOnce is how many pages are copied before somebody is told, and looked
// whether to stop: a few megabytes.
const pagesAtOnce = 1000

// copyPages copies the database at from, which may be in use, into the empty file
// at to, and returns how many rows each table has. All is as it was at one moment.
// told is told how many of the pages are copied.
//
// It is SQLite's online backup inside of a transaction that reads: those who write
// go on as beside any reader, and nothing is copied twice however much they do.
// VACUUM INTO holds up writers no more and takes as long, but tells nobody how far
// it is, cannot be stopped, and copies rows rather than the pages there are.
func copyPages(ctx context.Context, from, to string, told func(done, total int)) (rows map[string]int64, err error) {
	db, err := sql.Open("sqlite", readerDSN(from))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	source, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	tx, err := source.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()
	if rows, err = countRows(ctx, tx); err != nil { // which is the moment
		return nil, explain(from, err)
	}
	err = source.Raw(func(conn any) error { return onlineBackup(ctx, conn, to, told) })
	if resultCode(err)&0xff == sqlite3.SQLITE_CORRUPT {
		return nil, explain(from, err)
	} else if err != nil {
		return nil, explain(to, fmt.Errorf("copy the database: %w", err))
	}
	return rows, nil
}

// A backer is what the driver's connections can do beside.
type backer interface {
	NewBackup(to string) (*sqlite.Backup, error)
}

// onlineBackup copies what the connection sees.
func onlineBackup(ctx context.Context, conn any, to string, told func(done, total int)) (err error) {
	source, ok := conn.(backer)
	if !ok {
		return errors.New("database: the driver's connections make no backups")
	}
	// Nobody relies on the copy until it is complete, and then it is synced as a whole.
	backup, err := source.NewBackup(dsn(to, "rw", url.Values{"_pragma": {"synchronous(0)"}}))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, backup.Finish()) }()
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if more, err = backup.Step(pagesAtOnce); err != nil {
			return err
		}
		told(backup.PageCount()-backup.Remaining(), backup.PageCount())
	}
	return nil
}

// countRows returns how many rows each table has: of a virtual one, each of those in which it
// is kept.
func countRows(ctx context.Context, tx *sql.Tx) (map[string]int64, error) {
	tables, err := texts(ctx, tx, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
		AND sql NOT LIKE 'CREATE VIRTUAL %'`)
	if err != nil {
		return nil, err
	}
	rows := make(map[string]int64, len(tables))
	for _, table := range tables {
		var n int64
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+quoted(table)).Scan(&n); err != nil {
			return nil, fmt.Errorf("count the rows of %s: %w", table, err)
		}
		rows[table] = n
	}
	return rows, nil
}

// sameRows returns in sentences which tables have another number of rows than want.
func sameRows(ctx context.Context, tx *sql.Tx, want map[string]int64) (found []string) {
	got, err := countRows(ctx, tx)
	if err != nil {
		return []string{"The rows could not be counted: " + err.Error() + "."}
	}
	for _, table := range slices.Sorted(maps.Keys(want)) {
		if got[table] != want[table] {
			found = append(found, fmt.Sprintf("The table %s has %d rows, and had %d when it was copied.", table, got[table], want[table]))
		}
	}
	return found
}

// seal turns a copy into a file that stands by itself: one that is read without
// anything being written beside it.
func seal(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", dsn(path, "rw", url.Values{}))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = DELETE").Scan(&mode); err != nil {
		return err
	}
	if mode != "delete" {
		return fmt.Errorf("database: the journal of %s is %s", path, mode)
	}
	return nil
}
