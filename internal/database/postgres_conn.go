package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// A postgresConnector opens connections to PostgreSQL.
type postgresConnector struct {
	driver.Connector
	waits   waits
	hurried bool // an answer is waited for no longer than these say
	damage  damage
}

// Connect implements [driver.Connector].
func (c postgresConnector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &postgresConn{Conn: opened.(*stdlib.Conn), waits: c.waits, hurried: c.hurried, damage: c.damage}, nil
}

// A postgresConn is a connection to PostgreSQL whose transactions come one after the
// other, on whichever console they are made, and which waits for an answer for a
// limited time only.
type postgresConn struct {
	*stdlib.Conn
	waits   waits
	hurried bool
	damage  damage
	demoted bool // the server does not take writes any more
}

// turnQuery begins a transaction, and waits until no other is under way. What it reads
// afterwards is what those before it have left, since each of its statements sees what
// is committed when that begins.
var turnQuery = fmt.Sprintf("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(%d)", ApplicationID)

// BeginTx implements [driver.ConnBeginTx].
func (c *postgresConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if c.Conn.Conn().IsClosed() {
		return nil, driver.ErrBadConn
	}
	query := turnQuery
	if o.ReadOnly {
		query = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	}
	ctx, cancel := c.limit(ctx)
	defer cancel()
	tx, err := c.Conn.Conn().BeginTx(ctx, pgx.TxOptions{BeginQuery: query})
	if err != nil && pgconn.SafeToRetry(err) {
		return nil, driver.ErrBadConn
	}
	if err != nil {
		return nil, err
	}
	return postgresTx{tx, c.Conn.Conn(), c.waits}, nil
}

// ConnectPostgres returns a single connection to the database at an address, with the
// settings of all connections. The server lists it under the application's name.
func ConnectPostgres(ctx context.Context, address string, o Options, application string) (*pgx.Conn, error) {
	config, err := postgresConfig(address, o)
	if err != nil {
		return nil, err
	}
	config.RuntimeParams["application_name"] = application
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, ExplainPostgres(withoutPassword(address), err)
	}
	if _, err = conn.Exec(ctx, setStatement(config, everywhere(o))); err != nil {
		_ = conn.Close(ctx) // the error that led here says more
		return nil, ExplainPostgres(withoutPassword(address), err)
	}
	return conn, nil
}

// BeginPostgres begins a transaction like those of [DB.Transact].
func BeginPostgres(ctx context.Context, conn *pgx.Conn) (pgx.Tx, error) {
	return conn.BeginTx(ctx, pgx.TxOptions{BeginQuery: turnQuery})
}

// CommitPostgres commits a transaction. It returns [ErrUnknown] if the answer was lost.
func CommitPostgres(ctx context.Context, tx pgx.Tx) error { return committed(tx.Commit(ctx)) }

// limit returns ctx with the time that a statement may take.
func (c *postgresConn) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if !c.hurried {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.waits.answer)
}

type customPlanKey struct{}

// WithCustomPlan returns a context whose queries PostgreSQL plans for the values of their
// parameters each time, rather than once per connection. It is for conditions such as LIKE,
// whose cost depends on the value. SQLite ignores it.
func WithCustomPlan(ctx context.Context) context.Context {
	return context.WithValue(ctx, customPlanKey{}, true)
}

// QueryContext implements [driver.QueryerContext].
func (c *postgresConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if ctx.Value(customPlanKey{}) != nil {
		args = append([]driver.NamedValue{{Value: pgx.QueryExecModeCacheDescribe}}, args...)
	}
	ctx, cancel := c.limit(ctx)
	rows, err := c.Conn.QueryContext(ctx, query, args)
	if err != nil {
		cancel()
		return nil, c.heed(err)
	}
	return &stmtRows{Rows: rows, heed: c.damage.report, done: func() error { cancel(); return nil }}, nil
}

// ExecContext implements [driver.ExecerContext].
func (c *postgresConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	ctx, cancel := c.limit(ctx)
	defer cancel()
	result, err := c.Conn.ExecContext(ctx, query, args)
	return result, c.heed(err)
}

// ResetSession implements [driver.SessionResetter]. It asks a connection that was idle
// whether the server still answers.
func (c *postgresConn) ResetSession(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.waits.connect)
	defer cancel()
	return c.Conn.ResetSession(ctx)
}

// heed notes what an error says of the server.
func (c *postgresConn) heed(err error) error {
	c.damage.report(err)
	c.demoted = c.demoted || sqlState(err) == readOnlyTransaction
	return err
}

// IsValid implements [driver.Validator].
func (c *postgresConn) IsValid() bool { return !c.demoted }

// CheckNamedValue implements [driver.NamedValueChecker]. PostgreSQL has no text with
// the character 0 in it, or that is no UTF-8: what does not stand for anything is left
// out. A number of any size is one.
func (c *postgresConn) CheckNamedValue(v *driver.NamedValue) error {
	value, err := driver.DefaultParameterConverter.ConvertValue(v.Value)
	if err != nil {
		return err
	}
	if text, ok := value.(string); ok && (strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text)) {
		value = strings.ReplaceAll(strings.ToValidUTF8(text, "�"), "\x00", "�")
	}
	v.Value = value
	return nil
}

// A postgresTx is a transaction whose end may remain unknown.
type postgresTx struct {
	tx    pgx.Tx
	conn  *pgx.Conn
	waits waits
}

// Commit implements [driver.Tx]. It returns [ErrUnknown] if the answer was lost, whatever
// pgx makes of that: it may say that the connection was closed, and to try again is safe.
// A commit is not given up when who asked for it has gone.
func (t postgresTx) Commit() error {
	if t.conn.IsClosed() {
		return driver.ErrBadConn // before it was sent
	}
	ctx, cancel := context.WithTimeout(context.Background(), t.waits.commit)
	defer cancel()
	return t.commit(ctx)
}

// committed returns what the end of a commit says: [ErrUnknown] if its answer was lost.
func committed(err error) error {
	if err == nil || errors.Is(err, pgx.ErrTxCommitRollback) || errors.Is(err, pgx.ErrTxClosed) {
		return err
	}
	if failure, ok := errors.AsType[*pgconn.PgError](err); ok && failure.SeverityUnlocalized == "ERROR" {
		return err // the server says itself that it has not
	}
	return fmt.Errorf("%w: %w", ErrUnknown, err)
}

// Rollback implements [driver.Tx].
func (t postgresTx) Rollback() error {
	ctx, cancel := context.WithTimeout(context.Background(), t.waits.connect)
	defer cancel()
	return t.tx.Rollback(ctx)
}
