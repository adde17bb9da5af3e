package history

import (
	"context"
	"fmt"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// maxEnded is how many events after a deactivation [Service.EndedWith] looks at.
const maxEnded = 200

// EndedWith returns the events of the act that deactivated a user, after the one of the deactivation:
// sessions that ended and service users that were handed over. An act on many users may have others
// between them. It returns a [*users.ForbiddenError] to an actor who may not see the directory.
func (s *Service) EndedWith(ctx context.Context, actor users.Actor, e users.Event) ([]users.Event, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return nil, err
	}
	found, err := eventsWhere(ctx, s.db.Reads(), `e.seq > $1 AND e.seq <= $2 AND e.at = $3 AND e.actor_key = $4
		AND e.action IN ('session.ended', 'user.handed_over') ORDER BY e.seq`, e.Seq, e.Seq+maxEnded, database.Time(e.At), e.Actor.Key)
	if err == nil {
		err = s.finish(ctx, actor, found)
	}
	if err != nil {
		return nil, fmt.Errorf("find what ended with event %d: %w", e.Seq, err)
	}
	return found, nil
}
