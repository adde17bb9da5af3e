package history

import (
	"context"
	"fmt"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// Deactivations returns the last event of each user of a list that deactivated them, by user. It
// returns a [*users.ForbiddenError] to an actor who may not see the directory.
func (s *Service) Deactivations(ctx context.Context, actor users.Actor, list []users.User) (map[users.Key]users.Event, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil || len(list) == 0 {
		return nil, err
	}
	var f database.Filter
	action, all := f.Arg(users.ActionDeactivated), ``
	for i, u := range list {
		if i > 0 {
			all += `, `
		}
		all += `(SELECT MAX(seq) FROM events WHERE target_key = ` + f.Arg(u.Key) + ` AND action = ` + action + `)`
	}
	found, err := eventsWhere(ctx, s.db.Reads(), `e.seq IN (`+all+`)`, f.Args...)
	if err == nil {
		err = s.finish(ctx, actor, found)
	}
	if err != nil {
		return nil, fmt.Errorf("find deactivations: %w", err)
	}
	last := make(map[users.Key]users.Event, len(found))
	for _, e := range found {
		last[e.Target.Key] = e
	}
	return last, nil
}
