package users

import (
	"context"
	"fmt"
)

// FindPeople returns people who can answer for a service user, by name: those in
// whose name or user_id every word of the text is, limit at most. It returns a
// [*ForbiddenError] to those who may not create a service user.
func (s *Service) FindPeople(ctx context.Context, actor Actor, text string, limit int) ([]Ref, error) {
	if err := actor.May(ActCreateService, User{}); err != nil {
		return nil, err
	}
	var f filter
	f.add(`u.kind = 'person' AND u.status <> 'deactivated'`)
	f.match("u.search_text", text)
	f.args = append(f.args, limit)
	all, err := usersWhere(ctx, s.reads(), f.where()+fmt.Sprintf(` ORDER BY u.sort_name, u.key LIMIT $%d`, len(f.args)), f.args...)
	return refs(all), err
}

// WhoCanHelp returns active owners, three at most, for those whom the console
// refuses something.
func (s *Service) WhoCanHelp(ctx context.Context) ([]Ref, error) {
	all, err := usersWhere(ctx, s.reads(), `u.role = 'owner' AND u.status = 'active' ORDER BY u.sort_name, u.key LIMIT 3`)
	return refs(all), err
}

func refs(all []User) []Ref {
	found := make([]Ref, len(all))
	for i, u := range all {
		found[i] = u.Ref()
	}
	return found
}
