package databasetest

import (
	"context"
	"database/sql/driver"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/roboto-ai/console/internal/database"
)

// A Loss is a way to lose the answer to the commit of a change. The caller gets
// [database.ErrUnknown].
type Loss int

// The losses.
const (
	LoseAnswer Loss = iota // the change is made
	LoseCommit             // the change is not made
)

// A Spy counts the statements of a database and loses answers to commits. Its Wrap is for
// [database.Options].
type Spy struct {
	Statements atomic.Int64 // run so far
	Selects    atomic.Int64 // of them, those that begin with SELECT

	before atomic.Pointer[func(context.Context, string)]

	mu     sync.Mutex
	losses []Loss
}

// Before has do called with the context and the text of each query from now on, before it is run.
func (s *Spy) Before(do func(ctx context.Context, query string)) { s.before.Store(&do) }

// Lose loses the answers to the next changes, the transactions that write an event, in turn.
// It replaces those of an earlier call.
func (s *Spy) Lose(losses ...Loss) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.losses = losses
}

// next returns how the answer to the next change is lost, if it is.
func (s *Spy) next() (Loss, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.losses) == 0 {
		return 0, false
	}
	loss := s.losses[0]
	s.losses = s.losses[1:]
	return loss, true
}

// count counts a statement.
func (s *Spy) count(query string) {
	s.Statements.Add(1)
	if strings.HasPrefix(query, "SELECT") {
		s.Selects.Add(1)
	}
}

// Wrap returns a connector whose connections are those of c, with the Spy around them.
func (s *Spy) Wrap(c driver.Connector) driver.Connector { return spyConnector{c, s} }

type spyConnector struct {
	driver.Connector
	spy *Spy
}

// Connect implements [driver.Connector].
func (c spyConnector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &spyConn{Conn: opened.(database.Conn), spy: c.spy}, nil
}

type spyConn struct {
	database.Conn
	spy   *Spy
	wrote bool // an event, in the transaction under way
}

// QueryContext implements [driver.QueryerContext].
func (c *spyConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.spy.count(query)
	if before := c.spy.before.Load(); before != nil {
		(*before)(ctx, query)
	}
	return c.Conn.QueryContext(ctx, query, args)
}

// ExecContext implements [driver.ExecerContext].
func (c *spyConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.spy.count(query)
	c.wrote = c.wrote || strings.Contains(query, "INTO events ")
	return c.Conn.ExecContext(ctx, query, args)
}

// BeginTx implements [driver.ConnBeginTx].
func (c *spyConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	c.wrote = false
	tx, err := c.Conn.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	return spyTx{tx, c}, nil
}

type spyTx struct {
	driver.Tx
	conn *spyConn
}

// Commit implements [driver.Tx].
func (t spyTx) Commit() error {
	if !t.conn.wrote {
		return t.Tx.Commit()
	}
	loss, lose := t.conn.spy.next()
	end := t.Tx.Commit
	if lose && loss == LoseCommit {
		end = t.Tx.Rollback
	}
	if err := end(); err != nil || !lose {
		return err
	}
	return database.ErrUnknown
}
