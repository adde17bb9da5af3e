package database

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// unreplicatedKey is the key of a connection's custom data which says that a synchronous
// standby may lack a commit.
const unreplicatedKey = "committed alone"

// noteUnreplicated receives the server's warnings. If the wait for a synchronous standby is
// cancelled, PostgreSQL commits locally and warns. The text of the warning depends on the
// language, the function in PostgreSQL's source does not.
func noteUnreplicated(c *pgconn.PgConn, n *pgconn.Notice) {
	if n.Routine == "SyncRepWaitForLSN" {
		c.CustomData()[unreplicatedKey] = true
	}
}

// wasUnreplicated reports whether there was such a warning since its last call.
func wasUnreplicated(c *pgconn.PgConn) bool {
	_, is := c.CustomData()[unreplicatedKey]
	delete(c.CustomData(), unreplicatedKey)
	return is
}

// committingKey is the key of a connection's custom data which says that a commit is in
// progress.
const committingKey = "committingKey"

// errCommitting says that no request to cancel a commit was sent.
var errCommitting = errors.New("database: a commit is not cancelled")

// refuseCancelOfCommit keeps a new connection from cancelling a commit. When pgx's wait is
// cancelled it asks the server to cancel the statement; a server that waits for a standby
// would then commit locally, visible to all.
func refuseCancelOfCommit(_ context.Context, config *pgx.ConnConfig) error {
	inCommit, dial := new(atomic.Bool), config.DialFunc
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		if inCommit.Load() { // a request to cancel uses a connection of its own
			return nil, errCommitting
		}
		return dial(ctx, network, address)
	}
	config.AfterConnect = func(_ context.Context, c *pgconn.PgConn) error {
		c.CustomData()[committingKey] = inCommit
		return nil
	}
	return nil
}

// commit commits a transaction and returns its error as [committed] does.
func (t postgresTx) commit(ctx context.Context) error {
	inCommit, _ := t.conn.PgConn().CustomData()[committingKey].(*atomic.Bool)
	inCommit.Store(true)
	err := committed(t.tx.Commit(ctx))
	if !t.conn.IsClosed() {
		inCommit.Store(false)
	}
	if err == nil && wasUnreplicated(t.conn.PgConn()) {
		return fmt.Errorf("%w: the wait for a standby was cancelled", ErrUnknown)
	}
	return err
}
