package copying

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"

	"github.com/roboto-ai/console/internal/database"
)

// applicationName is the name under which the server lists the connections of a copy. Those
// of a console are listed as console.
const applicationName = "console copy"

// closeTimeout is how long the server is waited for when a connection is closed.
const closeTimeout = 3 * time.Second

// A postgresStore is a database of PostgreSQL.
type postgresStore struct {
	name string // as messages show it
	conn *pgx.Conn
}

// openPostgresSource opens the database that is copied from, and begins a transaction that
// sees the state of that moment.
func openPostgresSource(ctx context.Context, address, password string) (*postgresStore, error) {
	p, err := connect(ctx, address, database.Options{Password: password})
	if err != nil {
		return nil, err
	}
	if err := checkSource(ctx, address, password); err != nil {
		p.close()
		return nil, err
	}
	_, err = p.conn.Exec(ctx, `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0`)
	if err != nil {
		p.close()
		return nil, database.ExplainPostgres(p.name, err)
	}
	return p, nil
}

// connect connects to a database of PostgreSQL. It refuses one that a console uses.
func connect(ctx context.Context, address string, o database.Options) (*postgresStore, error) {
	conn, err := database.ConnectPostgres(ctx, address, o, applicationName)
	if err != nil {
		return nil, err
	}
	p := &postgresStore{name: database.Shown(address), conn: conn}
	if err := p.checkUnused(ctx); err != nil {
		p.close()
		return nil, database.ExplainPostgres(p.name, err)
	}
	return p, nil
}

// checkUnused refuses a database that a console uses. The server may list one that has just
// ended for a moment.
func (p *postgresStore) checkUnused(ctx context.Context) error {
	pause := time.NewTicker(100 * time.Millisecond)
	defer pause.Stop()
	for range 20 {
		var used bool
		err := p.conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'console')`).Scan(&used)
		if err != nil || !used {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-pause.C:
		}
	}
	return errInUse(p.name, nil)
}

// close implements [store].
func (p *postgresStore) close() {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = p.conn.Close(ctx)
}

// tables implements [store]: all tables of the schema except derived indexes, which a console
// builds anew, and goose's.
func (p *postgresStore) tables(ctx context.Context) ([]tableInfo, error) {
	rows, err := p.conn.Query(ctx, `SELECT t.relname, c.attname, format_type(c.atttypid, NULL), c.attgenerated <> '',
			EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary AND c.attnum = ANY (i.indkey))
		FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid
		WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p') AND t.relname NOT LIKE '%@_index' ESCAPE '@' AND t.relname <> $1
			AND c.attnum > 0 AND NOT c.attisdropped
		ORDER BY t.relname, c.attnum`, goose.DefaultTablename)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return scanTables(rows, database.PostgreSQL)
}

// count implements [store].
func (p *postgresStore) count(ctx context.Context, table string, limit int64) (n int64, err error) {
	return n, p.conn.QueryRow(ctx, countQuery(table, limit)).Scan(&n)
}

// read implements [store].
func (p *postgresStore) read(ctx context.Context, t *table, emit func(*batch) error) error {
	r := &copyReader{table: t, batch: newBatch(), emit: emit}
	_, err := p.conn.PgConn().CopyTo(ctx, r, `COPY (`+t.query()+`) TO STDOUT (FORMAT binary)`)
	switch {
	case err != nil:
		return err
	case !r.ended:
		return errCopyData
	case len(r.batch.ends) > 0:
		return emit(r.batch)
	}
	return nil
}

// copyHeader is the header of PostgreSQL's binary COPY: the signature, no flags, no
// extension.
var copyHeader = []byte("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00")

// errCopyData says that PostgreSQL's answer is not in the documented format.
var errCopyData = errors.New("copying: PostgreSQL did not answer in the format of a binary COPY")

// A copyReader makes batches of the rows of a binary COPY.
type copyReader struct {
	table *table
	batch *batch
	emit  func(*batch) error
	begun bool   // the header was read
	ended bool   // the end was read
	rest  []byte // the incomplete row at the end of the last piece
}

// Write reads the next piece of a binary COPY, which may end anywhere in a row.
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

// take adds the first row of data to the batch and returns its length, 0 if the row is not
// complete.
func (r *copyReader) take(data []byte) (int, error) {
	if len(data) < 2 {
		return 0, nil
	}
	switch n := binary.BigEndian.Uint16(data); {
	case n == math.MaxUint16: // the end
		r.ended = true
		return 2, nil
	case int(n) != len(r.table.columns):
		return 0, errCopyData
	}
	var end rowEnd
	at := 2
	for i := range r.table.columns {
		if len(data) < at+4 {
			return 0, nil
		}
		at += 4 + max(int(int32(binary.BigEndian.Uint32(data[at:]))), 0)
		if i+1 == r.table.written {
			end.written = len(r.batch.rows) + at
		}
	}
	if len(data) < at {
		return 0, nil
	}
	end.whole = len(r.batch.rows) + at
	begin := len(r.batch.rows)
	r.batch.rows, r.batch.ends = append(r.batch.rows, data[:at]...), append(r.batch.ends, end)
	binary.BigEndian.PutUint16(r.batch.rows[begin:], uint16(r.table.written))
	if len(r.batch.rows) < batchSize {
		return at, nil
	}
	full := r.batch
	r.batch = newBatch()
	return at, r.emit(full)
}
