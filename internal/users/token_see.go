package users

import (
	"context"
	"errors"
	"slices"

	"github.com/roboto-ai/console/internal/database"
)

// Tokens returns a user's tokens: first those that have not ended, the newest first, then those
// that ended in the last 90 days, the last ended first. It returns [ErrNotFound] and a
// [*ForbiddenError].
func (s *Service) Tokens(ctx context.Context, actor Actor, id ID) ([]Token, error) {
	u, err := targetOf(ctx, s.lookUps(), actor, Canonical(string(id)), ActSeeTokens)
	if err != nil {
		return nil, wrap("find user", id, err)
	}
	all, err := s.tokensOf(ctx, u.Key)
	return all, wrap("tokens of", id, err)
}

// tokensOf returns a user's tokens in the order of [Service.Tokens].
func (s *Service) tokensOf(ctx context.Context, key Key) ([]Token, error) {
	now := s.Now()
	all, err := TokensWhere(ctx, s.reads(), `t.user_key = $1 AND t.ends_at > $2 AND (t.revoked_at IS NULL OR t.revoked_at > $2)
		ORDER BY t.issued_at DESC, t.id`, key, database.Time(now.Add(-EndedTokensKept)))
	slices.SortStableFunc(all, func(a, b Token) int {
		switch endA, endB := a.Ended(now), b.Ended(now); {
		case endA.IsZero() && endB.IsZero():
			return 0
		case endA.IsZero():
			return -1
		case endB.IsZero():
			return 1
		default:
			return endB.Compare(endA)
		}
	})
	return all, err
}

// Token returns a token, revoked ones of the last 90 days too. It returns [ErrNotFound], also
// for a token that the actor may not see, and a [*ForbiddenError] to a token without the scope.
func (s *Service) Token(ctx context.Context, actor Actor, id TokenID) (Token, error) {
	_, t, err := tokenFor(ctx, s.lookUps(), actor, id, ActSeeTokens)
	return t, wrap("find token", ID(id), err)
}

// tokenFor returns a token and its user on whom actor may carry out act, as r reads them. It
// returns [ErrNotFound] where the actor may not see the token.
func tokenFor(ctx context.Context, r database.Reader, actor Actor, id TokenID, act Act) (User, Token, error) {
	if err := actor.narrowed(permission(act)); err != nil {
		return User{}, Token{}, err
	}
	t, err := tokenByID(ctx, r, id)
	if err != nil {
		return User{}, Token{}, err
	}
	u, err := userByKey(ctx, r, t.User.Key)
	if err != nil {
		return User{}, Token{}, err
	}
	if err := actor.May(ActSeeTokens, u); errors.Is(err, ErrForbidden) {
		return User{}, Token{}, ErrNotFound
	}
	return u, t, actor.May(act, u)
}

// MayIssueToken returns a [*ForbiddenError] if actor may not issue a token for u. Whether it
// needs a recent sign-in is decided when it is issued.
func (s *Service) MayIssueToken(actor Actor, u User) error {
	if err := actor.May(ActIssueToken, u); err != nil {
		return err
	}
	return actor.mayIssue(s.config, u, u.Role)
}

// CountTokens returns how many tokens of u have not ended, disabled ones too; 0 where actor
// may not see them.
func (s *Service) CountTokens(ctx context.Context, actor Actor, u User) (int, error) {
	if actor.May(ActSeeTokens, u) != nil {
		return 0, nil
	}
	n, err := database.Count(ctx, s.lookUps(), `SELECT COUNT(*) FROM tokens WHERE user_key = $1 AND revoked_at IS NULL AND ends_at > $2`,
		u.Key, database.Time(s.Now()))
	return n, wrap("count tokens of", u.ID, err)
}
