package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"time"
)

// A Watch is told what the database does, by whatever goroutine does it. What is
// nil is told nothing, and costs nothing.
type Watch struct {
	// Statement is called when a statement begins, with its caller's context and the
	// word that it begins with, such as SELECT: never its text or its values. What it
	// returns is called when the statement has ended, which for one that reads is when
	// its rows have been, with what went wrong.
	Statement func(ctx context.Context, operation string) (ended func(error))

	// Turn is told how long a transaction that writes has waited until it could, and
	// whether that was too long, so that it was given up.
	Turn func(waited time.Duration, tooLong bool)

	// Damaged is called for each statement that calls the database damaged, as
	// [IsDamaged] knows.
	Damaged func()
}

// turn tells how a wait to write ended that began at some time. What ended it for
// another reason than its length says nothing of it.
func (w Watch) turn(began time.Time, err error) {
	tooLong := IsBusy(err) || errors.Is(err, context.DeadlineExceeded)
	if w.Turn != nil && (err == nil || tooLong) {
		w.Turn(time.Since(began), tooLong)
	}
}

// operations are the words that a statement may begin with.
var operations = map[string]bool{
	"SELECT": true, "INSERT": true, "UPDATE": true, "DELETE": true, "WITH": true, "PRAGMA": true, "SET": true, "COPY": true,
}

// Operation returns the word that a statement begins with, in capitals; "OTHER" for
// one that is not among those that the console is made of.
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

// watched returns c, which tells watch of its statements if that wants to know.
func watched(c plainConn, watch Watch) driver.Conn {
	if watch.Statement == nil {
		return c
	}
	telling := &watchedConn{c, watch.Statement}
	if checker, ok := c.(driver.NamedValueChecker); ok {
		return checkingConn{telling, checker}
	}
	return telling
}

// A watchedConn is a connection that tells of its statements.
type watchedConn struct {
	plainConn
	began func(ctx context.Context, operation string) func(error)
}

// A checkingConn is one that also looks at values before they are sent.
type checkingConn struct {
	*watchedConn
	driver.NamedValueChecker
}

// Unwrap returns the driver's own connection, for the driver.
func (c *watchedConn) Unwrap() driver.Conn {
	if inner, ok := c.plainConn.(interface{ Unwrap() driver.Conn }); ok {
		return inner.Unwrap()
	}
	return c.plainConn
}

// QueryContext implements [driver.QueryerContext].
func (c *watchedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	ended := c.began(ctx, Operation(query))
	rows, err := c.plainConn.QueryContext(ctx, query, args)
	if err != nil {
		ended(err)
		return nil, err
	}
	return &watchedRows{Rows: rows, ended: ended}, nil
}

// ExecContext implements [driver.ExecerContext].
func (c *watchedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	ended := c.began(ctx, Operation(query))
	result, err := c.plainConn.ExecContext(ctx, query, args)
	ended(err)
	return result, err
}

// BeginTx implements [driver.ConnBeginTx].
func (c *watchedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	ended := c.began(ctx, "BEGIN")
	tx, err := c.plainConn.BeginTx(ctx, o)
	ended(err)
	if err != nil {
		return nil, err
	}
	return watchedTx{tx, func(operation string) func(error) { return c.began(ctx, operation) }}, nil
}

// A watchedTx is a transaction that tells of its end.
type watchedTx struct {
	driver.Tx
	began func(operation string) func(error)
}

// Commit implements [driver.Tx].
func (t watchedTx) Commit() error {
	ended := t.began("COMMIT")
	err := t.Tx.Commit()
	ended(err)
	return err
}

// Rollback implements [driver.Tx].
func (t watchedTx) Rollback() error {
	ended := t.began("ROLLBACK")
	err := t.Tx.Rollback()
	ended(err)
	return err
}

// watchedRows are rows that tell when they have been read.
type watchedRows struct {
	driver.Rows
	ended  func(error)
	failed error
	closed bool
}

// Next implements [driver.Rows].
func (r *watchedRows) Next(to []driver.Value) error {
	err := r.Rows.Next(to)
	if err != nil && !errors.Is(err, io.EOF) {
		r.failed = err
	}
	return err
}

// Close implements [driver.Rows].
func (r *watchedRows) Close() error {
	err := r.Rows.Close()
	if !r.closed {
		r.closed = true
		r.ended(errors.Join(r.failed, err))
	}
	return err
}
