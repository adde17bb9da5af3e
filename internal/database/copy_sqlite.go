package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	sqlite3 "modernc.org/sqlite/lib"
)

// A sqliteSide is a file that is copied from, or that was copied to.
type sqliteSide struct {
	path   string
	db     *sql.DB
	conn   *sql.Conn
	strict bool // its texts are to be those that PostgreSQL can hold
}

// openSQLiteSource opens the file that is copied from. Nobody else can use it meanwhile.
// Its texts are to be strict where the target is PostgreSQL.
func openSQLiteSource(ctx context.Context, url string, strict bool) (*sqliteSide, error) {
	path, err := Path(url)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, &OpenError{Path: path, Why: "is not there", Fix: "Name the database to copy from first, and then the one to copy to."}
	}
	at, err := inspect(ctx, path)
	if err != nil {
		return nil, Explain(path, err)
	}
	if err := checkVersion(SQLite, path, at.version); err != nil {
		return nil, err
	}
	s, err := openAlone(ctx, path)
	if err != nil {
		return nil, err
	}
	s.strict = strict
	return s, nil
}

// openAlone opens a file to read that nobody else uses, and cannot as long as it is open.
func openAlone(ctx context.Context, path string) (*sqliteSide, error) {
	// No setting that reads the file may come here: it would be open for others to share.
	name := dsn(path, "rw", url.Values{"_pragma": {"query_only(1)", "locking_mode(EXCLUSIVE)", mmap}})
	db, err := new(DB).pool(name, Options{})
	if err != nil {
		return nil, err
	}
	s := &sqliteSide{path: path, db: db}
	if s.conn, err = db.Conn(ctx); err != nil {
		s.close()
		return nil, Explain(path, err)
	}
	for _, statement := range []string{"PRAGMA busy_timeout = 500", "BEGIN", "SELECT count(*) FROM sqlite_schema"} {
		if _, err := s.conn.ExecContext(ctx, statement); err != nil {
			s.close()
			if isLocked(err) {
				return nil, inUse(path, err)
			}
			return nil, Explain(path, err)
		}
	}
	return s, nil
}

// isLocked reports whether err says that somebody else has a file open.
func isLocked(err error) bool { return ResultCode(err) == sqlite3.SQLITE_BUSY }

// name implements [side].
func (s *sqliteSide) name() string { return s.path }

// close implements [side].
func (s *sqliteSide) close() {
	if s.conn != nil {
		_ = s.conn.Close()
	}
	if s.db != nil {
		_ = s.db.Close()
	}
}

// tables implements [side]: those of the file but SQLite's own, those of indexes, which a
// console builds anew, and the note of the migrations.
func (s *sqliteSide) tables(ctx context.Context) (all []tableInfo, err error) {
	rows, err := s.conn.QueryContext(ctx, `SELECT t.name, c.name, c.type, c.hidden IN (2, 3), c.pk > 0
		FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c
		WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite@_%' ESCAPE '@' AND t.name NOT LIKE '%@_index' ESCAPE '@' AND t.name <> $1
		ORDER BY t.name, c.cid`, goose.DefaultTablename)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return scanTables(rows, SQLite)
}

// scanTables returns the tables of which rows are the columns.
func scanTables(rows *sql.Rows, e Engine) (all []tableInfo, err error) {
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

// count implements [side].
func (s *sqliteSide) count(ctx context.Context, table string, limit int64) (n int64, err error) {
	return n, s.conn.QueryRowContext(ctx, countQuery(table, limit)).Scan(&n)
}

// countQuery returns the statement that counts the rows of a table.
func countQuery(table string, limit int64) string {
	if limit == 0 {
		return `SELECT count(*) FROM ` + Quote(table)
	}
	return `SELECT count(*) FROM (SELECT 1 FROM ` + Quote(table) + ` LIMIT ` + strconv.FormatInt(limit, 10) + `) AS limited`
}

// read implements [side].
func (s *sqliteSide) read(ctx context.Context, t *sheet, emit func(*lot) error) error {
	return s.conn.Raw(func(c any) error {
		rows, err := c.(driver.QueryerContext).QueryContext(ctx, t.query(), nil)
		if err != nil {
			return err
		}
		return errors.Join(s.pack(t, rows, emit), rows.Close())
	})
}

// pack hands rows to emit in lots.
func (s *sqliteSide) pack(t *sheet, rows driver.Rows, emit func(*lot) error) error {
	values, l := make([]driver.Value, len(t.columns)), newLot()
	for {
		err := rows.Next(values)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := l.add(t, values, s.strict); err != nil {
			return err
		}
		if len(l.rows) >= lotSize {
			if err := emit(l); err != nil {
				return err
			}
			l = newLot()
		}
	}
	if len(l.ends) == 0 {
		return nil
	}
	return emit(l)
}

// add adds a row of SQLite to a lot.
func (l *lot) add(t *sheet, values []driver.Value, strict bool) error {
	var end rowEnd
	row := append(l.rows, byte(t.written>>8), byte(t.written))
	for i, c := range t.columns {
		var err error
		if row, err = c.kind.appendValue(row, values[i], strict); err != nil {
			return &CopyError{Row: t.rowName(values), Why: fmt.Sprintf("%v, in the column %s", err, c.name)}
		}
		if i+1 == t.written {
			end.written = len(row)
		}
	}
	end.whole = len(row)
	l.rows, l.ends = row, append(l.ends, end)
	return nil
}

// insert returns the statement that writes n rows. One that fails leaves some of them,
// which spares it a journal of its own: all that was written goes then.
func (t *sheet) insert(n int) string {
	values := `(?` + strings.Repeat(`, ?`, t.written-1) + `)`
	return `INSERT OR FAIL INTO ` + Quote(t.name) + ` (` + names(t.columns[:t.written]) + `) VALUES ` +
		strings.Repeat(values+`, `, n-1) + values
}
