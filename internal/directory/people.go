package directory

import (
	"context"
	"fmt"
	"strings"

	"github.com/roboto-ai/console/internal/users"
)

// FindPeople searches the people who can be responsible for a service user, and returns at most
// limit of them in the order of [Service.Users]. It returns a [*users.ForbiddenError] to actors who
// may not create a service user.
func (s *Service) FindPeople(ctx context.Context, actor users.Actor, text string, limit int) ([]users.User, error) {
	if err := actor.May(users.ActCreateService, users.User{}); err != nil {
		return nil, err
	}
	words := `"` + strings.ReplaceAll(text, `"`, ` `) + `"` // no filters
	found, err := s.list(ctx, actor, Query{Text: words, Kind: Values(users.KindPerson), Present: true, bare: true, Limit: limit})
	if err != nil {
		return nil, fmt.Errorf("find people: %w", err)
	}
	return found.Users, nil
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
