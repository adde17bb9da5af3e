package users

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// permitAge is how old the last check of a [Permit] may be.
const permitAge = 250 * time.Millisecond

// A Revocation says why an actor may not go on. Its values are stored.
type Revocation string

// The revocations.
const (
	RevokedSession     Revocation = "session_ended"
	RevokedDeactivated Revocation = "deactivated"
	RevokedDeleted     Revocation = "deleted"
	RevokedRole        Revocation = "role_changed"
	RevokedToken       Revocation = "token_ended" // or expired, or was disabled
)

// A RevokedError says that an actor has lost the right to what they are receiving.
type RevokedError struct{ Why Revocation }

func (e *RevokedError) Error() string { return "the permission was revoked: " + string(e.Why) }

// A Permit is the right of an actor to one act that takes time, such as to receive a
// stream. It is for one goroutine.
type Permit struct {
	service *Service
	actor   Actor
	act     Act
	checked time.Time // zero: never
}

// Permit returns the right of an actor to an act. It is to be checked before each part of
// what the actor receives.
func (s *Service) Permit(actor Actor, act Act) *Permit {
	return &Permit{service: s, actor: actor, act: act}
}

// Check returns nil while the actor has the right, and a [*RevokedError] once their session or
// token has ended, they are deactivated or deleted, or their role does not have it. It reads that
// from the database, unless it did within the last 250 milliseconds.
func (p *Permit) Check(ctx context.Context) error {
	now := p.service.Now()
	if !p.checked.IsZero() && now.Sub(p.checked).Abs() <= permitAge || p.actor.Key == "" {
		return nil
	}
	why, err := p.revoked(ctx, now)
	if err != nil {
		return fmt.Errorf("check the permission of %s: %w", p.actor.ID, err)
	}
	if why != "" {
		return &RevokedError{why}
	}
	p.checked = now
	return nil
}

// revoked returns why the actor has lost the right, empty if they have it.
func (p *Permit) revoked(ctx context.Context, now time.Time) (Revocation, error) {
	if p.actor.Token != "" {
		return p.tokenRevoked(ctx, now)
	}
	actor, status := p.actor, StatusActive
	var seen, expires sql.Null[database.Time]
	err := p.service.lookUps().QueryRowContext(ctx, `SELECT u.role, u.status, s.seen_at, s.expires_at
		FROM users u LEFT JOIN sessions s ON s.user_key = u.key AND s.id = $1 WHERE u.key = $2`, actor.Session, actor.Key).
		Scan(&actor.Role, &status, &seen, &expires)
	session := Session{SeenAt: time.Time(seen.V), ExpiresAt: time.Time(expires.V)}
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return RevokedDeleted, nil
	case err != nil:
		return "", err
	case status != StatusActive:
		return RevokedDeactivated, nil
	case actor.May(p.act, User{}) != nil:
		return RevokedRole, nil
	case actor.Session != "" && (!seen.Valid || !session.lives(now, p.service.config.SessionIdle)):
		return RevokedSession, nil
	}
	return "", nil
}

// tokenRevoked is revoked for an actor who came with a token.
func (p *Permit) tokenRevoked(ctx context.Context, now time.Time) (Revocation, error) {
	u, t, err := userOfToken(ctx, p.service.lookUps(), `t.id = $1`, p.actor.Token)
	if errors.Is(err, ErrNotFound) { // the row of a token outlives its end
		return RevokedDeleted, nil
	} else if err != nil {
		return "", err
	}
	switch t.State(now) {
	case TokenLive:
	case TokenSuspended:
		return RevokedDeactivated, nil
	default:
		return RevokedToken, nil
	}
	if p.actor.As(u).with(t).May(p.act, User{}) != nil {
		return RevokedRole, nil
	}
	return "", nil
}
