package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// Find searches users by name and user_id, without filters, and returns at most limit of them in the
// order of [Service.Users]. It returns a [*users.ForbiddenError].
func (s *Service) Find(ctx context.Context, actor users.Actor, text string, limit int) ([]users.User, error) {
	return s.find(ctx, actor, users.ActSeeDirectory, text, Query{Limit: limit})
}

// FindPeople searches the people who can be responsible for a service user, and returns at most
// limit of them in the order of [Service.Users]. It returns a [*users.ForbiddenError] to actors who
// may not create a service user.
func (s *Service) FindPeople(ctx context.Context, actor users.Actor, text string, limit int) ([]users.User, error) {
	return s.find(ctx, actor, users.ActCreateService, text, Query{Kind: Values(users.KindPerson), Present: true, Limit: limit})
}

// find searches for the words of text, without filters, within q, for an actor who may do act.
func (s *Service) find(ctx context.Context, actor users.Actor, act users.Act, text string, q Query) ([]users.User, error) {
	if err := actor.May(act, users.User{}); err != nil {
		return nil, err
	}
	q.Text, q.bare = `"`+strings.ReplaceAll(text, `"`, ` `)+`"`, true
	found, err := s.list(ctx, actor, q)
	if err != nil {
		return nil, fmt.Errorf("find users: %w", err)
	}
	return found.Users, nil
}

// ByKeys returns the users with these keys, in their order, without those who do not exist. It
// returns a [*users.ForbiddenError].
func (s *Service) ByKeys(ctx context.Context, actor users.Actor, keys []users.Key) ([]users.User, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil || len(keys) == 0 {
		return nil, err
	}
	var f database.Filter
	places := make([]string, len(keys))
	for i, key := range keys {
		places[i] = f.Arg(key)
	}
	found, err := users.UsersWhere(ctx, s.reads(), `u.key IN (`+strings.Join(places, `, `)+`)`, f.Args...)
	if err != nil {
		return nil, fmt.Errorf("find users by keys: %w", err)
	}
	slices.SortFunc(found, func(a, b users.User) int { return slices.Index(keys, a.Key) - slices.Index(keys, b.Key) })
	return found, nil
}

// WhoCanHelp returns active owners, three at most, whom a user without a permission can ask.
func (s *Service) WhoCanHelp(ctx context.Context) ([]users.Ref, error) {
	all, err := users.UsersWhere(ctx, s.reads(), `u.kind = 'person' AND u.role = 'owner' AND u.status = 'active' ORDER BY u.sort_name, u.key LIMIT 3`)
	return refs(all), err
}

func refs(all []users.User) []users.Ref {
	found := make([]users.Ref, len(all))
	for i, u := range all {
		found[i] = u.Ref()
	}
	return found
}
