package database

import "github.com/jackc/pgx/v5/pgconn"

// unreplicated is what is kept of a connection on which a commit was made that a standby need
// not have, although the server is to wait for it.
const unreplicated = "committed alone"

// noteAlone is told what the server warns of. Where the wait for a standby is broken off,
// by an operator or a limit of time, PostgreSQL says that the commit was made all the
// same, and warns. Its words depend on the language; the place in its source does not.
func noteAlone(c *pgconn.PgConn, n *pgconn.Notice) {
	if n.Routine == "SyncRepWaitForLSN" {
		c.CustomData()[unreplicated] = true
	}
}

// wasAlone reports whether noteAlone was told of that since it was last asked.
func wasAlone(c *pgconn.PgConn) bool {
	_, is := c.CustomData()[unreplicated]
	delete(c.CustomData(), unreplicated)
	return is
}
