package users

import (
	"context"
	"errors"
	"fmt"
)

// A KnownToken is a token whose secret was shown to a person who is about to lose access.
type KnownToken struct {
	Token
	Responsible Ref    // of its user
	Why         string // why the actor cannot rotate it, as a sentence; empty if they can
}

// Rotatable returns tokens, each with whether the actor can rotate it. It reads their users, save
// those of a list.
func (s *Service) Rotatable(ctx context.Context, actor Actor, all []Token, list ...User) ([]KnownToken, error) {
	known, read := make([]KnownToken, len(all)), map[Key]User{}
	for _, u := range list {
		read[u.Key] = u
	}
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
