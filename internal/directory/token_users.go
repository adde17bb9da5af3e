package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/spelling"
	"github.com/roboto-ai/console/internal/users"
)

// FindTokenUsers searches the active service users for which the actor may issue a token, and
// returns at most limit of them, in the order of [Service.Users] after those that the actor is
// responsible for.
func (s *Service) FindTokenUsers(ctx context.Context, actor users.Actor, text string, limit int) ([]users.Ref, error) {
	own, err := users.UsersWhere(ctx, s.reads(), `u.responsible_key = $1 ORDER BY u.sort_name, u.key`, actor.Key)
	if err != nil {
		return nil, fmt.Errorf("find users of tokens: %w", err)
	}
	words := spelling.Words(text)
	found := slices.DeleteFunc(own, func(u users.User) bool {
		name := spelling.Fold(u.Label() + " " + string(u.ID))
		return slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(name, word) })
	})
	if actor.IssuesForOthers() {
		quoted := `"` + strings.ReplaceAll(text, `"`, ` `) + `"` // no filters
		all, err := s.list(ctx, actor, Query{Text: quoted, Kind: Values(users.KindService), Status: Values(users.StatusActive), bare: true, Limit: limit})
		if err != nil {
			return nil, fmt.Errorf("find users of tokens: %w", err)
		}
		found = append(found, slices.DeleteFunc(all.Users, func(u users.User) bool { return actor.ResponsibleFor(u) })...)
	}
	found = slices.DeleteFunc(found, func(u users.User) bool { return !actor.IssuesFor(u) })
	return refs(found[:min(len(found), limit)]), nil
}
