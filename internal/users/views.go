package users

import (
	"context"
	"fmt"
	"strings"

	"github.com/roboto-ai/console/internal/database"
)

// View is a named filter of the directory.
type View string

// The named views.
const (
	ViewAll         View = ""
	ViewPeople      View = "people"
	ViewService     View = "service"
	ViewAdmins      View = "admins" // and owners
	ViewInvited     View = "invited"
	ViewQuiet       View = "quiet" // active, last seen more than 90 days ago
	ViewDeactivated View = "deactivated"
	ViewUnanswered  View = "no-responsible" // service users without a responsible person
	ViewReviewDue   View = "review-due"     // service users whose review date has come, or is missing
	ViewChanged     View = "changed"        // in the last 90 days
)

// views are the conditions of the named views. $1 is 90 days ago, $2 never and $3
// today.
var views = map[View]string{
	ViewAll:         `u.kind <> 'system'`,
	ViewPeople:      `u.kind = 'person'`,
	ViewService:     `u.kind = 'service'`,
	ViewAdmins:      `u.kind <> 'system' AND u.role IN ('admin', 'owner')`,
	ViewInvited:     `u.kind = 'person' AND u.status = 'invited'`,
	ViewQuiet:       `u.kind <> 'system' AND u.status = 'active' AND u.seen_at < $1 AND u.seen_at <> $2`,
	ViewDeactivated: `u.kind <> 'system' AND u.status = 'deactivated'`,
	ViewUnanswered:  `u.kind = 'service' AND u.responsible_key IS NULL`,
	ViewReviewDue:   `u.kind = 'service' AND u.status = 'active' AND COALESCE(u.review_on, '') <= $3`,
	ViewChanged:     `u.kind <> 'system' AND u.updated_at >= $1`,
}

// Counts returns how many users each named view holds. It returns a
// [*ForbiddenError].
func (s *Service) Counts(ctx context.Context, actor Actor) (map[View]int, error) {
	if err := actor.May(ActSeeDirectory, User{}); err != nil {
		return nil, err
	}
	now := s.now()
	var names []View
	var sums []string
	for view, condition := range views {
		names = append(names, view)
		sums = append(sums, `COALESCE(SUM(CASE WHEN `+condition+` THEN 1 ELSE 0 END), 0)`)
	}
	numbers := make([]int, len(names))
	into := make([]any, len(names))
	for i := range numbers {
		into[i] = &numbers[i]
	}
	err := s.reads().QueryRowContext(ctx, `SELECT `+strings.Join(sums, ", ")+` FROM users u`,
		database.Time(now.Add(-quietAfter)), database.Time(never), today(now)).Scan(into...)
	if err != nil {
		return nil, fmt.Errorf("count views: %w", err)
	}
	counts := make(map[View]int, len(names))
	for i, view := range names {
		counts[view] = numbers[i]
	}
	return counts, nil
}
