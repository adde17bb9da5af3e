package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A sqliteTarget is a file that is copied to. It is built beside the place where it is to
// be, and gets its name when it is complete.
type sqliteTarget struct {
	*sqliteSide        // of the file that is built
	building    *DB    // the same
	dir         string // that holds it
	place       string // where it is to be
}

// openSQLiteTarget begins to build the file that url names. What is there already has to
// be the console's, and not in use.
func openSQLiteTarget(ctx context.Context, url string) (*sqliteTarget, error) {
	place, err := Path(url)
	if err != nil {
		return nil, err
	}
	if err := bringUpToDate(ctx, place); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(place), DirMode); err != nil {
		return nil, Unwritable(place, err)
	}
	t := &sqliteTarget{place: place, dir: place + ".copying"}
	path := filepath.Join(t.dir, "console.db")
	if err := sweepCopy(ctx, place, t.dir, path); err != nil {
		return nil, err
	}
	if t.building, err = Open(ctx, "sqlite:"+path, Options{Unsynced: true}); err != nil {
		_ = os.RemoveAll(t.dir)
		return nil, err
	}
	t.sqliteSide = &sqliteSide{path: path}
	if t.conn, err = t.building.long.Conn(ctx); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// bringUpToDate brings the file at path up to date, if there is one.
func bringUpToDate(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	there, err := openAlone(ctx, path)
	if err != nil {
		return err
	}
	there.close()
	db, err := Open(ctx, "sqlite:"+path, Options{})
	if err != nil {
		return err
	}
	return db.Close()
}

// sweepCopy deletes what is left of a copy that was killed, and refuses one that is under
// way.
func sweepCopy(ctx context.Context, place, dir, path string) error {
	if _, err := os.Lstat(path); err == nil {
		left, err := openAlone(ctx, path)
		if isLocked(err) {
			return &OpenError{Path: place, Why: "is being copied to", Fix: "Wait until that copy is done.", Err: err}
		}
		if err == nil {
			left.close()
		}
	}
	return os.RemoveAll(dir)
}

// name implements [side].
func (t *sqliteTarget) name() string { return t.place }

// close implements [side].
func (t *sqliteTarget) close() {
	t.sqliteSide.close()
	_ = t.building.Close()
	_ = os.RemoveAll(t.dir)
}

// fill implements [copyTarget].
func (t *sqliteTarget) fill(ctx context.Context, sheets []*sheet, fresh map[string]int64, do func(sheetWriter) error, told func(done, total int)) error {
	if err := t.checkPlace(ctx, sheets, fresh); err != nil {
		return err
	}
	if err := t.conn.Close(); err != nil { // nobody may read meanwhile
		return err
	}
	err := t.building.Fill(ctx, func(tx *sql.Tx) error {
		for _, s := range sheets {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+Quote(s.name)); err != nil {
				return err
			}
		}
		if err := do(func(ctx context.Context, s *sheet, lots <-chan *lot) error { return writeSQLite(ctx, tx, s, lots) }); err != nil {
			return err
		}
		return rebuildSearches(ctx, tx)
	}, told)
	if err != nil {
		return err
	}
	if t.conn, err = t.building.long.Conn(ctx); err != nil {
		return err
	}
	return t.checkReferences(ctx)
}

// checkPlace refuses a file in the target's place that is in use or not empty.
func (t *sqliteTarget) checkPlace(ctx context.Context, sheets []*sheet, fresh map[string]int64) error {
	if _, err := os.Lstat(t.place); errors.Is(err, os.ErrNotExist) {
		return t.checkLeft()
	}
	there, err := openAlone(ctx, t.place)
	if err != nil {
		return err
	}
	err = checkEmpty(sheets, t.place, fresh, func(table string, limit int64) (int64, error) { return there.count(ctx, table, limit) })
	there.close()
	return errors.Join(err, t.checkLeft())
}

// checkLeft refuses a place at which there is a log of what was there before: SQLite
// would take it for one of the new file.
func (t *sqliteTarget) checkLeft() error {
	for _, end := range []string{"-wal", "-journal", "-shm"} {
		if _, err := os.Lstat(t.place + end); err == nil {
			return &OpenError{Path: t.place, Why: "has left a file with the end " + end, Fix: "Stop what uses it; if nothing does, delete that file or copy to another place."}
		}
	}
	return nil
}

// rowsAtOnce is how many rows a statement writes to SQLite: enough that the work about a
// statement no longer shows.
const rowsAtOnce = 32

// writeSQLite writes the rows of a table.
func writeSQLite(ctx context.Context, tx *sql.Tx, s *sheet, lots <-chan *lot) error {
	whole := context.WithoutCancel(ctx) // the driver starts a goroutine to watch for each statement
	many, values := s.insert(rowsAtOnce), make([]any, 0, rowsAtOnce*s.written)
	for {
		l, err := receive(ctx, lots)
		if err != nil {
			return err
		}
		if l == nil {
			break
		}
		err = l.each(func(row []byte, _ int) (err error) {
			if values, err = s.values(values, row); err != nil || len(values) < cap(values) {
				return err
			}
			_, err = tx.ExecContext(whole, many, values...)
			values = values[:0]
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(values) == 0 {
		return nil
	}
	_, err := tx.ExecContext(whole, s.insert(len(values)/s.written), values...)
	return err
}

// rebuildSearches makes what a search looks in: each table of FTS5 with the contents of
// another.
func rebuildSearches(ctx context.Context, tx *sql.Tx) error {
	searches, err := Collect(ctx, tx, Text, `SELECT name FROM sqlite_schema
		WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%' AND sql LIKE '%content%=%' AND sql NOT LIKE '%content = ''''%'`)
	if err != nil {
		return err
	}
	for _, name := range searches {
		if _, err := tx.ExecContext(ctx, `INSERT INTO `+Quote(name)+` (`+Quote(name)+`) VALUES ('rebuild')`); err != nil {
			return fmt.Errorf("rebuild %s: %w", name, err)
		}
	}
	return nil
}

// checkReferences refuses rows that refer to others which are not there.
func (t *sqliteTarget) checkReferences(ctx context.Context) error {
	var table, other string
	err := t.conn.QueryRowContext(ctx, `SELECT "table", "parent" FROM pragma_foreign_key_check LIMIT 1`).Scan(&table, &other)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return &CopyError{Table: table, Why: "has rows that refer to rows of the table " + other + " which are not there"}
}

// keep implements [copyTarget]: it brings the file to the disk and then to its name.
func (t *sqliteTarget) keep(context.Context) error {
	t.sqliteSide.close()
	if err := t.building.Close(); err != nil {
		return err
	}
	if err := syncPath(t.path); err != nil {
		return err
	}
	if err := t.checkLeft(); err != nil {
		return err
	}
	if err := os.Rename(t.path, t.place); err != nil {
		return Unwritable(t.place, err)
	}
	return syncPath(filepath.Dir(t.place))
}

// syncPath brings a file, or the names in a directory, to the disk.
func syncPath(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
