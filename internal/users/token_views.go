package users

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// A tokenView names tokens that give access and want to be looked at. Its values follow "tokens:" in a search.
type tokenView string

const (
	tokensEnding    tokenView = "ending"     // within 14 days, and without a successor that gives access
	tokensUnused    tokenView = "unused"     // for 90 days, and issued before them
	tokensKnownLeft tokenView = "known-left" // whose secret was shown to a person who is deactivated or deleted
)

// tokenViews are all of them.
var tokenViews = []tokenView{tokensEnding, tokensUnused, tokensKnownLeft}

// EndingDays is within how many days a token ends that the view [ViewTokensEnding] shows.
const EndingDays = 14

// givesAccess is the condition of tokens t that give access at a time, if their user may come.
const givesAccess = `t.revoked_at IS NULL AND t.disabled_at IS NULL AND t.ends_at > `

// without is the condition of tokens t without a successor that gives access at a time.
func without(now string) string {
	return `(t.replaced_by = '' OR NOT EXISTS (SELECT 1 FROM tokens n WHERE n.id = t.replaced_by
		AND n.revoked_at IS NULL AND n.disabled_at IS NULL AND n.ends_at > ` + now + `))`
}

// holders is the query of the keys of the users who have such tokens, deactivated ones among them.
// It reads a part of an index that has such tokens alone; of those who were shown secrets, of
// whom there are few, each is looked at once.
func (v tokenView) holders(f *database.Filter, now time.Time) string {
	at := f.Arg(database.Time(now))
	switch v {
	case tokensEnding:
		return `SELECT t.user_key FROM tokens t WHERE ` + givesAccess + at +
			` AND t.ends_at <= ` + f.Arg(database.Time(now.AddDate(0, 0, EndingDays))) + ` AND ` + without(at)
	case tokensUnused:
		return `SELECT t.user_key FROM tokens t WHERE ` + givesAccess + at + ` AND t.used_on < ` + f.Arg(dateOf(daysAgo(now, quietDays)))
	}
	const known = `SELECT MIN(shown_to) FROM tokens WHERE revoked_at IS NULL AND disabled_at IS NULL AND shown_to <> '' AND shown_to <> user_key`
	return `WITH RECURSIVE seers (key) AS (` + known + ` UNION ALL SELECT (` + known + ` AND shown_to > seers.key) FROM seers WHERE seers.key IS NOT NULL)
		SELECT t.user_key FROM seers LEFT JOIN users w ON w.key = seers.key
		CROSS JOIN tokens t WHERE seers.key IS NOT NULL AND (w.key IS NULL OR w.status = 'deactivated')
		AND t.shown_to = seers.key AND t.shown_to <> '' AND t.shown_to <> t.user_key AND ` + givesAccess + at
}

// numbers is the query of the numbers of users who have such tokens, each once.
func (v tokenView) numbers(f *database.Filter, now time.Time) string {
	return `SELECT u.number FROM (SELECT DISTINCT user_key FROM (` + v.holders(f, now) + `) AS held) AS h CROSS JOIN users u WHERE u.key = h.user_key`
}

// haveTokens is the query of the numbers of users who have tokens of one of the views, each once.
func haveTokens(f *database.Filter, views []tokenView, now time.Time) string {
	all := make([]string, len(views))
	for i, v := range views {
		all[i] = v.numbers(f, now)
	}
	return strings.Join(all, ` UNION `)
}

// isActive reports whether users of a facet may come with a token. Those of others are suspended.
func isActive(f facet) bool { return f.Status == StatusActive }

// tokenCountAge is for how long the counts of the views of tokens are kept. To count a hundred
// thousand tokens takes some tens of milliseconds.
const tokenCountAge = 10 * time.Second

// tokenCounts are how many users the views of tokens show.
type tokenCounts struct {
	mu      sync.Mutex
	changes int // of tokens, by this process
	at      time.Time
	counts  map[View]int // nil: not known
}

// forget has the views counted anew: tokens or their users have changed.
func (c *tokenCounts) forget(events []Event) {
	for _, e := range events {
		if strings.HasPrefix(string(e.Action), "token.") || e.Action == ActionDeactivated || e.Action == ActionReactivated || e.Action == ActionDeleted {
			c.mu.Lock()
			c.changes++
			c.counts = nil
			c.mu.Unlock()
			return
		}
	}
}

// addTokenViews adds to t how many users each view of tokens shows: fresh, or as it was up to ten
// seconds ago, with every change that this process has made since.
func (s *Service) addTokenViews(ctx context.Context, t *tallies, fresh bool) error {
	now := s.now()
	c := &s.tokenCounts
	c.mu.Lock()
	counts, changes, age := c.counts, c.changes, now.Sub(c.at).Abs()
	c.mu.Unlock()
	if counts == nil || fresh || age >= tokenCountAge {
		var err error
		if counts, err = countTokenViews(ctx, s.reads(), now); err != nil {
			return err
		}
		c.mu.Lock()
		if c.changes == changes {
			c.counts, c.at = counts, now
		}
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

// tokenSizes returns how many tokens have not ended and are not disabled, and how many of active
// users end within 14 days, 7 days and one, in one statement.
func tokenSizes(ctx context.Context, r database.Reader, now time.Time) (n int, ending []Ending, err error) {
	ending = []Ending{{Days: EndingDays}, {Days: 7}, {Days: 1}}
	var f database.Filter
	at := f.Arg(database.Time(now))
	within := func(days int) string { return f.Arg(database.Time(now.AddDate(0, 0, days))) }
	soon := `SELECT t.ends_at FROM tokens t JOIN users u ON u.key = t.user_key WHERE ` + givesAccess + at + ` AND t.ends_at <= ` + within(EndingDays) +
		` AND u.status = 'active' AND ` + without(at)
	err = r.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM tokens t WHERE `+givesAccess+at+`), COUNT(*),
		COALESCE(SUM(CASE WHEN ends_at <= `+within(7)+` THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN ends_at <= `+within(1)+` THEN 1 ELSE 0 END), 0)
		FROM (`+soon+`) AS soon`, f.Args...).Scan(&n, &ending[0].Tokens, &ending[1].Tokens, &ending[2].Tokens)
	return n, ending, err
}

// EndsSoon reports whether t gives access and ends within 14 days, and no successor has been
// issued.
func (t Token) EndsSoon(now time.Time) bool {
	return t.State(now) == TokenLive && t.ReplacedBy == "" && !t.EndsAt.After(now.AddDate(0, 0, EndingDays))
}

// TokensToRenew returns the tokens that end within 14 days, without a successor that gives access,
// of the actor and of the service users that the actor is responsible for, the first to end first.
func (s *Service) TokensToRenew(ctx context.Context, actor Actor) ([]Token, error) {
	now := s.now()
	all, err := tokensWhere(ctx, s.reads(), `(o.key = $1 OR o.responsible_key = $1) AND o.status = 'active' AND `+givesAccess+`$2
		AND t.ends_at <= $3 AND `+without(`$2`)+` ORDER BY t.ends_at, t.id`, actor.Key, database.Time(now), database.Time(now.AddDate(0, 0, EndingDays)))
	if err != nil {
		return nil, fmt.Errorf("tokens to renew: %w", err)
	}
	return all, nil
}

// TokensAnsweredFor returns the tokens that have not ended of the service users that the actor is
// responsible for, those of one user together, the first to end first.
func (s *Service) TokensAnsweredFor(ctx context.Context, actor Actor) ([]Token, error) {
	all, err := tokensWhere(ctx, s.reads(), `o.responsible_key = $1 AND t.revoked_at IS NULL AND t.ends_at > $2
		ORDER BY o.sort_name, o.key, t.ends_at, t.id`, actor.Key, database.Time(s.now()))
	if err != nil {
		return nil, fmt.Errorf("tokens of service users: %w", err)
	}
	return all, nil
}

// LiveTokens returns the tokens of all users that have not ended, disabled ones too, by user, the
// first to end first. It returns a [*ForbiddenError].
func (s *Service) LiveTokens(ctx context.Context, actor Actor) ([]Token, error) {
	if err := actor.May(ActSeeTokens, User{}); err != nil {
		return nil, err
	}
	all, err := tokensWhere(ctx, s.reads(), `t.revoked_at IS NULL AND t.ends_at > $1 ORDER BY o.user_id, t.ends_at, t.id`, database.Time(s.now()))
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return all, nil
}
