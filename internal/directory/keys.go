package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// Keys returns all users that q selects, in its order but without exact names first, regardless of
// its cursors and limit. One statement reads them. It returns a [*users.ForbiddenError], and an [*users.InvalidError] on an
// unknown filter and if they are more than most.
func (s *Service) Keys(ctx context.Context, actor users.Actor, q Query, most int) ([]users.Frozen, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return nil, err
	}
	p, err := s.exportPlan(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	all, err := readAll(ctx, s, actor, p, `u.key, u.version`, most, func(row database.Scanner) (one users.Frozen, err error) {
		return one, row.Scan(&one.Key, &one.Version)
	})
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return all, nil
}

// KeyBeginning is how many characters of a key distinguish users on a page: 50 random bits.
const KeyBeginning = len("usr_") + 10

// WholeKeys returns the key of the one user whose key begins with each of the texts. A text that is
// shorter than [KeyBeginning], or with which no key begins, or several do, is returned as it is: it
// is the key of no one.
func (s *Service) WholeKeys(ctx context.Context, actor users.Actor, beginnings []string) ([]users.Key, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return nil, err
	}
	all := make([]users.Key, len(beginnings))
	var f database.Filter
	var ranges []string
	for i, text := range beginnings {
		if all[i] = users.Key(text); len(text) >= KeyBeginning {
			ranges = append(ranges, `key >= `+f.Arg(text)+` AND key < `+f.Arg(text+"~")) // after all letters and digits
		}
	}
	if len(ranges) == 0 {
		return all, nil
	}
	whole, err := database.Collect(ctx, s.reads(), database.Text, `SELECT key FROM users WHERE `+strings.Join(ranges, ` OR `), f.Args...)
	if err != nil {
		return nil, fmt.Errorf("find keys: %w", err)
	}
	for i, text := range beginnings {
		begins := func(key string) bool { return len(text) >= KeyBeginning && strings.HasPrefix(key, text) }
		if one := slices.IndexFunc(whole, begins); one >= 0 && !slices.ContainsFunc(whole[one+1:], begins) {
			all[i] = users.Key(whole[one])
		}
	}
	return all, nil
}

// Addresses returns the addresses of the people that q selects, as [Service.Keys] does keys.
func (s *Service) Addresses(ctx context.Context, actor users.Actor, q Query, most int) ([]string, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return nil, err
	}
	p, err := s.exportPlan(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list addresses: %w", err)
	}
	all, err := readAll(ctx, s, actor, p, `u.user_id`, most, scanText)
	if err != nil {
		return nil, fmt.Errorf("list addresses: %w", err)
	}
	return slices.DeleteFunc(all, func(id string) bool { return !users.ID(id).IsAddress() }), nil
}

// readAll reads columns of all users of a plan, and returns an [*users.InvalidError] if they are
// more than most.
func readAll[T any](ctx context.Context, s *Service, actor users.Actor, p plan, columns string, most int, scan func(database.Scanner) (T, error)) (all []T, err error) {
	err = s.users.LongRead(ctx, actor.Key, func(ctx context.Context, r database.Reader) error {
		var f database.Filter
		query := p.export(&f, columns) + ` LIMIT ` + f.Arg(most+1)
		all, err = database.Collect(p.context(ctx), r, scan, query, f.Args...)
		return err
	})
	if err == nil && len(all) > most {
		err = users.Invalid("", "More than %s users match. Add filters, and act on fewer at once.", numbers.Grouped(most))
	}
	return all, err
}
