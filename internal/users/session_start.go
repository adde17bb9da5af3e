package users

import (
	"context"
	"errors"
	"slices"

	"github.com/roboto-ai/console/internal/database"
)

// startSession starts a session for u. It ends the session that it replaces, and of too many
// those unused for longest.
func (c *changeTx) startSession(ctx context.Context, u User, claims Claims, v Visit, config Config) (Session, []Event, error) {
	ends, err := c.endReplaced(ctx, v.Replaces)
	if err != nil {
		return Session{}, nothing, err
	}
	most, err := c.endWhere(ctx, u, EndedByLimit, `user_key = $1 AND id NOT IN
		(SELECT id FROM sessions WHERE user_key = $1 ORDER BY seen_at DESC, id LIMIT $2)`, maxSessions-1)
	if err != nil {
		return Session{}, nothing, err
	}
	session := Session{
		newSessionID(), c.now, c.now, c.now.Add(config.SessionLifetime), v.Address, v.UserAgent,
		claims.Issuer, claims.Subject, c.now, c.now, claims.AuthTime,
	}
	if session.AuthenticatedAt.After(c.now) { // by another clock
		session.AuthenticatedAt = c.now
	}
	_, err = c.exec(ctx, `INSERT INTO sessions (id, digest, user_key, started_at, seen_at, expires_at, address, user_agent,
			issuer, subject, sid, confirmed_at, asked_at, authenticated_at)
		VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $4, $4, $11)`,
		session.ID, v.Digest, u.Key, database.Time(c.now), database.Time(session.ExpiresAt), v.Address, v.UserAgent,
		claims.Issuer, claims.Subject, claims.SessionID, database.Time(session.AuthenticatedAt))
	started := newEvent(ActionStarted, u, Change{Field: "session", New: string(session.ID)})
	return session, slices.Concat(ends, most, []Event{started}), err
}

// endReplaced ends the session that the browser had, of any user.
func (c *changeTx) endReplaced(ctx context.Context, digest Digest) ([]Event, error) {
	before, err := scanUser(c.QueryRowContext(ctx, `SELECT `+userColumns+userTables+
		`JOIN sessions s ON s.user_key = u.key WHERE s.digest = $1`, digest))
	if errors.Is(err, ErrNotFound) {
		return nothing, nil
	} else if err != nil {
		return nothing, err
	}
	return c.endWhere(ctx, before, EndedSignedInAgain, `user_key = $1 AND digest = $2`, digest)
}
