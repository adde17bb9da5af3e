package directory

import (
	"context"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// A facet is a kind, role and status. The database keeps how many users each has.
type facet struct {
	Kind   users.Kind
	Role   users.Role
	Status users.Status
	n      int // users; never 0
}

// tallies are the counts that the database keeps in the transaction of each change. Reading them
// costs the same for any number of users.
type tallies struct {
	facets []facet
	days   map[View]int // users of each view with conditions beyond facets

	unindexed bool // the index of the search is damaged
}

// talliesQuery reads the facets, and for each view with conditions beyond them a row that names it in
// the place of the role.
const talliesQuery = `SELECT kind, role, status, n FROM tallies WHERE n > 0
	UNION ALL SELECT '', 'seen', '', COALESCE(SUM(n), 0) FROM day_tallies WHERE what = 'seen' AND day >= $1
	UNION ALL SELECT '', 'updated', '', COALESCE(SUM(n), 0) FROM day_tallies WHERE what = 'updated' AND day >= $2
	UNION ALL SELECT '', 'review', '', COALESCE(SUM(n), 0) FROM day_tallies WHERE what = 'review' AND day <= $3
	UNION ALL SELECT '', 'unanswered', '', n FROM day_tallies WHERE what = 'unanswered'
	UNION ALL SELECT '', 'dormant', '', COUNT(*) FROM users WHERE kind IN ('person', 'service') AND role IN ('admin', 'owner')
		AND status = 'active' AND seen_at < $4 AND created_at < $4
	UNION ALL SELECT '', 'invited', '', COUNT(*) FROM users WHERE kind = 'person' AND role IN ('user', 'auditor', 'admin', 'owner')
		AND status = 'invited' AND created_at >= $7
	UNION ALL SELECT '', 'damaged', '', 1 FROM damaged_indexes WHERE engine = $5 AND name = $6`

// readTallies reads the counts as of a time.
func readTallies(ctx context.Context, r database.Reader, e database.Engine, now time.Time) (tallies, error) {
	t := tallies{days: map[View]int{}}
	rows, err := database.Collect(ctx, r, func(row database.Scanner) (f facet, err error) {
		return f, row.Scan(&f.Kind, &f.Role, &f.Status, &f.n)
	}, talliesQuery,
		users.DateOf(daysAgo(now, quietDays)), users.DateOf(daysAgo(now, recentDays)), users.DateOf(now), database.Time(daysAgo(now, quietDays)), e, users.SearchIndex, database.Time(daysAgo(now, inviteDays)))
	if err != nil {
		return tallies{}, err
	}
	for _, f := range rows {
		switch f.Role {
		case "dormant":
			t.days[ViewDormant] = f.n
		case "invited":
			t.days[ViewInvitedLong] -= f.n // the recent ones, of which there are fewer; see below
		case "seen":
			t.days[ViewQuiet] -= f.n // of the active ones, added below
		case "updated":
			t.days[ViewChanged] = f.n
		case "review":
			t.days[ViewReviewDue] = f.n
		case "damaged":
			t.unindexed = true
		case "unanswered":
			t.days[ViewUnanswered] = f.n
		default:
			t.facets = append(t.facets, f)
		}
	}
	t.days[ViewQuiet] += t.sum(views[ViewQuiet].facet)
	t.days[ViewInvitedLong] += t.sum(views[ViewInvitedLong].facet)
	return t, nil
}

// sum returns how many users are in the facets for which a rule holds, without system users.
func (t tallies) sum(rule func(facet) bool) (n int) {
	for _, f := range t.facets {
		if f.Kind != users.KindSystem && rule(f) {
			n += f.n
		}
	}
	return n
}

// views returns how many users each view shows.
func (t tallies) views() map[View]int {
	counts := make(map[View]int, len(views))
	for view, rule := range views {
		counts[view] = t.sum(rule.facet)
	}
	for view, n := range t.days {
		counts[view] = n
	}
	return counts
}
