package users

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// maxSessions is how many sessions a user may have; the one longest unused ends
// when another starts.
const maxSessions = 20

// A Session is one signed-in browser.
type Session struct {
	ID        SessionID
	StartedAt time.Time
	SeenAt    time.Time // last use, to the minute
	ExpiresAt time.Time // whatever the use
	Address   string    // IP address at sign-in
	UserAgent string    // at sign-in

	Issuer      string // and Subject: the identity that signed in
	Subject     string
	ConfirmedAt time.Time // when the provider last confirmed that the person is signed in there
	AskedAt     time.Time // when it was last asked

	AuthenticatedAt time.Time // when the person authenticated at the provider (auth_time), at the latest when the session started; zero where the provider does not say
}

// A SignedIn is a session and the user it belongs to, as they are now.
type SignedIn struct {
	User    User
	Session Session
}

// Actor returns who acts in the session, in a request from an address.
func (in SignedIn) Actor(requestID, address, userAgent string) Actor {
	actor := Visitor(requestID, address, userAgent).As(in.User)
	actor.Session, actor.AuthTime = in.Session.ID, in.Session.AuthenticatedAt
	return actor
}

// sessionColumns are the columns that [Session.into] scans, in its order.
const sessionColumns = `s.id, s.started_at, s.seen_at, s.expires_at, s.address, s.user_agent,
	s.issuer, s.subject, s.confirmed_at, s.asked_at, s.authenticated_at`

// into returns where to scan sessionColumns to.
func (s *Session) into() []any {
	return []any{&s.ID, (*database.Time)(&s.StartedAt), (*database.Time)(&s.SeenAt), (*database.Time)(&s.ExpiresAt), &s.Address, &s.UserAgent,
		&s.Issuer, &s.Subject, (*database.Time)(&s.ConfirmedAt), (*database.Time)(&s.AskedAt), (*database.Time)(&s.AuthenticatedAt)}
}

// scanSession reads sessionColumns from a row.
func scanSession(row database.Scanner) (Session, error) {
	var s Session
	return s, row.Scan(s.into()...)
}

// Session returns the session whose identifier has that digest, with its user. It records the
// use, at most once a minute. It returns [ErrNoSession] if there is no such
// session, it has been idle or open for too long, or its user is deactivated.
func (s *Service) Session(ctx context.Context, digest Digest) (SignedIn, error) {
	var in SignedIn
	row := s.lookUps().QueryRowContext(ctx, `SELECT `+userColumns+`, `+sessionColumns+userTables+
		`JOIN sessions s ON s.user_key = u.key WHERE s.digest = $1`, digest)
	var err error
	in.User, err = scanUser(row, in.Session.into()...)
	if errors.Is(err, ErrNotFound) {
		return SignedIn{}, ErrNoSession
	} else if err != nil {
		return SignedIn{}, fmt.Errorf("find session: %w", err)
	}
	now := s.Now()
	if in.User.Status != StatusActive || !in.Session.lives(now, s.config.SessionIdle) {
		return SignedIn{}, ErrNoSession
	}
	if now.Sub(in.Session.SeenAt) >= time.Minute {
		s.noteInBackground(setSeen(in.Session.ID, in.User.Key, now)...)
	}
	return in, nil
}

// lives reports whether the session may be used. The idle limit holds both ways: a session goes
// on when the clock is set back a little, and one that was last used in the far future may not be
// used.
func (s Session) lives(now time.Time, idle time.Duration) bool {
	return now.Before(s.ExpiresAt) && now.Sub(s.SeenAt).Abs() < idle
}

// SignOut ends the session of that digest, which is the actor's. It returns the address that the
// person's identity last had, as a hint to the provider who signs out. To end a session that has
// ended succeeds.
func (s *Service) SignOut(ctx context.Context, actor Actor, digest Digest) (address string, err error) {
	err = s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		var id SessionID
		var user Key
		row := tx.QueryRowContext(ctx, `SELECT s.id, s.user_key, COALESCE(i.address, '') FROM sessions s
			LEFT JOIN identities i ON i.issuer = s.issuer AND i.subject = s.subject WHERE s.digest = $1`, digest)
		if err := row.Scan(&id, &user, &address); errors.Is(err, sql.ErrNoRows) {
			return nothing, nil
		} else if err != nil {
			return nothing, err
		}
		u, err := userByKey(ctx, tx, user)
		if err != nil {
			return nothing, err
		}
		return tx.endSession(ctx, u, id, EndedSignedOut)
	})
	return address, wrap("sign out", actor.ID, err)
}

// Sessions returns a user's sessions that may still be used, last used first. It
// returns [ErrNotFound] and a [*ForbiddenError].
func (s *Service) Sessions(ctx context.Context, actor Actor, id ID) ([]Session, error) {
	u, err := s.User(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	all, err := s.liveSessions(ctx, u.Key)
	return all, wrap("sessions of", id, err)
}

// liveSessions returns a user's sessions that may still be used, last used first.
// Expired ones stay in the table until [Service.Tidy] deletes them.
func (s *Service) liveSessions(ctx context.Context, key Key) ([]Session, error) {
	all, err := database.Collect(ctx, s.reads(), scanSession, `SELECT `+sessionColumns+` FROM sessions s
		WHERE s.user_key = $1 ORDER BY s.seen_at DESC, s.id`, key)
	now := s.Now()
	return slices.DeleteFunc(all, func(one Session) bool { return !one.lives(now, s.config.SessionIdle) }), err
}

// EndSession ends one session of a user, at once. It returns [ErrNotFound] if
// there is no such user or they have no such session, a [*ForbiddenError], and an
// [*InvalidError] on the reason.
func (s *Service) EndSession(ctx context.Context, actor Actor, id ID, session SessionID, reason string) error {
	n, err := s.endAll(ctx, actor, id, reason, `id = $2`, session)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return wrap("end session of", id, err)
}

// EndSessions ends all sessions of a user, at once, and returns how many there
// were. Its errors are those of [Service.EndSession].
func (s *Service) EndSessions(ctx context.Context, actor Actor, id ID, reason string) (int, error) {
	n, err := s.endAll(ctx, actor, id, reason, `id <> $2`, "")
	return n, wrap("end sessions of", id, err)
}

// EndOtherSessions ends the actor's sessions save the one they act in, and
// returns how many there were.
func (s *Service) EndOtherSessions(ctx context.Context, actor Actor) (int, error) {
	n, err := s.endAll(ctx, actor, actor.ID, "", `id <> $2`, actor.Session)
	return n, wrap("end other sessions of", actor.ID, err)
}

// endAll ends those sessions of a user for which a condition of this package
// holds, in which $2 is the session, and returns how many there were.
func (s *Service) endAll(ctx context.Context, actor Actor, id ID, reason, which string, session SessionID) (n int, err error) {
	err = s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		u, err := tx.target(ctx, id, ActEndSessions)
		if err != nil {
			return nothing, err
		}
		events, err := tx.endAll(ctx, u, reason, which, session)
		n = len(events)
		return events, err
	})
	return n, err
}

// endAll is [Service.endAll] inside a change, after the check of permissions.
func (c *changeTx) endAll(ctx context.Context, u User, reason, which string, session SessionID) ([]Event, error) {
	reason, err := normalizeReason(reason)
	if err != nil {
		return nothing, err
	}
	events, err := c.endWhere(ctx, u, EndedByActor, `user_key = $1 AND `+which, session)
	for i := range events {
		events[i].Reason = reason
	}
	return events, err
}

// endSessions ends all sessions of u, for a reason of the console's own.
func (c *changeTx) endSessions(ctx context.Context, u User, why SessionEnd) ([]Event, error) {
	return c.endWhere(ctx, u, why, `user_key = $1`)
}

// endSession ends one session of u.
func (c *changeTx) endSession(ctx context.Context, u User, id SessionID, why SessionEnd) ([]Event, error) {
	return c.endWhere(ctx, u, why, `user_key = $1 AND id = $2`, id)
}

// endWhere deletes those sessions of u, whose key is $1, for which a condition of
// this package holds, and returns an event for each.
func (c *changeTx) endWhere(ctx context.Context, u User, why SessionEnd, condition string, args ...any) ([]Event, error) {
	args = append([]any{u.Key}, args...)
	ids, err := database.Collect(ctx, c, func(row database.Scanner) (id SessionID, err error) { return id, row.Scan(&id) },
		`SELECT id FROM sessions WHERE `+condition+` ORDER BY seen_at, id`, args...)
	if err != nil || len(ids) == 0 {
		return nothing, err
	}
	if _, err := c.exec(ctx, `DELETE FROM sessions WHERE `+condition, args...); err != nil {
		return nothing, err
	}
	var events []Event
	for _, id := range ids {
		events = append(events, newEvent(ActionEnded, u, Change{Field: "session", Old: string(id), New: string(why)}))
	}
	return events, nil
}
