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
	timeouts timeouts
	limited  bool // by timeouts.answer for each statement
	damage   damage
}

// Connect implements [driver.Connector].
func (c postgresConnector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &postgresConn{Conn: opened.(*stdlib.Conn), timeouts: c.timeouts, limited: c.limited, damage: c.damage}, nil
}

// A postgresConn is a connection to PostgreSQL whose write transactions are serialised with
// those of all consoles, and whose statements may have a timeout.
type postgresConn struct {
	*stdlib.Conn
	timeouts timeouts
	limited  bool
	damage   damage
	demoted  bool // the server does not take writes any more
}

// beginWriting begins a transaction and waits for an advisory lock, so that there is one at a
// time. With READ COMMITTED the statements after the lock see what earlier transactions have
// committed.
var beginWriting = fmt.Sprintf("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(%d)", ApplicationID)

// BeginTx implements [driver.ConnBeginTx].
func (c *postgresConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if c.Conn.Conn().IsClosed() {
		return nil, driver.ErrBadConn
	}
	query := beginWriting
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
	return postgresTx{tx, c.Conn.Conn(), c.timeouts}, nil
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
	if _, err = conn.Exec(ctx, setStatement(config, commonSettings(o))); err != nil {
		_ = conn.Close(ctx) // the error that led here says more
		return nil, ExplainPostgres(withoutPassword(address), err)
	}
	return conn, nil
}

// BeginPostgres begins a transaction as [DB.Transact] does.
func BeginPostgres(ctx context.Context, conn *pgx.Conn) (pgx.Tx, error) {
	return conn.BeginTx(ctx, pgx.TxOptions{BeginQuery: beginWriting})
}

// CommitPostgres commits a transaction. It returns [ErrUnknown] if the answer was lost.
func CommitPostgres(ctx context.Context, tx pgx.Tx) error { return committed(tx.Commit(ctx)) }

// limit returns ctx with the timeout of a statement.
func (c *postgresConn) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if !c.limited {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.timeouts.answer)
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
		return nil, c.note(err)
	}
	return &stmtRows{Rows: rows, note: c.damage.report, done: func() error { cancel(); return nil }}, nil
}

// ExecContext implements [driver.ExecerContext].
func (c *postgresConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	ctx, cancel := c.limit(ctx)
	defer cancel()
	result, err := c.Conn.ExecContext(ctx, query, args)
	return result, c.note(err)
}

// ResetSession implements [driver.SessionResetter]. It checks an idle connection, with a
// timeout.
func (c *postgresConn) ResetSession(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.connect)
	defer cancel()
	return c.Conn.ResetSession(ctx)
}

// note records what an error says about the server, and returns it.
func (c *postgresConn) note(err error) error {
	c.damage.report(err)
	c.demoted = c.demoted || sqlState(err) == readOnlyTransaction
	return err
}

// IsValid implements [driver.Validator].
func (c *postgresConn) IsValid() bool { return !c.demoted }

// CheckNamedValue implements [driver.NamedValueChecker]. PostgreSQL has no text with the
// character 0 or with invalid UTF-8: each is replaced by U+FFFD.
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

// A postgresTx is a transaction whose commit may return [ErrUnknown].
type postgresTx struct {
	tx       pgx.Tx
	conn     *pgx.Conn
	timeouts timeouts
}

// Commit implements [driver.Tx]. It returns [ErrUnknown] if the answer was lost, for which pgx
// may return that the connection was closed and a retry is safe. The caller's context does
// not cancel it.
func (t postgresTx) Commit() error {
	if t.conn.IsClosed() {
		return driver.ErrBadConn // before it was sent
	}
	ctx, cancel := context.WithTimeout(context.Background(), t.timeouts.commit)
	defer cancel()
	return t.commit(ctx)
}

// committed returns the error of a commit as [ErrUnknown] if the answer was lost.
func committed(err error) error {
	if err == nil || errors.Is(err, pgx.ErrTxCommitRollback) || errors.Is(err, pgx.ErrTxClosed) {
		return err
	}
	if failure, ok := errors.AsType[*pgconn.PgError](err); ok && failure.SeverityUnlocalized == "ERROR" {
		return err // the server has rolled back
	}
	return fmt.Errorf("%w: %w", ErrUnknown, err)
}

// Rollback implements [driver.Tx].
func (t postgresTx) Rollback() error {
	ctx, cancel := context.WithTimeout(context.Background(), t.timeouts.connect)
	defer cancel()
	return t.tx.Rollback(ctx)
}
