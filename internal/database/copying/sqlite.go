package copying

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/pressly/goose/v3"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/roboto-ai/console/internal/database"
)

// A sqliteStore is a SQLite file.
type sqliteStore struct {
	db     *sql.DB // nil: conn belongs to another pool
	conn   *sql.Conn
	strict bool // a text that PostgreSQL cannot hold is refused
}

// openSQLiteSource opens the file that is copied from. No other process can open it
// meanwhile. strict says that the target is PostgreSQL.
func openSQLiteSource(ctx context.Context, url string, strict bool) (*sqliteStore, error) {
	if err := checkSource(ctx, url, ""); err != nil {
		return nil, err
	}
	path, err := database.Path(url)
	if err != nil {
		return nil, err
	}
	s, err := openExclusive(ctx, path)
	if err != nil {
		return nil, err
	}
	s.strict = strict
	return s, nil
}

// openExclusive opens the file at path to read. It refuses one that another process has open,
// and no other process can open it until it is closed.
func openExclusive(ctx context.Context, path string) (*sqliteStore, error) {
	db, conn, err := database.OpenExclusive(ctx, path)
	if database.ResultCode(err) == sqlite3.SQLITE_BUSY {
		return nil, errInUse(path, err)
	} else if err != nil {
		return nil, database.Explain(path, err)
	}
	return &sqliteStore{db: db, conn: conn}, nil
}

// close implements [store].
func (s *sqliteStore) close() {
	if s.conn != nil {
		_ = s.conn.Close()
	}
	if s.db != nil {
		_ = s.db.Close()
	}
}

// tables implements [store]: all tables except SQLite's own, derived indexes, which a console
// builds anew, and goose's.
func (s *sqliteStore) tables(ctx context.Context) (all []tableInfo, err error) {
	rows, err := s.conn.QueryContext(ctx, `SELECT t.name, c.name, c.type, c.hidden IN (2, 3), c.pk > 0
		FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c
		WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite@_%' ESCAPE '@' AND t.name NOT LIKE '%@_index' ESCAPE '@' AND t.name <> $1
		ORDER BY t.name, c.cid`, goose.DefaultTablename)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return scanTables(rows, database.SQLite)
}

// scanTables returns the tables whose columns are the rows.
func scanTables(rows interface {
	Next() bool
	database.Scanner
	Err() error
}, e database.Engine) (all []tableInfo, err error) {
	for rows.Next() {
		var table string
		var c columnInfo
		if err := rows.Scan(&table, &c.name, &c.kind, &c.generated, &c.key); err != nil {
			return nil, err
		}
		if len(all) == 0 || all[len(all)-1].name != table {
			all = append(all, tableInfo{engine: e, name: table})
		}
		last := &all[len(all)-1]
		last.columns = append(last.columns, c)
	}
	return all, rows.Err()
}

// count implements [store].
func (s *sqliteStore) count(ctx context.Context, table string, limit int64) (n int64, err error) {
	return n, s.conn.QueryRowContext(ctx, countQuery(table, limit)).Scan(&n)
}

// countQuery returns the statement that counts the rows of a table.
func countQuery(table string, limit int64) string {
	if limit == 0 {
		return `SELECT count(*) FROM ` + database.Quote(table)
	}
	return `SELECT count(*) FROM (SELECT 1 FROM ` + database.Quote(table) + ` LIMIT ` + strconv.FormatInt(limit, 10) + `) AS limited`
}

// read implements [store].
func (s *sqliteStore) read(ctx context.Context, t *table, emit func(*batch) error) error {
	return s.conn.Raw(func(c any) error {
		rows, err := c.(driver.QueryerContext).QueryContext(ctx, t.query(), nil)
		if err != nil {
			return err
		}
		return errors.Join(s.readRows(t, rows, emit), rows.Close())
	})
}

// readRows passes rows to emit in batches.
func (s *sqliteStore) readRows(t *table, rows driver.Rows, emit func(*batch) error) error {
	values, b := make([]driver.Value, len(t.columns)), newBatch()
	for {
		err := rows.Next(values)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := b.add(t, values, s.strict); err != nil {
			return err
		}
		if len(b.rows) >= batchSize {
			if err := emit(b); err != nil {
				return err
			}
			b = newBatch()
		}
	}
	if len(b.ends) == 0 {
		return nil
	}
	return emit(b)
}

// add adds a row of SQLite to a batch.
func (b *batch) add(t *table, values []driver.Value, strict bool) error {
	var end rowEnd
	row := append(b.rows, byte(t.written>>8), byte(t.written))
	for i, c := range t.columns {
		var err error
		if row, err = c.kind.appendValue(row, values[i], strict); err != nil {
			return &Error{Row: t.rowName(values), Why: fmt.Sprintf("%v, in the column %s", err, c.name)}
		}
		if i+1 == t.written {
			end.written = len(row)
		}
	}
	end.whole = len(row)
	b.rows, b.ends = row, append(b.ends, end)
	return nil
}
