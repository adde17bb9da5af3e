package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strings"

	sqlite3 "modernc.org/sqlite/lib"
)

// maxCached is how many prepared statements a connection caches: more than the pages use. Each
// takes some kilobytes.
const maxCached = 64

// A connector opens connections that cache prepared statements: preparing one of SQLite's costs
// as much as running it.
type connector struct {
	driver.Connector
	may    func() error // returns why no connection may be opened, or nil
	reads  bool         // its connections refuse to write
	damage damage
}

// Connect implements [driver.Connector].
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	if err := c.may(); err != nil {
		return nil, err
	}
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		c.damage.report(err)
		return nil, err
	}
	plain, ok := opened.(plainConn)
	if !ok {
		return nil, errors.Join(errors.New("database: the driver's connections lack what this package needs"), opened.Close())
	}
	return &conn{plainConn: plain, reads: c.reads, damage: c.damage, idle: make(map[string]driver.Stmt)}, nil
}

// A Conn is a connection of a [DB], for [Options.Wrap].
type Conn interface {
	plainConn
	driver.NamedValueChecker
}

// A plainConn is a connection of either driver.
type plainConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// A preparedStmt is a statement of SQLite's driver.
type preparedStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// A conn is a connection to SQLite that caches prepared statements.
type conn struct {
	plainConn
	idle  map[string]driver.Stmt // the cache: prepared and not in use
	order []string               // of idle, the least recently used first

	reads   bool // as of connector
	damage  damage
	damaged bool // a statement found the database damaged
}

// note reports err, if it says that the database is damaged.
func (c *conn) note(err error) {
	c.damage.report(err)
	c.damaged = c.damaged || IsDamaged(err)
}

// IsValid implements [driver.Validator]. A connection that reads is closed after it has found
// the database damaged: the damage may be in its cache, and the file be undamaged or repaired.
// The writer is not: a new one that is opened while the disk is read-only would remain so.
func (c *conn) IsValid() bool { return !(c.reads && c.damaged) && c.plainConn.IsValid() }

// CheckNamedValue implements [driver.NamedValueChecker]: it leaves values to the default.
func (c *conn) CheckNamedValue(*driver.NamedValue) error { return driver.ErrSkip }

// QueryContext implements [driver.QueryerContext].
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		c.note(err)
		return nil, err
	}
	if s == nil {
		return c.plainConn.QueryContext(ctx, query, args)
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		c.note(err)
		_ = s.Close() // returns the same error
		return nil, err
	}
	return &stmtRows{Rows: rows, note: c.note, done: func() error { return c.putBack(query, s) }}, nil
}

// ExecContext implements [driver.ExecerContext].
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.plainConn.ExecContext(ctx, query, args)
	}
	result, err := s.ExecContext(ctx, args)
	if err != nil {
		c.note(err)
		_ = s.Close() // returns the same error
		return nil, err
	}
	return result, c.putBack(query, s)
}

// BeginTx implements [driver.ConnBeginTx].
func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.plainConn.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	return fileTx{tx, c}, nil
}

// A fileTx is a transaction whose commit may return [ErrUnknown].
type fileTx struct {
	driver.Tx
	conn *conn
}

// Commit implements [driver.Tx]. If fsync fails the change is not visible, but recovery after a
// crash may find it in the log.
func (t fileTx) Commit() error {
	err := t.Tx.Commit()
	t.conn.note(err)
	if extendedCode(err) == sqlite3.SQLITE_IOERR_FSYNC {
		return errors.Join(ErrUnknown, err)
	}
	return err
}

// take removes a statement from the cache, or prepares it, until putBack. It returns nil for
// statements that are not cached: DDL and pragmas, some of which take effect when they are
// prepared.
func (c *conn) take(ctx context.Context, query string) (preparedStmt, error) {
	if !isCached(query) {
		return nil, nil
	}
	if s, ok := c.idle[query]; ok {
		c.forget(query)
		return s.(preparedStmt), nil
	}
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	prepared, ok := s.(preparedStmt)
	if !ok {
		return nil, errors.Join(errors.New("database: the driver's statements lack what this package needs"), s.Close())
	}
	return prepared, nil
}

// putBack puts a statement into the cache. If there is one of the same text, or the cache is
// full, it closes one.
func (c *conn) putBack(query string, s driver.Stmt) error {
	if _, twice := c.idle[query]; twice {
		return s.Close()
	}
	c.idle[query] = s
	c.order = append(c.order, query)
	if len(c.order) <= maxCached {
		return nil
	}
	oldest := c.order[0]
	closing := c.idle[oldest]
	c.forget(oldest)
	return closing.Close()
}

// forget removes a statement from the cache.
func (c *conn) forget(query string) {
	delete(c.idle, query)
	for i, q := range c.order {
		if q == query {
			c.order = append(c.order[:i], c.order[i+1:]...)
			return
		}
	}
}

// Close closes the connection and all it has prepared.
func (c *conn) Close() error {
	var errs []error
	for _, s := range c.idle {
		errs = append(errs, s.Close())
	}
	c.idle, c.order = nil, nil
	return errors.Join(append(errs, c.plainConn.Close())...)
}

// isCached reports whether a statement reads or writes rows, so that it is cached.
func isCached(query string) bool {
	words := strings.Fields(query[:min(len(query), 40)]) // for the first
	if len(words) == 0 {
		return false
	}
	switch strings.ToUpper(words[0]) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		return true
	}
	return false
}

// stmtRows are rows that release their statement when they are closed.
type stmtRows struct {
	driver.Rows
	note func(error) // called with an error of Next; may be nil
	done func() error
}

// Next implements [driver.Rows].
func (r *stmtRows) Next(to []driver.Value) error {
	err := r.Rows.Next(to)
	if err != nil && err != io.EOF && r.note != nil {
		r.note(err)
	}
	return err
}

// Close implements [driver.Rows].
func (r *stmtRows) Close() error {
	err := r.Rows.Close()
	if r.done == nil {
		return err
	}
	done := r.done
	r.done = nil
	return errors.Join(err, done())
}
