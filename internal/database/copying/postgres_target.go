package copying

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/roboto-ai/console/internal/database"
)

// A postgresTarget is a database of PostgreSQL that is copied to, in one transaction.
type postgresTarget struct {
	*postgresStore
	tx pgx.Tx
}

// openPostgresTarget opens the database that is copied to, and brings its schema up to date.
func openPostgresTarget(ctx context.Context, address string, o database.Options) (*postgresTarget, error) {
	p, err := connect(ctx, address, o)
	if err != nil {
		return nil, err
	}
	db, err := database.Open(ctx, address, o)
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return &postgresTarget{postgresStore: p}, nil
}

// load implements [target].
func (p *postgresTarget) load(ctx context.Context, tables []*table, initial map[string]int64, do func(tableWriter) error, progress func(done, total int)) (err error) {
	if p.tx, err = database.BeginPostgres(ctx, p.conn); err != nil {
		return p.explainLocked(err)
	}
	if err := p.mayLoad(ctx, tables, initial); err != nil {
		return err
	}
	dropped, err := p.dropObjects(ctx, tables)
	if err != nil {
		return p.explainLocked(err)
	}
	if err := do(p.write); err != nil {
		return err
	}
	return p.createObjects(ctx, dropped, tables, progress)
}

// explainLocked explains an error of a statement that waits for a lock.
func (p *postgresTarget) explainLocked(err error) error {
	const lockNotAvailable = "55P03"
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok && refused.Code == lockNotAvailable {
		return errInUse(p.name, err)
	}
	return database.ExplainPostgres(p.name, err)
}

// mayLoad refuses a database that belongs to another role or that is not empty.
func (p *postgresTarget) mayLoad(ctx context.Context, tables []*table, initial map[string]int64) error {
	var foreign int
	err := p.conn.QueryRow(ctx, `SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
		AND NOT pg_has_role(relowner, 'USAGE')`).Scan(&foreign)
	if err != nil {
		return err
	}
	if foreign > 0 {
		return &database.OpenError{Path: p.name, Why: "belongs to another role", Fix: "Copy as the role that owns the database, with --serve-role naming the one that serves."}
	}
	return checkEmpty(tables, p.name, initial, func(table string, limit int64) (int64, error) { return p.count(ctx, table, limit) })
}

// write writes the rows of a table. FREEZE, allowed since the table was truncated in the same
// transaction, makes them visible to all from the beginning: no VACUUM needs to read them.
func (p *postgresTarget) write(ctx context.Context, t *table, batches <-chan *batch) error {
	rows := &copyWriter{table: t, next: func() (*batch, error) { return receive(ctx, batches) }, pending: copyHeader}
	_, err := p.conn.PgConn().CopyFrom(ctx, rows, `COPY `+database.Quote(t.name)+` (`+names(t.columns[:t.written])+`) FROM STDIN (FORMAT binary, FREEZE)`)
	return err
}

// A copyWriter reads batches as PostgreSQL's binary COPY.
type copyWriter struct {
	table   *table
	next    func() (*batch, error) // nil after the last
	pending []byte                 // to be read first
	ended   bool
}

// Read implements [io.Reader].
func (w *copyWriter) Read(p []byte) (n int, err error) {
	for len(w.pending) == 0 {
		if w.ended {
			return 0, io.EOF
		}
		b, err := w.next()
		if err != nil {
			return 0, err
		}
		if w.ended = b == nil; w.ended {
			w.pending = binary.BigEndian.AppendUint16(nil, 0xffff)
		} else {
			w.pending = w.table.writtenRows(b)
		}
	}
	n = copy(p, w.pending)
	w.pending = w.pending[n:]
	return n, nil
}

// writtenRows returns the rows of a batch without generated values.
func (t *table) writtenRows(b *batch) []byte {
	if t.written == len(t.columns) {
		return b.rows
	}
	rows := make([]byte, 0, len(b.rows))
	_ = b.each(func(row []byte, written int) error { rows = append(rows, row[:written]...); return nil })
	return rows
}

// commit implements [target].
func (p *postgresTarget) commit(ctx context.Context) error {
	err := database.CommitPostgres(ctx, p.tx)
	if errors.Is(err, database.ErrUnknown) {
		return fmt.Errorf("%w: look whether the target is empty still", err)
	}
	return err
}

// An object is an index, a trigger or a reference that is dropped while rows are written.
type object struct {
	drop, create string // statements
	late         bool   // it is created after the tables were analyzed
}

// objectsQuery returns the columns of each [object], and two to order by. Triggers are dropped
// rather than disabled: COPY writes a table that has one row by row, and without FREEZE.
const objectsQuery = `
	SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
		format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)), TRUE, 1 AS part, oid
	FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace AND conparentid = 0
	UNION ALL
	SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid), FALSE, 2, indexrelid
	FROM pg_index JOIN pg_class t ON t.oid = indrelid
	WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r'
		AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
	UNION ALL
	SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass),
		pg_get_triggerdef(tg.oid) || CASE tgenabled WHEN 'O' THEN '' ELSE format('; ALTER TABLE %s %s TRIGGER %I', tgrelid::regclass,
			CASE tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END, tgname) END, TRUE, 3, tg.oid
	FROM pg_trigger tg JOIN pg_class t ON t.oid = tgrelid
	WHERE t.relnamespace = current_schema()::regnamespace AND NOT tgisinternal
	ORDER BY 4, 5`

// dropObjects drops all indexes, triggers and references, and deletes the rows of a new
// database.
func (p *postgresTarget) dropObjects(ctx context.Context, tables []*table) ([]object, error) {
	if err := p.exec(ctx, `SET LOCAL statement_timeout = 0`, `SET LOCAL idle_in_transaction_session_timeout = 0`); err != nil {
		return nil, err
	}
	rows, err := p.conn.Query(ctx, objectsQuery)
	if err != nil {
		return nil, err
	}
	var part, oid uint32
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o object, err error) {
		return o, row.Scan(&o.drop, &o.create, &o.late, &part, &oid)
	})
	if err != nil {
		return nil, err
	}
	for _, o := range all {
		if err := p.exec(ctx, o.drop); err != nil {
			return nil, err
		}
	}
	quoted := make([]string, len(tables))
	for i, t := range tables {
		quoted[i] = database.Quote(t.name)
	}
	return all, p.exec(ctx, `TRUNCATE `+strings.Join(quoted, `, `))
}

// createObjects creates what was dropped, analyzes the tables and restarts their sequences.
func (p *postgresTarget) createObjects(ctx context.Context, dropped []object, tables []*table, progress func(done, total int)) error {
	if err := p.exec(ctx, moreMemory); err != nil {
		return err
	}
	done := 0
	create := func(late bool) error {
		for _, o := range dropped {
			if o.late == late {
				progress(done, len(dropped))
				if err := p.exec(ctx, o.create); err != nil {
					return fmt.Errorf("%s: %w", o.create, err)
				}
				done++
			}
		}
		return nil
	}
	if err := create(false); err != nil {
		return err
	}
	for _, t := range tables {
		if err := p.exec(ctx, `ANALYZE `+database.Quote(t.name)); err != nil {
			return err
		}
	}
	if err := create(true); err != nil {
		return err
	}
	return p.restartSequences(ctx)
}

// moreMemory raises the memory in which indexes are built to 256 MB, unless the server gives
// more.
const moreMemory = `SELECT set_config('maintenance_work_mem', '256MB', TRUE)
	WHERE pg_size_bytes(current_setting('maintenance_work_mem')) < pg_size_bytes('256MB')`

// restartSequences restarts the sequence of each identity column after its greatest number.
func (p *postgresTarget) restartSequences(ctx context.Context) error {
	rows, err := p.conn.Query(ctx, `SELECT format('%s', attrelid::regclass), format('%I', attname)
		FROM pg_attribute JOIN pg_class t ON t.oid = attrelid
		WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r' AND attidentity <> ''`)
	if err != nil {
		return err
	}
	type counter struct{ Table, Column string }
	counters, err := pgx.CollectRows(rows, pgx.RowToStructByPos[counter])
	if err != nil {
		return err
	}
	for _, c := range counters {
		var next int64
		if err := p.conn.QueryRow(ctx, `SELECT COALESCE(max(`+c.Column+`), 0) + 1 FROM `+c.Table).Scan(&next); err != nil {
			return err
		}
		if err := p.exec(ctx, `ALTER TABLE `+c.Table+` ALTER COLUMN `+c.Column+` RESTART WITH `+strconv.FormatInt(next, 10)); err != nil {
			return err
		}
	}
	return nil
}

// exec runs statements.
func (p *postgresTarget) exec(ctx context.Context, statements ...string) error {
	for _, statement := range statements {
		if _, err := p.conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
