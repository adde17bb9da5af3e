package directory

import (
	"context"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// A tokenView selects tokens that give access and need attention. Its values follow "tokens:" in
// a search.
type tokenView string

const (
	tokensEnding    tokenView = "ending"     // within 14 days, without a successor that gives access
	tokensUnused    tokenView = "unused"     // neither issued nor used within 90 days
	tokensKnownLeft tokenView = "known-left" // the secret was shown to a person who is deactivated or deleted
)

// tokenViews are all values.
var tokenViews = []tokenView{tokensEnding, tokensUnused, tokensKnownLeft}

// holders is the query of the keys of users with such tokens, also of deactivated users. It reads
// a range of a partial index. Of the few people who were shown secrets it reads each once, by a
// skip scan.
func (v tokenView) holders(f *database.Filter, now time.Time) string {
	at := f.Arg(database.Time(now))
	switch v {
	case tokensEnding:
		return `SELECT t.user_key FROM tokens t WHERE ` + users.GivesAccess + at +
			` AND t.ends_at <= ` + f.Arg(database.Time(now.AddDate(0, 0, users.EndingDays))) + ` AND ` + users.WithoutSuccessor(at)
	case tokensUnused:
		return `SELECT t.user_key FROM tokens t WHERE ` + users.GivesAccess + at + ` AND t.used_on < ` + f.Arg(users.DateOf(daysAgo(now, quietDays)))
	}
	const known = `SELECT MIN(shown_to) FROM tokens WHERE revoked_at IS NULL AND disabled_at IS NULL AND shown_to <> '' AND shown_to <> user_key`
	return `WITH RECURSIVE seers (key) AS (` + known + ` UNION ALL SELECT (` + known + ` AND shown_to > seers.key) FROM seers WHERE seers.key IS NOT NULL)
		SELECT t.user_key FROM seers LEFT JOIN users w ON w.key = seers.key
		CROSS JOIN tokens t WHERE seers.key IS NOT NULL AND (w.key IS NULL OR w.status = 'deactivated')
		AND t.shown_to = seers.key AND t.shown_to <> '' AND t.shown_to <> t.user_key AND ` + users.GivesAccess + at
}

// numbers is the query of the numbers of users with such tokens, each once.
func (v tokenView) numbers(f *database.Filter, now time.Time) string {
	return `SELECT u.number FROM (SELECT DISTINCT user_key FROM (` + v.holders(f, now) + `) AS held) AS h CROSS JOIN users u WHERE u.key = h.user_key`
}

// haveTokens is the query of the numbers of users with tokens of one of the views, each once.
func haveTokens(f *database.Filter, views []tokenView, now time.Time) string {
	all := make([]string, len(views))
	for i, v := range views {
		all[i] = v.numbers(f, now)
	}
	return strings.Join(all, ` UNION `)
}

// isActive reports whether the tokens of users of a facet give access.
func isActive(f facet) bool { return f.Status == users.StatusActive }

// tokenCountAge is how long the counts of the views of tokens are cached. Counting a hundred
// thousand tokens takes tens of milliseconds.
const tokenCountAge = 10 * time.Second

// tokenCounts caches how many users each view of tokens shows.
type tokenCounts struct {
	mu      sync.Mutex
	changes uint64 // of tokens, before the views were counted
	at      time.Time
	counts  map[View]int // nil: not counted yet
}

// addTokenViews adds to t how many users each view of tokens shows: freshly counted, or from the
// cache if no token has changed since. A change by another process shows after
// [tokenCountAge].
func (s *Service) addTokenViews(ctx context.Context, t *tallies, fresh bool) error {
	now, changes := s.now(), s.users.TokenChanges()
	c := &s.tokenCounts
	c.mu.Lock()
	counts, age := c.counts, now.Sub(c.at).Abs()
	if c.changes != changes {
		counts = nil
	}
	c.mu.Unlock()
	if counts == nil || fresh || age >= tokenCountAge {
		var err error
		if counts, err = countTokenViews(ctx, s.reads(), now); err != nil {
			return err
		}
		c.mu.Lock()
		c.counts, c.at, c.changes = counts, now, changes
		c.mu.Unlock()
	}
	maps.Copy(t.days, counts)
	return nil
}

// countTokenViews counts the users whom each view of tokens shows, in one statement.
func countTokenViews(ctx context.Context, r database.Reader, now time.Time) (map[View]int, error) {
	var f database.Filter
	var all []string
	for _, v := range tokenViews {
		all = append(all, `(SELECT COUNT(*) FROM (`+v.numbers(&f, now)+` AND u.status = 'active' AND u.kind <> 'system') AS shown)`)
	}
	counts := make([]int, len(tokenViews))
	err := r.QueryRowContext(ctx, `SELECT `+strings.Join(all, `, `), f.Args...).Scan(&counts[0], &counts[1], &counts[2])
	return map[View]int{ViewTokensEnding: counts[0], ViewTokensUnused: counts[1], ViewTokensKnownLeft: counts[2]}, err
}
