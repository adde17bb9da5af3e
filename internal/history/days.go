package history

import (
	"context"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// DayChanges is how many events of [PartChanges] there were on a day.
type DayChanges struct {
	Day     users.Date // in UTC
	Changes int
}

// Days returns the changes of each day of twelve weeks, the oldest first and today last. It reads
// counts that the database keeps. It returns a [*users.ForbiddenError].
func (s *Service) Days(ctx context.Context, actor users.Actor) ([]DayChanges, error) {
	if err := actor.May(users.ActSeeAudit, users.User{}); err != nil {
		return nil, err
	}
	first := s.users.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-7*weeks)
	all := make([]DayChanges, 7*weeks)
	for i := range all {
		all[i].Day = users.DateOf(first.AddDate(0, 0, i))
	}
	found, err := database.Collect(ctx, s.db.Reads(), scanDayChanges, `SELECT day, SUM(n) FROM event_tallies
		WHERE day >= $1 AND action NOT IN ($2, $3, $4) GROUP BY day ORDER BY day`, all[0].Day, SignIns[0], SignIns[1], SignIns[2])
	if err != nil {
		return nil, fmt.Errorf("count changes by day: %w", err)
	}
	for _, d := range found {
		if i := int(d.Day.Time().Sub(first) / (24 * time.Hour)); i >= 0 && i < len(all) {
			all[i].Changes = d.Changes
		}
	}
	return all, nil
}

func scanDayChanges(row database.Scanner) (d DayChanges, err error) {
	return d, row.Scan(&d.Day, &d.Changes)
}
