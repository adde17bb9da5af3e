package users

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// Authenticated is a user and the token that they came with, as they are now.
type Authenticated struct {
	User  User
	Token Token // with the keys alone of who issued it and who saw its secret
}

// Actor returns who acts with the token, in the request of by.
func (in Authenticated) Actor(by Actor) Actor {
	by.Via = ViaToken
	return by.As(in.User).with(in.Token)
}

// A TokenRefusedError says why an existing token gives no access. It is [ErrNoToken].
type TokenRefusedError struct {
	Why   TokenState // not TokenLive
	Since time.Time
}

// Error names the state of the token and since when it is in it, without names of users.
func (e *TokenRefusedError) Error() string {
	return "token is refused: " + string(e.Why) + " since " + e.Since.UTC().Format(time.RFC3339)
}

// Is reports whether target is [ErrNoToken].
func (e *TokenRefusedError) Is(target error) bool { return target == ErrNoToken }

// Authenticate returns the user whose token has that secret. by has the address and the tool of
// the request. The use is counted, also if it is refused.
//
// Authenticate returns [ErrNoToken] for an absent, unknown, truncated or miswritten secret, always
// after the same statements, and a [*TokenRefusedError] for a token that gives no access.
func (s *Service) Authenticate(ctx context.Context, secret string, by Actor) (Authenticated, error) {
	u, t, err := userOfToken(ctx, s.lookUps(), `t.digest = $1`, DigestOf(secret))
	if errors.Is(err, ErrNotFound) {
		s.authenticated(TokenUnknown)
		return Authenticated{}, ErrNoToken
	} else if err != nil {
		return Authenticated{}, fmt.Errorf("find token: %w", err)
	}
	now := s.Now()
	use := tokenUsed{Token: t.ID, User: u.Key, TokenUse: TokenUse{now, by.Address, by.Tool}}
	why := t.refusal(s.config, now, by.Address)
	s.authenticated(why)
	if why != TokenLive {
		use.Refused = true
		s.noteUse(use)
		return Authenticated{}, s.refusedToken(ctx, t, why)
	}
	s.noteUse(use)
	return Authenticated{u, t}, nil
}

// authenticated calls [Config.Authenticated].
func (s *Service) authenticated(state TokenState) {
	if s.config.Authenticated != nil {
		s.config.Authenticated(state)
	}
}

// refusal returns why t gives no access to a client at an address, or TokenLive.
func (t Token) refusal(config Config, now time.Time, address string) TokenState {
	switch state := t.State(now); {
	case state != TokenLive:
		return state
	case t.User.Kind == KindPerson && config.NoPersonalTokens:
		return TokenPersonal
	case !t.inRange(address):
		return TokenOutOfRange
	}
	return TokenLive
}

// refusedToken returns the [*TokenRefusedError] of a refused token.
func (s *Service) refusedToken(ctx context.Context, t Token, why TokenState) error {
	since, err := refusedSince(ctx, s.lookUps(), t, why)
	if err != nil {
		return fmt.Errorf("since when a token is refused: %w", err)
	}
	return &TokenRefusedError{why, since}
}

// refusedSince returns since when t is in the state why.
func refusedSince(ctx context.Context, r database.Reader, t Token, why TokenState) (time.Time, error) {
	switch why {
	case TokenRevoked:
		return t.RevokedAt, nil
	case TokenExpired:
		return t.EndsAt, nil
	case TokenDisabled:
		return t.DisabledAt, nil
	case TokenSuspended:
		var since sql.Null[database.Time]
		err := r.QueryRowContext(ctx, `SELECT MAX(at) FROM events WHERE target_key = $1 AND action IN ('user.deactivated', 'user.reactivated', 'identity.reset')`,
			t.User.Key).Scan(&since)
		if !since.Valid || time.Time(since.V).Before(t.IssuedAt) {
			return t.IssuedAt, err
		}
		return time.Time(since.V), err
	}
	return t.IssuedAt, nil
}

// reloadToken reads the actor's token and its user again: an end of access or a lower role since
// the request came in takes effect here.
func (c *changeTx) reloadToken(ctx context.Context) error {
	u, t, err := userOfToken(ctx, c, `t.id = $1`, c.actor.Token)
	if errors.Is(err, ErrNotFound) || err == nil && t.User.Key != c.actor.Key {
		return ErrNoToken
	} else if err != nil {
		return err
	}
	if why := t.State(c.now); why != TokenLive {
		since, err := refusedSince(ctx, c, t, why)
		if err != nil {
			return err
		}
		return &TokenRefusedError{why, since}
	}
	c.actor, c.token, c.zone = c.actor.As(u).with(t), t, u.TimeZone
	return nil
}
