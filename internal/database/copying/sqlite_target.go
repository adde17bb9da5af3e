package copying

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/roboto-ai/console/internal/database"
)

// A sqliteTarget is a file that is copied to. It is built in a directory of its own, and
// renamed to its path when it is complete.
type sqliteTarget struct {
	*sqliteStore              // of the file that is built
	building     *database.DB // the same file
	dir          string       // that holds it
	file         string       // its path in dir
	path         string       // that it gets
}

// openSQLiteTarget begins to build the file that url names. A file that is there already has
// to be the console's, and not in use.
func openSQLiteTarget(ctx context.Context, url string) (*sqliteTarget, error) {
	path, err := database.Path(url)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, path); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), database.DirMode); err != nil {
		return nil, database.Unwritable(path, err)
	}
	t := &sqliteTarget{sqliteStore: &sqliteStore{}, path: path, dir: path + ".copying"}
	t.file = filepath.Join(t.dir, "console.db")
	if err := t.removeLeftover(ctx); err != nil {
		return nil, err
	}
	if t.building, err = database.Open(ctx, "sqlite:"+t.file, database.Options{Unsynced: true}); err != nil {
		_ = os.RemoveAll(t.dir)
		return nil, err
	}
	if t.conn, err = t.building.LongReads().Conn(ctx); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// migrate brings the schema of the file at path up to date, if there is one.
func migrate(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	unused, err := openExclusive(ctx, path)
	if err != nil {
		return err
	}
	unused.close()
	db, err := database.Open(ctx, "sqlite:"+path, database.Options{})
	if err != nil {
		return err
	}
	return db.Close()
}

// removeLeftover deletes what a killed copy has left. It refuses a target to which another
// process is copying.
func (t *sqliteTarget) removeLeftover(ctx context.Context) error {
	if _, err := os.Lstat(t.file); err == nil {
		left, err := openExclusive(ctx, t.file)
		if database.ResultCode(err) == sqlite3.SQLITE_BUSY {
			return &database.OpenError{Path: t.path, Why: "is being copied to", Fix: "Wait until that copy is done.", Err: err}
		}
		if err == nil {
			left.close()
		}
	}
	return os.RemoveAll(t.dir)
}

// close implements [store].
func (t *sqliteTarget) close() {
	t.sqliteStore.close()
	_ = t.building.Close()
	_ = os.RemoveAll(t.dir)
}

// load implements [target].
func (t *sqliteTarget) load(ctx context.Context, tables []*table, initial map[string]int64, do func(tableWriter) error, progress func(done, total int)) error {
	if err := t.checkUnused(ctx, tables, initial); err != nil {
		return err
	}
	if err := t.conn.Close(); err != nil { // a bulk load refuses readers
		return err
	}
	err := t.building.BulkLoad(ctx, func(tx *sql.Tx) error {
		for _, table := range tables {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+database.Quote(table.name)); err != nil {
				return err
			}
		}
		err := do(func(ctx context.Context, table *table, batches <-chan *batch) error {
			return writeSQLite(ctx, tx, table, batches)
		})
		if err != nil {
			return err
		}
		return rebuildSearch(ctx, tx)
	}, progress)
	if err != nil {
		return err
	}
	if t.conn, err = t.building.LongReads().Conn(ctx); err != nil {
		return err
	}
	return t.checkReferences(ctx)
}

// checkUnused refuses a file at the target's path that is in use or not empty.
func (t *sqliteTarget) checkUnused(ctx context.Context, tables []*table, initial map[string]int64) error {
	if _, err := os.Lstat(t.path); errors.Is(err, os.ErrNotExist) {
		return t.checkSidecars()
	}
	present, err := openExclusive(ctx, t.path)
	if err != nil {
		return err
	}
	err = checkEmpty(tables, t.path, initial, func(table string, limit int64) (int64, error) { return present.count(ctx, table, limit) })
	present.close()
	return errors.Join(err, t.checkSidecars())
}

// checkSidecars refuses a path beside which there is a log of an older file: SQLite would
// take it for one of the new file.
func (t *sqliteTarget) checkSidecars() error {
	for _, end := range []string{"-wal", "-journal", "-shm"} {
		if _, err := os.Lstat(t.path + end); err == nil {
			return &database.OpenError{Path: t.path, Why: "has left a file with the end " + end, Fix: "Stop what uses it; if nothing does, delete that file or copy to another place."}
		}
	}
	return nil
}

// writeSQLite writes the rows of a table.
func writeSQLite(ctx context.Context, tx *sql.Tx, t *table, batches <-chan *batch) error {
	insert := database.NewBulkInsert(tx, `INTO `+database.Quote(t.name)+` (`+names(t.columns[:t.written])+`) VALUES`,
		`(?`+strings.Repeat(`, ?`, t.written-1)+`)`)
	var values []any
	for {
		b, err := receive(ctx, batches)
		if err != nil {
			return err
		}
		if b == nil {
			return insert.Flush(ctx)
		}
		err = b.each(func(row []byte, _ int) (err error) {
			if values, err = t.appendValues(values[:0], row); err != nil {
				return err
			}
			return insert.Add(ctx, values...)
		})
		if err != nil {
			return err
		}
	}
}

// rebuildSearch rebuilds each FTS5 table whose content is another table. Meanwhile FTS5 merges what
// it writes (automerge); later the console does.
func rebuildSearch(ctx context.Context, tx *sql.Tx) error {
	tables, err := database.Collect(ctx, tx, database.Text, `SELECT name FROM sqlite_schema
		WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%' AND sql LIKE '%content%=%' AND sql NOT LIKE '%content = ''''%'`)
	if err != nil {
		return err
	}
	for _, name := range tables {
		for _, command := range []string{`'automerge', 4`, `'rebuild', NULL`, `'automerge', 0`} {
			if _, err := tx.ExecContext(ctx, `INSERT INTO `+database.Quote(name)+` (`+database.Quote(name)+`, rank) VALUES (`+command+`)`); err != nil {
				return fmt.Errorf("rebuild %s: %w", name, err)
			}
		}
	}
	return nil
}

// checkReferences refuses rows that refer to rows that do not exist.
func (t *sqliteTarget) checkReferences(ctx context.Context) error {
	var table, other string
	err := t.conn.QueryRowContext(ctx, `SELECT "table", "parent" FROM pragma_foreign_key_check LIMIT 1`).Scan(&table, &other)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return &Error{Table: table, Why: "has rows that refer to rows of the table " + other + " which are not there"}
}

// commit implements [target]: it syncs the file and renames it to its path.
func (t *sqliteTarget) commit(context.Context) error {
	t.sqliteStore.close()
	if err := t.building.Close(); err != nil {
		return err
	}
	if err := syncPath(t.file); err != nil {
		return err
	}
	if err := t.checkSidecars(); err != nil {
		return err
	}
	if err := os.Rename(t.file, t.path); err != nil {
		return database.Unwritable(t.path, err)
	}
	return syncPath(filepath.Dir(t.path))
}

// syncPath syncs a file, or the names in a directory.
func syncPath(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
