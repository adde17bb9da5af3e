package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/roboto-ai/console/internal/database"
)

// pagesPerStep is how many pages are copied between two looks at the context: a few
// megabytes.
const pagesPerStep = 1000

// copyPages copies the database at from, which may be in use, into the empty file at to, in
// the state of one moment, and returns how many rows each table has. It calls progress with
// the number of pages copied.
//
// It is SQLite's online backup inside a read transaction: writers go on, and no page is
// copied twice however much they write. VACUUM INTO holds up writers no more and takes as
// long, but reports no progress, cannot be cancelled, and copies rows rather than pages.
func copyPages(ctx context.Context, from, to string, progress func(done, total int)) (rows map[string]int64, err error) {
	db, err := sql.Open("sqlite", database.ReaderDSN(from))
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
	if rows, err = countRows(ctx, tx); err != nil { // the first read takes the snapshot
		return nil, database.Explain(from, err)
	}
	err = source.Raw(func(conn any) error { return onlineBackup(ctx, conn, to, progress) })
	if database.ResultCode(err) == sqlite3.SQLITE_CORRUPT {
		return nil, database.Explain(from, err)
	} else if err != nil {
		return nil, database.Explain(to, fmt.Errorf("copy the database: %w", err))
	}
	return rows, nil
}

// onlineBackup copies what the driver's connection sees.
func onlineBackup(ctx context.Context, conn any, to string, progress func(done, total int)) (err error) {
	source, ok := conn.(interface {
		NewBackup(to string) (*sqlite.Backup, error)
	})
	if !ok {
		return errors.New("backup: the driver's connections make no backups")
	}
	// The copy is synced as a whole once it is complete.
	backup, err := source.NewBackup(database.FileDSN(to, "synchronous(0)"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, backup.Finish()) }()
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if more, err = backup.Step(pagesPerStep); err != nil {
			return err
		}
		progress(backup.PageCount()-backup.Remaining(), backup.PageCount())
	}
	return nil
}

// countRows returns how many rows each table has, of a virtual table each of its shadow
// tables.
func countRows(ctx context.Context, tx *sql.Tx) (map[string]int64, error) {
	tables, err := database.Collect(ctx, tx, database.Text, `SELECT name FROM sqlite_schema
		WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND sql NOT LIKE 'CREATE VIRTUAL %'`)
	if err != nil {
		return nil, err
	}
	rows := make(map[string]int64, len(tables))
	for _, table := range tables {
		n, err := database.Count(ctx, tx, `SELECT COUNT(*) FROM `+database.Quote(table))
		if err != nil {
			return nil, fmt.Errorf("count the rows of %s: %w", table, err)
		}
		rows[table] = int64(n)
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

// leaveWAL switches the file at path, which no other process uses, to a rollback journal:
// all of it is in one file then, which can be read without a file beside it.
func leaveWAL(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", database.FileDSN(path))
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
		return fmt.Errorf("backup: the journal of %s is %s", path, mode)
	}
	return nil
}
