package users

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// EndingDays is the number of days before the end of a token from which its users are warned.
const EndingDays = 14

// GivesAccess is the condition of tokens t that give access at a time that follows, if their user
// is active.
const GivesAccess = `t.revoked_at IS NULL AND t.disabled_at IS NULL AND t.ends_at > `

// WithoutSuccessor is the condition of tokens t without a successor that gives access at a time.
func WithoutSuccessor(now string) string {
	return `(t.replaced_by = '' OR NOT EXISTS (SELECT 1 FROM tokens n WHERE n.id = t.replaced_by
		AND n.revoked_at IS NULL AND n.disabled_at IS NULL AND n.ends_at > ` + now + `))`
}

// tokenSizes returns how many tokens have not ended and are not disabled, and how many of active
// users end within 14 days, 7 days and one, in one statement.
func tokenSizes(ctx context.Context, r database.Reader, now time.Time) (n int, ending []Ending, err error) {
	ending = []Ending{{Days: EndingDays}, {Days: 7}, {Days: 1}}
	var f database.Filter
	at := f.Arg(database.Time(now))
	within := func(days int) string { return f.Arg(database.Time(now.AddDate(0, 0, days))) }
	soon := `SELECT t.ends_at FROM tokens t JOIN users u ON u.key = t.user_key WHERE ` + GivesAccess + at + ` AND t.ends_at <= ` + within(EndingDays) +
		` AND u.status = 'active' AND ` + WithoutSuccessor(at)
	err = r.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM tokens t WHERE `+GivesAccess+at+`), COUNT(*),
		COALESCE(SUM(CASE WHEN ends_at <= `+within(7)+` THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN ends_at <= `+within(1)+` THEN 1 ELSE 0 END), 0)
		FROM (`+soon+`) AS soon`, f.Args...).Scan(&n, &ending[0].Tokens, &ending[1].Tokens, &ending[2].Tokens)
	return n, ending, err
}

// EndsSoon reports whether t gives access and ends within 14 days, and no successor has been
// issued.
func (t Token) EndsSoon(now time.Time) bool {
	return t.State(now) == TokenLive && t.ReplacedBy == "" && !t.EndsAt.After(now.AddDate(0, 0, EndingDays))
}

// ToRenew returns those of some tokens that end within 14 days, without a successor among them that
// gives access, the first to end first.
func ToRenew(all []Token, now time.Time) (renew []Token) {
	live := map[TokenID]bool{}
	for _, t := range all {
		live[t.ID] = t.State(now) == TokenLive
	}
	for _, t := range all {
		if live[t.ID] && !live[t.ReplacedBy] && !t.EndsAt.After(now.AddDate(0, 0, EndingDays)) {
			renew = append(renew, t)
		}
	}
	slices.SortFunc(renew, func(a, b Token) int { return cmp.Or(a.EndsAt.Compare(b.EndsAt), cmp.Compare(a.ID, b.ID)) })
	return renew
}

// TokensFor returns the tokens that have not ended: those of the actor, the newest first, and those of
// the service users that the actor is responsible for, by user, the first to end first.
func (s *Service) TokensFor(ctx context.Context, actor Actor) (own, theirs []Token, err error) {
	all, err := TokensWhere(ctx, s.reads(), `t.user_key IN (SELECT key FROM users WHERE key = $1 OR responsible_key = $1) AND t.revoked_at IS NULL AND t.ends_at > $2
		ORDER BY o.sort_name, o.key, t.ends_at, t.id`, actor.Key, database.Time(s.Now()))
	if err != nil {
		return nil, nil, fmt.Errorf("tokens for %s: %w", actor.ID, err)
	}
	for _, t := range all {
		if t.User.Key == actor.Key {
			own = append(own, t)
		} else {
			theirs = append(theirs, t)
		}
	}
	slices.SortStableFunc(own, func(a, b Token) int { return b.IssuedAt.Compare(a.IssuedAt) })
	return own, theirs, nil
}

// LiveTokens returns the tokens of all users that have not ended, disabled ones too, by user, the
// first to end first. It returns a [*ForbiddenError].
func (s *Service) LiveTokens(ctx context.Context, actor Actor) ([]Token, error) {
	if err := actor.May(ActSeeTokens, User{}); err != nil {
		return nil, err
	}
	all, err := TokensWhere(ctx, s.reads(), `t.revoked_at IS NULL AND t.ends_at > $1 ORDER BY o.user_id, t.ends_at, t.id`, database.Time(s.Now()))
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return all, nil
}
