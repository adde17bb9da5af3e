package history

import (
	"context"
	"fmt"

	"github.com/roboto-ai/console/internal/users"
)

// Limits of [Service.ByOthers].
const (
	maxByOthers   = 20
	searchedOnOwn = 2000
)

// ByOthers returns what others did to the account of the actor, a user: newest first, 20 events at
// most, of the 2,000 newest events on the account. Attempts that were refused are not among them.
func (s *Service) ByOthers(ctx context.Context, actor users.Actor) ([]users.Event, error) {
	found, err := eventsWhere(ctx, s.db.Reads(), `e.seq IN (SELECT o.seq FROM
			(SELECT seq, actor_key, action FROM events WHERE target_key = $1 ORDER BY seq DESC LIMIT $2) AS o
			WHERE o.actor_key <> $1 AND o.action <> $3 ORDER BY o.seq DESC LIMIT $4) ORDER BY e.seq DESC`,
		actor.Key, searchedOnOwn, users.ActionAccessRefused, maxByOthers)
	if err == nil {
		err = s.finish(ctx, actor, found)
	}
	if err != nil {
		return nil, fmt.Errorf("what others did to %s: %w", actor.ID, err)
	}
	return found, nil
}
