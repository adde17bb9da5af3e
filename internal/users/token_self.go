package users

import "context"

// RevokeSelf revokes the token that the actor came with, whatever its scopes. It returns
// [ErrNoToken] if the actor came without one, or it has ended.
func (s *Service) RevokeSelf(ctx context.Context, actor Actor) error {
	if actor.Token == "" {
		return ErrNoToken
	}
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		u, err := userByKey(ctx, tx, tx.actor.Key)
		if err != nil {
			return nothing, err
		}
		return tx.revoke(ctx, u, []Token{tx.token}, "")
	})
	return wrap("revoke token", ID(actor.Token), err)
}
