package users

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// IntrospectionCache is how long an asking system may keep an answer of [Service.Introspect].
const IntrospectionCache = 10 * time.Second

// An Introspection is the answer to a system that asks about a token (RFC 7662 section 2.2). If it is
// not active it holds nothing else.
type Introspection struct {
	Active bool
	User   User
	Token  Token
}

// Role returns the role in which the token acts.
func (i Introspection) Role() Role { return i.Token.Acts() }

// Introspect returns whether a secret gives access, for a system to which a client at an IP address
// has sent it. Without an address a token with address ranges is not active. The call counts as a
// use of the token by the asking system.
//
// Introspect returns a [*ForbiddenError] to an actor who did not come with a token that has
// [ScopeTokensIntrospect].
func (s *Service) Introspect(ctx context.Context, actor Actor, secret, client string) (Introspection, error) {
	if err := actor.May(ActIntrospect, User{}); err != nil {
		return Introspection{}, err
	}
	u, t, err := userOfToken(ctx, s.lookUps(), `t.digest = $1`, DigestOf(secret))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Introspection{}, fmt.Errorf("introspect a token: %w", err)
	}
	now := s.Now()
	answer := Introspection{Active: err == nil && t.refusal(s.config, now, client) == TokenLive, User: u, Token: t}
	use := tokenUsed{Token: t.ID, Asker: actor.Key, Refused: !answer.Active, TokenUse: TokenUse{now, actor.Address, actor.Tool}}
	if answer.Active {
		use.Role = answer.Role()
	}
	s.noteUse(use)
	if !answer.Active {
		return Introspection{}, nil
	}
	return answer, nil
}
