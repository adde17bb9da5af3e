package database

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"
)

// copyName is how a copy is called among the server's connections, while a console is
// called console.
const copyName = "console copy"

// A postgresSide is a database of PostgreSQL that is copied from or to, in a transaction
// of its own.
type postgresSide struct {
	path string
	db   *sql.DB   // for what is asked about
	conn *pgx.Conn // for what is copied
}

// openPostgresSource opens the database that is copied from, and begins to see the state
// that it has then.
func openPostgresSource(ctx context.Context, address, password string) (*postgresSide, error) {
	p, err := connectCopy(ctx, address, Options{Password: password})
	if err != nil {
		return nil, err
	}
	if err := p.begin(ctx); err != nil {
		p.close()
		return nil, ExplainPostgres(p.path, err)
	}
	return p, nil
}

// begin begins the transaction that reads.
func (p *postgresSide) begin(ctx context.Context) error {
	if err := examinePostgres(ctx, p.path, p.db); err != nil {
		return err
	}
	version, err := (postgres{}).schemaVersion(ctx, p.db)
	if err != nil {
		return err
	}
	if err := checkVersion(PostgreSQL, p.path, version); err != nil {
		return err
	}
	if err := p.alone(ctx); err != nil {
		return err
	}
	_, err = p.conn.Exec(ctx, `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0`)
	return err
}

// connectCopy connects to a database of PostgreSQL to copy.
func connectCopy(ctx context.Context, address string, o Options) (*postgresSide, error) {
	config, err := postgresConfig(address, o)
	if err != nil {
		return nil, err
	}
	config.RuntimeParams["application_name"] = copyName
	p := &postgresSide{path: withoutPassword(address), db: postgresPool(config, o, 1, nil, nil)}
	if p.conn, err = pgx.ConnectConfig(ctx, config); err != nil {
		p.close()
		return nil, ExplainPostgres(p.path, err)
	}
	if _, err = p.conn.Exec(ctx, setStatement(config, everywhere(o))); err != nil {
		p.close()
		return nil, ExplainPostgres(p.path, err)
	}
	return p, nil
}

// alone refuses a database on which a console runs. One that has just ended may be there
// for a moment.
func (p *postgresSide) alone(ctx context.Context) error {
	pause := time.NewTicker(100 * time.Millisecond)
	defer pause.Stop()
	for range 20 {
		var there bool
		err := p.conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'console')`).Scan(&there)
		if err != nil || !there {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-pause.C:
		}
	}
	return inUse(p.path, nil)
}

// name implements [side].
func (p *postgresSide) name() string { return p.path }

// close implements [side].
func (p *postgresSide) close() {
	_ = p.db.Close()
	if p.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), usualWaits.connect)
	defer cancel()
	_ = p.conn.Close(ctx) // which ends a transaction that was not kept
}

// tables implements [side]: those of the schema but those of indexes, which a console builds
// anew, and the note of the migrations.
func (p *postgresSide) tables(ctx context.Context) ([]tableInfo, error) {
	rows, err := p.db.QueryContext(ctx, `SELECT t.relname, c.attname, format_type(c.atttypid, NULL), c.attgenerated <> '',
			EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary AND c.attnum = ANY (i.indkey))
		FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid
		WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p') AND t.relname NOT LIKE '%@_index' ESCAPE '@' AND t.relname <> $1
			AND c.attnum > 0 AND NOT c.attisdropped
		ORDER BY t.relname, c.attnum`, goose.DefaultTablename)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return scanTables(rows, PostgreSQL)
}

// count implements [side].
func (p *postgresSide) count(ctx context.Context, table string, limit int64) (n int64, err error) {
	return n, p.conn.QueryRow(ctx, countQuery(table, limit)).Scan(&n)
}

// read implements [side].
func (p *postgresSide) read(ctx context.Context, t *sheet, emit func(*lot) error) error {
	r := &copyReader{sheet: t, lot: newLot(), emit: emit}
	_, err := p.conn.PgConn().CopyTo(ctx, r, `COPY (`+t.query()+`) TO STDOUT (FORMAT binary)`)
	switch {
	case err != nil:
		return err
	case !r.ended:
		return errCopyData
	case len(r.lot.ends) > 0:
		return emit(r.lot)
	}
	return nil
}

// copyHeader begins what PostgreSQL's binary COPY reads and writes: the signature, no
// flags, no extension.
var copyHeader = []byte("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00")

// errCopyData says that PostgreSQL sends something else than is documented.
var errCopyData = errors.New("database: PostgreSQL sends no rows of a binary COPY")

// A copyReader makes lots of the rows that PostgreSQL sends.
type copyReader struct {
	sheet *sheet
	lot   *lot
	emit  func(*lot) error
	begun bool
	ended bool
	rest  []byte // of a row of which not all is there yet
}

// Write takes what PostgreSQL sends, in pieces that mean nothing.
func (r *copyReader) Write(piece []byte) (int, error) {
	data := piece
	if len(r.rest) > 0 {
		data = append(r.rest, piece...)
	}
	if !r.begun && len(data) >= len(copyHeader) {
		if !bytes.HasPrefix(data, copyHeader) {
			return 0, errCopyData
		}
		data, r.begun = data[len(copyHeader):], true
	}
	for r.begun && !r.ended {
		n, err := r.take(data)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			break
		}
		data = data[n:]
	}
	r.rest = append(r.rest[:0:0], data...)
	return len(piece), nil
}

// take adds the first row of data to the lot, and returns how long it is: 0 if not all
// of it is there.
func (r *copyReader) take(data []byte) (int, error) {
	if len(data) < 2 {
		return 0, nil
	}
	switch n := binary.BigEndian.Uint16(data); {
	case n == math.MaxUint16: // the end
		r.ended = true
		return 2, nil
	case int(n) != len(r.sheet.columns):
		return 0, errCopyData
	}
	var end rowEnd
	at := 2
	for i := range r.sheet.columns {
		if len(data) < at+4 {
			return 0, nil
		}
		at += 4 + max(int(int32(binary.BigEndian.Uint32(data[at:]))), 0)
		if i+1 == r.sheet.written {
			end.written = len(r.lot.rows) + at
		}
	}
	if len(data) < at {
		return 0, nil
	}
	end.whole = len(r.lot.rows) + at
	begin := len(r.lot.rows)
	r.lot.rows, r.lot.ends = append(r.lot.rows, data[:at]...), append(r.lot.ends, end)
	binary.BigEndian.PutUint16(r.lot.rows[begin:], uint16(r.sheet.written))
	if len(r.lot.rows) < lotSize {
		return at, nil
	}
	full := r.lot
	r.lot = newLot()
	return at, r.emit(full)
}
