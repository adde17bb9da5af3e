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

// unreplicated is what is kept of a connection on which a commit was made that a standby need
// not have, although the server is to wait for it.
const unreplicated = "committed alone"

// noteUnreplicated is told what the server warns of. Where the wait for a standby is broken off,
// by an operator or a limit of time, PostgreSQL says that the commit was made all the
// same, and warns. Its words depend on the language; the place in its source does not.
func noteUnreplicated(c *pgconn.PgConn, n *pgconn.Notice) {
	if n.Routine == "SyncRepWaitForLSN" {
		c.CustomData()[unreplicated] = true
	}
}

// wasUnreplicated reports whether noteUnreplicated was told of that since it was last asked.
func wasUnreplicated(c *pgconn.PgConn) bool {
	_, is := c.CustomData()[unreplicated]
	delete(c.CustomData(), unreplicated)
	return is
}

// committing is where a connection keeps whether it waits for a commit.
const committing = "committing"

// errCommitting says that the server was not asked to break off a commit.
var errCommitting = errors.New("database: a commit is not broken off")

// keepCommits has a connection, which is about to be made, leave a commit alone. Of what
// pgx gives up waiting for, it asks the server to break it off; a server that waits for a
// standby would do so by having the change alone, for everybody to see.
func keepCommits(_ context.Context, config *pgx.ConnConfig) error {
	waits, dial := new(atomic.Bool), config.DialFunc
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		if waits.Load() { // who asks for that, asks on a connection of its own
			return nil, errCommitting
		}
		return dial(ctx, network, address)
	}
	config.AfterConnect = func(_ context.Context, c *pgconn.PgConn) error {
		c.CustomData()[committing] = waits
		return nil
	}
	return nil
}

// commit commits a transaction and reports what it came to, as [committed] does.
func (t postgresTx) commit(ctx context.Context) error {
	waits, _ := t.conn.PgConn().CustomData()[committing].(*atomic.Bool)
	waits.Store(true)
	err := committed(t.tx.Commit(ctx))
	if !t.conn.IsClosed() {
		waits.Store(false)
	}
	if err == nil && wasUnreplicated(t.conn.PgConn()) {
		return fmt.Errorf("%w: the wait for a standby was broken off", ErrUnknown)
	}
	return err
}
