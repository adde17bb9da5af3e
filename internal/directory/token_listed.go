package directory

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// TokensInView returns the tokens that make a view of tokens show the users of a list, by user,
// in the order of their end. For any other view there are none. It returns a [*users.ForbiddenError]
// to an actor who may not see the directory.
func (s *Service) TokensInView(ctx context.Context, actor users.Actor, view View, list []users.User) (map[users.Key][]users.Token, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return nil, err
	}
	v := views[view].tokens
	if v == "" || len(list) == 0 {
		return nil, nil
	}
	var f database.Filter
	condition := v.condition(&f, s.now())
	keys := make([]string, len(list))
	for i, u := range list {
		keys[i] = f.Arg(u.Key)
	}
	all, err := users.TokensWhere(ctx, s.reads(), `t.user_key IN (`+strings.Join(keys, `, `)+`) AND `+condition+` ORDER BY t.ends_at, t.id`, f.Args...)
	if err != nil {
		return nil, fmt.Errorf("tokens of the view %s: %w", view, err)
	}
	found := map[users.Key][]users.Token{}
	for _, t := range all {
		found[t.User.Key] = append(found[t.User.Key], t)
	}
	return found, nil
}

// condition is the condition of the tokens t of a view, as in [tokenView.holders], with the user
// w who was shown the secret.
func (v tokenView) condition(f *database.Filter, now time.Time) string {
	at := f.Arg(database.Time(now))
	switch v {
	case tokensEnding:
		return users.GivesAccess + at + ` AND t.ends_at <= ` + f.Arg(database.Time(now.AddDate(0, 0, users.EndingDays))) + ` AND ` + users.WithoutSuccessor(at)
	case tokensUnused:
		return users.GivesAccess + at + ` AND t.used_on < ` + f.Arg(users.DateOf(daysAgo(now, quietDays)))
	}
	return users.GivesAccess + at + ` AND t.shown_to <> '' AND t.shown_to <> t.user_key AND (w.key IS NULL OR w.status = 'deactivated')`
}
