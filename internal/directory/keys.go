package directory

import (
	"context"
	"fmt"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// Keys returns all users that q selects, in its order, regardless of its cursors and limit. One
// statement reads them. It returns a [*users.ForbiddenError], and an [*users.InvalidError] on an
// unknown filter and if they are more than most.
func (s *Service) Keys(ctx context.Context, actor users.Actor, q Query, most int) ([]users.Frozen, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return nil, err
	}
	p, err := s.exportPlan(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	var all []users.Frozen
	err = s.users.LongRead(ctx, actor.Key, func(ctx context.Context, r database.Reader) error {
		var f database.Filter
		query := p.export(&f, `u.key, u.version`) + ` LIMIT ` + f.Arg(most+1)
		all, err = database.Collect(p.context(ctx), r, func(row database.Scanner) (one users.Frozen, err error) {
			return one, row.Scan(&one.Key, &one.Version)
		}, query, f.Args...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	if len(all) > most {
		return nil, users.Invalid("", "More than %s users match. Add filters, and act on fewer at once.", numbers.Grouped(most))
	}
	return all, nil
}
