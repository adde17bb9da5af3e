package history

import (
	"context"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// A UserWeek counts the events of one week that concern one user.
type UserWeek struct {
	Monday users.Date // its first day, in UTC
	By     int        // events of which the user is the actor
	Others int        // events on the user by others, without refused attempts
}

// MaxInWeek is the highest number that a [UserWeek] counts to, so that it costs the same for any
// number of events.
const MaxInWeek = 1000

// UserWeeks returns the last twelve weeks of a user, the oldest first and the one of today last. It
// returns a [*users.ForbiddenError].
func (s *Service) UserWeeks(ctx context.Context, actor users.Actor, u users.User) ([]UserWeek, error) {
	if err := actor.May(users.ActSee, u); err != nil {
		return nil, err
	}
	begins, err := s.weekBegins(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the first events of weeks: %w", err)
	}
	args := []any{u.Key}
	for _, seq := range begins.seqs {
		args = append(args, seq)
	}
	all, err := database.Collect(ctx, s.db.Reads(), func(row database.Scanner) (w UserWeek, err error) { return w, row.Scan(&w.By, &w.Others) }, countUserWeeks, args...)
	if err != nil {
		return nil, fmt.Errorf("count the events of user %s by week: %w", u.ID, err)
	}
	for i := range all {
		all[i].Monday = users.DateOf(begins.first.AddDate(0, 0, 7*i))
	}
	return all, nil
}

// countUserWeeks counts the events of the user $1 in twelve weeks, which begin with the events $2 to
// $13; $14 is past the last event. The number of an actor's events is in an index.
const countUserWeeks = `WITH spans (week, seq, past) AS (VALUES (0, CAST($2 AS BIGINT), CAST($3 AS BIGINT)), (1, $3, $4), (2, $4, $5), (3, $5, $6),
		(4, $6, $7), (5, $7, $8), (6, $8, $9), (7, $9, $10), (8, $10, $11), (9, $11, $12), (10, $12, $13), (11, $13, CAST($14 AS BIGINT)))
	SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM events WHERE actor_key = $1 AND seq >= s.seq AND seq < s.past LIMIT 1000) AS own),
		(SELECT COUNT(*) FROM (SELECT 1 FROM events WHERE target_key = $1 AND seq >= s.seq AND seq < s.past
			AND actor_key <> $1 AND action <> 'access.refused' LIMIT 1000) AS others)
	FROM spans s ORDER BY s.week`

// weekBegins are the numbers of the first events of weeks. If the clock was set back, an event may be
// counted in the week beside its own.
type weekBegins struct {
	first time.Time        // the Monday of the first week
	seqs  [weeks + 1]int64 // beginOfNone where no event has followed; the last always is
}

// beginOfNone is past the number of every event.
const beginOfNone = 1<<63 - 1

// weekBegins returns the begins of the last twelve weeks. It caches them: they change once a week.
func (s *Service) weekBegins(ctx context.Context) (weekBegins, error) {
	first := monday(s.users.Now()).AddDate(0, 0, -7*(weeks-1))
	if cached := s.begins.Load(); cached != nil && cached.first.Equal(first) {
		return *cached, nil
	}
	b := weekBegins{first: first}
	var f database.Filter
	text, into := `SELECT `, make([]any, weeks)
	for i := range weeks {
		if i > 0 {
			text += `, `
		}
		text += `COALESCE((SELECT seq FROM events WHERE at >= ` + f.Arg(database.Time(first.AddDate(0, 0, 7*i))) + ` ORDER BY at, seq LIMIT 1), 9223372036854775807)`
		into[i] = &b.seqs[i]
	}
	b.seqs[weeks] = beginOfNone
	if err := s.db.Reads().QueryRowContext(ctx, text, f.Args...).Scan(into...); err != nil {
		return weekBegins{}, err
	}
	if b.seqs[weeks-1] != beginOfNone {
		s.begins.Store(&b)
	}
	return b, nil
}
