package history

import (
	"context"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// weeks is how many weeks [Service.Weeks] returns.
const weeks = 12

// A Week counts what happened in one week.
type Week struct {
	Monday   users.Date // its first day, in UTC
	Joined   int        // users who were created or restored
	Left     int        // users who were deactivated or deleted
	SignedIn int        // sessions that were started
	Refused  int        // sign-ins of users that were refused
	Active   int        // users who were seen
}

// Weeks returns the last twelve weeks, the oldest first and the one of today last. It reads
// counts that the database keeps, so that it costs the same for any number of events. It
// returns a [*users.ForbiddenError].
func (s *Service) Weeks(ctx context.Context, actor users.Actor) ([]Week, error) {
	if err := actor.May(users.ActSeeAudit, users.User{}); err != nil {
		return nil, err
	}
	first := monday(s.users.Now()).AddDate(0, 0, -7*(weeks-1))
	all := make([]Week, weeks)
	for i := range all {
		all[i].Monday = users.DateOf(first.AddDate(0, 0, 7*i))
	}
	counts, err := database.Collect(ctx, s.db.Reads(), scanDayCount, `SELECT day, action, n FROM event_tallies
		WHERE day >= $1 AND action IN ('user.created', 'user.restored', 'user.deactivated', 'user.deleted', 'session.started', 'session.refused')
		UNION ALL SELECT week, '', n FROM active_weeks WHERE week >= $1`, users.DateOf(first))
	if err != nil {
		return nil, fmt.Errorf("count events by week: %w", err)
	}
	for _, c := range counts {
		if i := int(c.day.Time().Sub(first)/(24*time.Hour)) / 7; i >= 0 && i < weeks {
			all[i].add(c.action, c.n)
		}
	}
	return all, nil
}

// A dayCount is how many events of an action there were on a day; without an action, how many
// users were seen in the week that begins on it.
type dayCount struct {
	day    users.Date
	action users.Action
	n      int
}

func scanDayCount(row database.Scanner) (c dayCount, err error) {
	return c, row.Scan(&c.day, &c.action, &c.n)
}

// add adds n events of an action, or n active users without one.
func (w *Week) add(action users.Action, n int) {
	switch action {
	case users.ActionCreated, "user.restored":
		w.Joined += n
	case users.ActionDeactivated, users.ActionDeleted:
		w.Left += n
	case users.ActionStarted:
		w.SignedIn += n
	case users.ActionRefused:
		w.Refused += n
	default:
		w.Active += n
	}
}

// monday returns the begin of the week of a moment, in UTC.
func monday(at time.Time) time.Time {
	at = at.UTC().Truncate(24 * time.Hour)
	return at.AddDate(0, 0, -(int(at.Weekday())+6)%7)
}
