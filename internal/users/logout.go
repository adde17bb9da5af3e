package users

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// logoutsKept is how long a logout token is stored: longer than it is accepted after its issue,
// and than a sign-in takes from the ID token to the session.
const logoutsKept = time.Hour

// A Logout is a verified logout token (OpenID Connect Back-Channel Logout 1.0, section
// 2.4). Subject or SessionID is given, or both.
type Logout struct {
	Issuer    string
	Subject   string // all its sessions end if SessionID is empty
	SessionID string // sid: the session at the provider
	JTI       string
	IssuedAt  time.Time
}

// digest returns the key of a stored logout token.
func (l Logout) digest() []byte {
	sum := sha256.Sum256([]byte(l.Issuer + "\x00" + l.JTI))
	return sum[:]
}

// LogOut ends the sessions of a logout token of the provider, and prevents those of ID tokens that
// are not newer. It returns how many ended; none is a success. The actor is the provider.
//
// LogOut returns [ErrReplayed] for a token that was accepted before, and [ErrUnknown].
func (s *Service) LogOut(ctx context.Context, actor Actor, l Logout) (ended int, err error) {
	err = s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		if err := tx.addLogout(ctx, l); err != nil {
			return nothing, err
		}
		events, err := tx.endLoggedOut(ctx, l)
		ended = len(events)
		return events, err
	})
	if err != nil {
		return 0, fmt.Errorf("log out: %w", err)
	}
	return ended, nil
}

// endLoggedOut ends the sessions of l. A session with an unknown sid ends by its subject.
func (c *changeTx) endLoggedOut(ctx context.Context, l Logout) ([]Event, error) {
	condition, args := `issuer = $1 AND subject = $2`, []any{l.Issuer, l.Subject}
	switch {
	case l.Subject == "":
		condition, args = `issuer = $1 AND sid = $2 AND sid <> ''`, []any{l.Issuer, l.SessionID}
	case l.SessionID != "":
		condition, args = condition+` AND sid IN ('', $3)`, append(args, l.SessionID)
	}
	type one struct {
		id   SessionID
		user Key
	}
	all, err := database.Collect(ctx, c, func(row database.Scanner) (o one, err error) { return o, row.Scan(&o.id, &o.user) },
		`SELECT id, user_key FROM sessions WHERE `+condition+` ORDER BY seen_at, id`, args...)
	var events []Event
	for _, o := range all {
		u, userErr := userByKey(ctx, c, o.user)
		ends, endErr := c.endSession(ctx, u, o.id, EndedAtProvider)
		if err := errors.Join(userErr, endErr); err != nil {
			return nothing, err
		}
		events = append(events, ends...)
	}
	return events, err
}

// loggedOut returns a [*RefusedError], and the person, if the provider has ended the session of an
// ID token with these claims since its issue.
func (c *changeTx) loggedOut(ctx context.Context, claims Claims) (User, error) {
	found, err := existsLogout(ctx, c, claims)
	if err != nil || !found {
		return User{}, err
	}
	u, err := userByIdentity(ctx, c, claims.Issuer, claims.Subject)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return User{}, err
	}
	return u, claims.refused(RefusedEnded, "")
}

// aboutClaims is the condition of logouts that end the session of an ID token: $1 is its issuer,
// $2 its subject, $3 its sid and $4 its time of issue. Times in tokens are whole seconds, so a
// logout of the same second counts.
const aboutClaims = `issuer = $1 AND issued_at >= $4 AND (sid <> '' AND sid = $3 AND subject IN ('', $2) OR subject = $2 AND (sid = '' OR $3 = ''))`

// existsLogout reports whether a stored logout ends the session of these claims.
func existsLogout(ctx context.Context, r database.Reader, claims Claims) (found bool, err error) {
	row := r.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM logouts WHERE `+aboutClaims+`)`,
		claims.Issuer, claims.Subject, claims.SessionID, database.Time(claims.IssuedAt))
	return found, row.Scan(&found)
}

// EndAtProvider ends a session that the provider no longer confirms, with why as the reason. The
// actor is the provider. It succeeds for a session that has ended.
func (s *Service) EndAtProvider(ctx context.Context, actor Actor, id SessionID, why SessionEnd) error {
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		var user Key
		err := tx.QueryRowContext(ctx, `SELECT user_key FROM sessions WHERE id = $1`, id).Scan(&user)
		if errors.Is(err, sql.ErrNoRows) {
			return nothing, nil
		} else if err != nil {
			return nothing, err
		}
		u, err := userByKey(ctx, tx, user)
		if err != nil {
			return nothing, err
		}
		return tx.endSession(ctx, u, id, why)
	})
	if err != nil {
		return fmt.Errorf("end session at the provider: %w", err)
	}
	return nil
}

// AskedProvider records that the provider is asked now whether the person of a session is still
// signed in, so that it is not asked again at once. It returns the address of the identity's last
// sign-in, empty if there is none.
func (s *Service) AskedProvider(ctx context.Context, session Session) (address string, err error) {
	row := s.lookUps().QueryRowContext(ctx, `SELECT address FROM identities WHERE issuer = $1 AND subject = $2`, session.Issuer, session.Subject)
	if err := row.Scan(&address); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("address at the provider: %w", err)
	}
	return address, s.note(ctx, setAsked(session.ID, s.Now()))
}

// Confirm records that the provider has confirmed a session with an ID token. It reports false if
// the claims are of another identity, or the provider has ended its session meanwhile.
func (s *Service) Confirm(ctx context.Context, session Session, claims Claims) (bool, error) {
	if session.Issuer != claims.Issuer || session.Subject != claims.Subject {
		return false, nil
	}
	if err := s.note(ctx, setConfirmed(session.ID, claims, s.Now())); err != nil {
		return false, err
	}
	// A logout after the commit finds the new sid. Logouts before it are checked after the commit.
	var ended bool
	err := s.readSerialized(ctx, func(r database.Reader) (err error) {
		ended, err = existsLogout(ctx, r, claims)
		return err
	})
	return err == nil && !ended, err
}
