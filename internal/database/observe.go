package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"time"
)

// An Observer is notified of what the database does, by the goroutine that does it. Each
// function may be nil.
type Observer struct {
	// Waited is called when a write transaction begins, or its wait is given up because
	// it was too long, with how long it has waited.
	Waited func(waited time.Duration, tooLong bool)

	// Damaged is called for each error of a statement by which the database is damaged,
	// see [IsDamaged].
	Damaged func()
}

// waited reports the end of a wait to write that began at some time. A wait that ended for
// another reason than its length is not reported.
func (o Observer) waited(began time.Time, err error) {
	tooLong := IsBusy(err) || errors.Is(err, context.DeadlineExceeded)
	if o.Waited != nil && (err == nil || tooLong) {
		o.Waited(time.Since(began), tooLong)
	}
}

// operations are the first words of statements that are reported as such.
var operations = map[string]bool{
	"SELECT": true, "INSERT": true, "UPDATE": true, "DELETE": true, "WITH": true, "PRAGMA": true, "SET": true, "COPY": true,
}

// Operation returns the first word of a statement in capitals, "OTHER" if it is not one that
// the console uses while it serves.
func Operation(query string) string {
	word := strings.TrimSpace(query)
	if end := strings.IndexFunc(word, func(r rune) bool { return r <= ' ' || r == '(' }); end >= 0 {
		word = word[:end]
	}
	if word = strings.ToUpper(word); !operations[word] {
		return "OTHER"
	}
	return word
}

// ObserveStatements returns a function for [Options.Wrap]. statement is called when a statement
// begins, with its caller's context and operation, such as SELECT: never its text or its
// values. What it returns is called when the statement has ended, for one that reads when its
// rows have been read, with its error.
func ObserveStatements(statement func(ctx context.Context, operation string) (ended func(error))) func(driver.Connector) driver.Connector {
	return func(c driver.Connector) driver.Connector { return observedConnector{c, statement} }
}

// A observedConnector opens connections that report their statements.
type observedConnector struct {
	driver.Connector
	began func(ctx context.Context, operation string) func(error)
}

// Connect implements [driver.Connector].
func (c observedConnector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &observedConn{opened.(Conn), c.began}, nil
}

// A observedConn is a connection that reports its statements.
type observedConn struct {
	Conn
	began func(ctx context.Context, operation string) func(error)
}

// QueryContext implements [driver.QueryerContext].
func (c *observedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	ended := c.began(ctx, Operation(query))
	rows, err := c.Conn.QueryContext(ctx, query, args)
	if err != nil {
		ended(err)
		return nil, err
	}
	return &observedRows{Rows: rows, ended: ended}, nil
}

// ExecContext implements [driver.ExecerContext].
func (c *observedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	ended := c.began(ctx, Operation(query))
	result, err := c.Conn.ExecContext(ctx, query, args)
	ended(err)
	return result, err
}

// BeginTx implements [driver.ConnBeginTx].
func (c *observedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	ended := c.began(ctx, "BEGIN")
	tx, err := c.Conn.BeginTx(ctx, o)
	ended(err)
	if err != nil {
		return nil, err
	}
	return observedTx{tx, func(operation string) func(error) { return c.began(ctx, operation) }}, nil
}

// A observedTx is a transaction that reports its end.
type observedTx struct {
	driver.Tx
	began func(operation string) func(error)
}

// Commit implements [driver.Tx].
func (t observedTx) Commit() error {
	ended := t.began("COMMIT")
	err := t.Tx.Commit()
	ended(err)
	return err
}

// Rollback implements [driver.Tx].
func (t observedTx) Rollback() error {
	ended := t.began("ROLLBACK")
	err := t.Tx.Rollback()
	ended(err)
	return err
}

// observedRows are rows that report when they have been read.
type observedRows struct {
	driver.Rows
	ended  func(error)
	failed error
	closed bool
}

// Next implements [driver.Rows].
func (r *observedRows) Next(to []driver.Value) error {
	err := r.Rows.Next(to)
	if err != nil && !errors.Is(err, io.EOF) {
		r.failed = err
	}
	return err
}

// Close implements [driver.Rows].
func (r *observedRows) Close() error {
	err := r.Rows.Close()
	if !r.closed {
		r.closed = true
		r.ended(errors.Join(r.failed, err))
	}
	return err
}
