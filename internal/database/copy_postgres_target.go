package database

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// A postgresTarget is a database of PostgreSQL that is copied to, in one transaction.
type postgresTarget struct {
	*postgresSide
	tx pgx.Tx
}

// openPostgresTarget opens the database that is copied to, and brings it up to date.
func openPostgresTarget(ctx context.Context, address string, o Options) (*postgresTarget, error) {
	p, err := connectCopy(ctx, address, o)
	if err != nil {
		return nil, err
	}
	t := &postgresTarget{postgresSide: p}
	if err := t.alone(ctx); err != nil {
		t.close()
		return nil, err
	}
	db, err := Open(ctx, address, o)
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// fill implements [copyTarget].
func (p *postgresTarget) fill(ctx context.Context, sheets []*sheet, fresh map[string]int64, do func(sheetWriter) error, told func(done, total int)) (err error) {
	if p.tx, err = p.conn.BeginTx(ctx, pgx.TxOptions{BeginQuery: turnQuery}); err != nil {
		return p.busy(err)
	}
	if err := p.mayFill(ctx, sheets, fresh); err != nil {
		return err
	}
	aside, err := p.setAside(ctx, sheets)
	if err != nil {
		return p.busy(err)
	}
	if err := do(p.write); err != nil {
		return err
	}
	return p.bringBack(ctx, aside, sheets, told)
}

// busy returns the refusal of a database that somebody else uses, where err says so.
func (p *postgresTarget) busy(err error) error {
	if sqlState(err) == lockNotAvailable {
		return inUse(p.path, err)
	}
	return ExplainPostgres(p.path, err)
}

// mayFill refuses a database that belongs to another role or that is not empty.
func (p *postgresTarget) mayFill(ctx context.Context, sheets []*sheet, fresh map[string]int64) error {
	var foreign int
	err := p.conn.QueryRow(ctx, `SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
		AND NOT pg_has_role(relowner, 'USAGE')`).Scan(&foreign)
	if err != nil {
		return err
	}
	if foreign > 0 {
		return &OpenError{Path: p.path, Why: "belongs to another role", Fix: "Copy as the role that owns the database, with --serve-role naming the one that serves."}
	}
	return checkEmpty(sheets, p.path, fresh, func(table string, limit int64) (int64, error) { return p.count(ctx, table, limit) })
}

// write writes the rows of a table. Since it was truncated in the same transaction they
// are seen by everybody from the beginning, and need not be looked at again later.
func (p *postgresTarget) write(ctx context.Context, s *sheet, lots <-chan *lot) error {
	rows := &copyWriter{sheet: s, next: func() (*lot, error) { return receive(ctx, lots) }, pending: copyHeader}
	_, err := p.conn.PgConn().CopyFrom(ctx, rows, `COPY `+Quote(s.name)+` (`+names(s.columns[:s.written])+`) FROM STDIN (FORMAT binary, FREEZE)`)
	return err
}

// A copyWriter is a reader of what is sent to PostgreSQL: the rows of lots.
type copyWriter struct {
	sheet   *sheet
	next    func() (*lot, error) // nil after the last
	pending []byte               // to be read first
	ended   bool
}

// Read implements [io.Reader].
func (w *copyWriter) Read(p []byte) (n int, err error) {
	for len(w.pending) == 0 {
		if w.ended {
			return 0, io.EOF
		}
		l, err := w.next()
		if err != nil {
			return 0, err
		}
		if w.ended = l == nil; w.ended {
			w.pending = binary.BigEndian.AppendUint16(nil, 0xffff)
		} else {
			w.pending = w.sheet.writtenRows(l)
		}
	}
	n = copy(p, w.pending)
	w.pending = w.pending[n:]
	return n, nil
}

// writtenRows returns the rows of a lot without the values that are generated.
func (t *sheet) writtenRows(l *lot) []byte {
	if t.written == len(t.columns) {
		return l.rows
	}
	rows := make([]byte, 0, len(l.rows))
	_ = l.each(func(row []byte, written int) error { rows = append(rows, row[:written]...); return nil })
	return rows
}

// keep implements [copyTarget].
func (p *postgresTarget) keep(ctx context.Context) error {
	err := committed(p.tx.Commit(ctx))
	if errors.Is(err, ErrUnknown) {
		return fmt.Errorf("%w: look whether the target is empty still", err)
	}
	return err
}

// An asideStatement is what makes something again that was set aside.
type asideStatement struct {
	remove, restore string
	late            bool // it comes after the tables have been analyzed
}

// asideQuery asks for what is set aside while rows are written: how it is removed and made
// again, and whether that is done after the rest. Triggers are not only disabled: a table
// that has one is written row by row, and does not note that everybody sees its rows.
const asideQuery = `
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

// setAside removes what is in the way of writing a great many rows, and the rows that a
// new database has.
func (p *postgresTarget) setAside(ctx context.Context, sheets []*sheet) ([]asideStatement, error) {
	if err := p.exec(ctx, `SET LOCAL statement_timeout = 0`, `SET LOCAL idle_in_transaction_session_timeout = 0`); err != nil {
		return nil, err
	}
	rows, err := p.conn.Query(ctx, asideQuery)
	if err != nil {
		return nil, err
	}
	var part, oid uint32
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a asideStatement, err error) {
		return a, row.Scan(&a.remove, &a.restore, &a.late, &part, &oid)
	})
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		if err := p.exec(ctx, a.remove); err != nil {
			return nil, err
		}
	}
	tables := make([]string, len(sheets))
	for i, s := range sheets {
		tables[i] = Quote(s.name)
	}
	return all, p.exec(ctx, `TRUNCATE `+strings.Join(tables, `, `))
}

// bringBack makes again what was set aside, and what goes with the rows: the next number
// of each table that counts, and what the planner knows about them.
func (p *postgresTarget) bringBack(ctx context.Context, aside []asideStatement, sheets []*sheet, told func(done, total int)) error {
	if err := p.exec(ctx, moreMemory); err != nil {
		return err
	}
	done := 0
	again := func(late bool) error {
		for _, a := range aside {
			if a.late == late {
				told(done, len(aside))
				if err := p.exec(ctx, a.restore); err != nil {
					return fmt.Errorf("%s: %w", a.restore, err)
				}
				done++
			}
		}
		return nil
	}
	if err := again(false); err != nil {
		return err
	}
	for _, s := range sheets {
		if err := p.exec(ctx, `ANALYZE `+Quote(s.name)); err != nil {
			return err
		}
	}
	if err := again(true); err != nil {
		return err
	}
	return p.countOn(ctx)
}

// moreMemory is the memory in which indexes are built: what the server gives, and a
// quarter of a gigabyte at least.
const moreMemory = `SELECT set_config('maintenance_work_mem', '256MB', TRUE)
	WHERE pg_size_bytes(current_setting('maintenance_work_mem')) < pg_size_bytes('256MB')`

// countOn has each column that counts by itself go on from its greatest number.
func (p *postgresTarget) countOn(ctx context.Context) error {
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
