package users

import (
	"context"
	"fmt"
	"strings"
)

// FindPeople searches the people who can be responsible for a service user, and returns at most
// limit of them in the order of [Service.Users]. It returns a [*ForbiddenError] to actors who
// may not create a service user.
func (s *Service) FindPeople(ctx context.Context, actor Actor, text string, limit int) ([]Ref, error) {
	if err := actor.May(ActCreateService, User{}); err != nil {
		return nil, err
	}
	words := `"` + strings.ReplaceAll(text, `"`, ` `) + `"` // no filters
	found, err := s.list(ctx, actor, Query{Text: words, Kind: KindPerson, Present: true, bare: true, Limit: limit})
	if err != nil {
		return nil, fmt.Errorf("find people: %w", err)
	}
	return refs(found.Users), nil
}

// WhoCanHelp returns active owners, three at most, whom a user without a permission can ask.
func (s *Service) WhoCanHelp(ctx context.Context) ([]Ref, error) {
	all, err := usersWhere(ctx, s.reads(), `u.kind = 'person' AND u.role = 'owner' AND u.status = 'active' ORDER BY u.sort_name, u.key LIMIT 3`)
	return refs(all), err
}

func refs(all []User) []Ref {
	found := make([]Ref, len(all))
	for i, u := range all {
		found[i] = u.Ref()
	}
	return found
}
