package directory

import (
	"context"
	"fmt"
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// A Roster is one page of the directory for programs. Its users have all fields of a record of
// the API, but no purpose and note.
type Roster struct {
	Users []users.User
	Next  string // cursor for After; empty on the last page
}

// Members returns a page of the directory without totals and counts. In the order of
// creation ("created"), which never changes, each user who exists while all pages are read is on
// one of them. Its errors are those of [Service.Users].
func (s *Service) Members(ctx context.Context, actor users.Actor, q Query) (Roster, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return Roster{}, err
	}
	q.bare, q.full = true, true
	l, err := s.list(ctx, actor, q)
	if err != nil {
		return Roster{}, fmt.Errorf("list members: %w", err)
	}
	return Roster{l.Users, l.Next}, nil
}

// Creators returns the existing users who created users of a list, by key. It returns a
// [*users.ForbiddenError].
func (s *Service) Creators(ctx context.Context, actor users.Actor, all []users.User) (map[users.Key]users.User, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return nil, err
	}
	var f database.Filter
	var keys []string
	asked := map[users.Key]bool{"": true}
	for _, u := range all {
		if !asked[u.CreatedBy.Key] {
			asked[u.CreatedBy.Key] = true
			keys = append(keys, f.Arg(u.CreatedBy.Key))
		}
	}
	creators := make(map[users.Key]users.User, len(keys))
	if len(keys) == 0 {
		return creators, nil
	}
	found, err := users.UsersWhere(ctx, s.reads(), `u.key IN (`+strings.Join(keys, `, `)+`)`, f.Args...)
	if err != nil {
		return nil, fmt.Errorf("find creators: %w", err)
	}
	for _, u := range found {
		creators[u.Key] = u
	}
	return creators, nil
}
