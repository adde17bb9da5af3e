package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strings"

	sqlite3 "modernc.org/sqlite/lib"
)

// maxIdle is how many statements a connection keeps prepared: more than the pages
// have. Each is some kilobytes.
const maxIdle = 64

// A connector opens connections that keep what they have prepared: the same few
// texts come again and again, and to prepare one costs as much as to run it.
type connector struct {
	driver.Connector
	may    func() error // why no connection may be opened any more, if so
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

// A preparedStmt is what the driver's statements can do.
type preparedStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// A conn is a connection of the driver with the statements it has prepared. Like
// every [driver.Conn] it is used by one goroutine at a time.
type conn struct {
	plainConn
	idle  map[string]driver.Stmt // prepared and not in use
	order []string               // of idle, the longest unused first

	reads   bool // it refuses to write
	damage  damage
	damaged bool // a statement called the database damaged
}

// heed notes what an error, if it is one, says of the database.
func (c *conn) heed(err error) {
	c.damage.report(err)
	c.damaged = c.damaged || IsDamaged(err)
}

// IsValid implements [driver.Validator]. A connection that reads is not used again after a
// statement of its called the database damaged: what it has cached may be what is damaged,
// while the file is sound, or has been repaired. One that writes is, as another would stay
// read-only if it was opened while the disk is.
func (c *conn) IsValid() bool { return !(c.reads && c.damaged) && c.plainConn.IsValid() }

// CheckNamedValue implements [driver.NamedValueChecker]: it leaves values to the default.
func (c *conn) CheckNamedValue(*driver.NamedValue) error { return driver.ErrSkip }

// QueryContext implements [driver.QueryerContext].
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		c.heed(err)
		return nil, err
	}
	if s == nil {
		return c.plainConn.QueryContext(ctx, query, args)
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		c.heed(err)
		_ = s.Close() // says the same again
		return nil, err
	}
	return &stmtRows{Rows: rows, heed: c.heed, done: func() error { return c.give(query, s) }}, nil
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
		c.heed(err)
		_ = s.Close() // says the same again
		return nil, err
	}
	return result, c.give(query, s)
}

// BeginTx implements [driver.ConnBeginTx].
func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.plainConn.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	return fileTx{tx, c}, nil
}

// A fileTx is a transaction that knows when it does not know.
type fileTx struct {
	driver.Tx
	conn *conn
}

// Commit implements [driver.Tx]. Where all is written, and the disk fails to say that
// it has it, the change is not seen; yet after a crash it may be found in the log.
func (t fileTx) Commit() error {
	err := t.Tx.Commit()
	t.conn.heed(err)
	if extendedCode(err) == sqlite3.SQLITE_IOERR_FSYNC {
		return errors.Join(ErrUnknown, err)
	}
	return err
}

// take returns a prepared statement that nobody uses, until it is given back. It
// returns nil for what is not to be kept: changes of the schema and settings, some
// of which take effect when they are prepared.
func (c *conn) take(ctx context.Context, query string) (preparedStmt, error) {
	if !keeps(query) {
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

// give puts a statement back. Where one of the same text came back sooner, or too
// many are kept, one is closed.
func (c *conn) give(query string, s driver.Stmt) error {
	if _, twice := c.idle[query]; twice {
		return s.Close()
	}
	c.idle[query] = s
	c.order = append(c.order, query)
	if len(c.order) <= maxIdle {
		return nil
	}
	oldest := c.order[0]
	closing := c.idle[oldest]
	c.forget(oldest)
	return closing.Close()
}

// forget takes a statement from those that are kept.
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

// keeps reports whether a statement reads or writes rows.
func keeps(query string) bool {
	words := strings.Fields(query[:min(len(query), 40)]) // the first is wanted
	if len(words) == 0 {
		return false
	}
	switch strings.ToUpper(words[0]) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		return true
	}
	return false
}

// stmtRows are the rows of a statement that is given back when they are closed.
type stmtRows struct {
	driver.Rows
	heed func(error) // is told why there is no next row; nil: nobody is
	done func() error
}

// Next implements [driver.Rows].
func (r *stmtRows) Next(to []driver.Value) error {
	err := r.Rows.Next(to)
	if err != nil && err != io.EOF && r.heed != nil {
		r.heed(err)
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
