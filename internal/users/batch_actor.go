package users

import (
	"context"
	"database/sql"
	"errors"

	"github.com/roboto-ai/console/internal/database"
)

// A batchActor is the actor of a batch as stored, with the channel of the request that started it.
// The events of the batch name it.
type batchActor struct {
	Kind      ActorKind `json:"kind"`
	ID        ID        `json:"id,omitempty"`
	Name      string    `json:"name,omitempty"`
	Role      Role      `json:"role"`
	Via       Via       `json:"via"`
	Session   SessionID `json:"session,omitempty"`
	RequestID string    `json:"request,omitempty"`
	Address   string    `json:"address,omitempty"`
	UserAgent string    `json:"user_agent,omitempty"`
}

// storedActor returns what is stored of an actor.
func storedActor(a Actor) batchActor {
	return batchActor{a.Kind, a.ID, a.Name, a.Role, a.Via, a.Session, a.RequestID, a.Address, a.UserAgent}
}

// with returns the actor that was stored, who has that key.
func (b batchActor) with(key Key) Actor {
	return Actor{Kind: b.Kind, Key: key, ID: b.ID, Name: b.Name, Role: b.Role, Via: b.Via,
		Session: b.Session, RequestID: b.RequestID, Address: b.Address, UserAgent: b.UserAgent}
}

// checkBatchActor returns a [*RevokedError] if the actor of a batch has lost the right to go on:
// their role has changed, or the session that started it has ended.
func (c *changeTx) checkBatchActor(ctx context.Context, b Batch) error {
	switch {
	case c.actor.Role != b.actor.Role || c.actor.May(ActBatch, User{}) != nil:
		return &RevokedError{RevokedRole}
	case b.actor.Session == "":
		return nil
	}
	var s Session
	err := c.QueryRowContext(ctx, `SELECT seen_at, expires_at FROM sessions WHERE id = $1 AND user_key = $2`, b.actor.Session, c.actor.Key).
		Scan((*database.Time)(&s.SeenAt), (*database.Time)(&s.ExpiresAt))
	if errors.Is(err, sql.ErrNoRows) || err == nil && !s.lives(c.now, c.config.SessionIdle) {
		return &RevokedError{RevokedSession}
	}
	return err
}

// lostActor returns why the actor of a batch has no session any more: they are deleted or
// deactivated.
func (s *Service) lostActor(ctx context.Context, key Key) (Revocation, error) {
	_, err := userByKey(ctx, s.lookUps(), key)
	if errors.Is(err, ErrNotFound) {
		return RevokedDeleted, nil
	}
	return RevokedDeactivated, err
}
