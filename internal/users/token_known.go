package users

import (
	"context"
	"errors"
	"fmt"

	"github.com/roboto-ai/console/internal/database"
)

// A KnownToken is a token whose secret was shown to a person who is about to lose access.
type KnownToken struct {
	Token
	Responsible Ref    // of its user
	Why         string // why the actor cannot rotate it, as a sentence; empty if they can
}

// Rotatable returns tokens, each with whether the actor can rotate it.
func (s *Service) Rotatable(ctx context.Context, actor Actor, all []Token) ([]KnownToken, error) {
	known, read := make([]KnownToken, len(all)), map[Key]User{}
	for i, t := range all {
		u, ok := read[t.User.Key]
		if !ok {
			var err error
			if u, err = userByKey(ctx, s.lookUps(), t.User.Key); err != nil {
				return nil, wrap("who may rotate tokens of", t.User.ID, err)
			}
			read[u.Key] = u
		}
		known[i] = KnownToken{t, u.Responsible, actor.cannotRotate(u, t)}
	}
	return known, nil
}

// cannotRotate returns why a cannot rotate the token t of u, and who can; empty if a can.
func (a Actor) cannotRotate(u User, t Token) string {
	if forbidden, ok := errors.AsType[*ForbiddenError](a.May(ActIssueToken, u)); ok {
		return forbidden.Why
	}
	switch {
	case t.ReplacedBy != "":
		return "It is being rotated already, and ends with the overlap."
	case lowerRole(u.Role, a.Role) != u.Role:
		return fmt.Sprintf("%s has the role %s, which is above yours. An owner can rotate it.", u.Label(), u.Role)
	}
	return ""
}

// KnowsTokens reports whether a person has seen the secret of a token of another user that has
// not ended.
func (s *Service) KnowsTokens(ctx context.Context, person Key) (bool, error) {
	n, err := database.Count(ctx, s.lookUps(), `SELECT COUNT(*) FROM (SELECT 1 FROM tokens WHERE shown_to = $1 AND user_key <> $1
		AND revoked_at IS NULL AND ends_at > $2 LIMIT 1) AS known`, person, database.Time(s.Now()))
	if err != nil {
		return false, fmt.Errorf("does %s know tokens: %w", person, err)
	}
	return n > 0, nil
}
