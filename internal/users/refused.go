package users

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// How often refusals are recorded in a log that is never emptied: the same one
// once within sameRefusal, and maxRefusals of one actor within refusalsOver,
// whatever they make up to be refused.
const (
	sameRefusal  = time.Minute
	maxRefusals  = 30
	refusalsOver = 10 * time.Minute
)

// RefuseAccess records that a known actor was refused something, the same thing
// at most once a minute and no more than so many things. It is best effort: the
// refusal stands without it. Whether there is a target of that user_id makes no
// difference, so that the time it takes does not tell the actor either.
func (s *Service) RefuseAccess(ctx context.Context, actor Actor, target ID, what string) {
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		u, err := userByID(ctx, tx, target)
		if errors.Is(err, ErrNotFound) {
			u, err = User{ID: target}, nil
		}
		if err != nil {
			return nothing, err
		}
		recent, err := tx.since(ctx, ActionAccessRefused, refusalsOver)
		if err != nil || len(recent) >= maxRefusals {
			return nothing, err
		}
		return tx.unlessRecent(ctx, about(ActionAccessRefused, u, Change{Field: "refusal", New: what}))
	})
	if err != nil && !errors.Is(err, ErrNoSession) {
		s.config.Log.WarnContext(ctx, "refusal not recorded", "user", actor.Key, "error", err)
	}
}

// unlessRecent returns the event, or nothing if the same actor had one with the
// same target and change a moment ago.
func (c *changeTx) unlessRecent(ctx context.Context, e Event) ([]Event, error) {
	recent, err := c.since(ctx, e.Action, sameRefusal)
	for _, r := range recent {
		if r.Target.Key == e.Target.Key && r.Target.ID == e.Target.ID && slices.Equal(r.Changes, e.Changes) {
			return nothing, err
		}
	}
	return []Event{e}, err
}

// since returns the actor's events of that action in the time before now. It
// looks at that time alone, however long the history is.
func (c *changeTx) since(ctx context.Context, action Action, ago time.Duration) ([]Event, error) {
	return eventsWhere(ctx, c, `e.seq IN (SELECT seq FROM events WHERE at > $1) AND e.action = $2 AND e.actor_key = $3`,
		database.Time(c.now.Add(-ago)), action, c.actor.Key)
}
