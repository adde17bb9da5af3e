package users

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/spelling"
)

// FindTokenUsers returns active service users for which the actor may issue a token, in the
// order of [Service.Users]: those in whose name or user_id every word of the text is, limit at
// most. Those that the actor answers for come first.
func (s *Service) FindTokenUsers(ctx context.Context, actor Actor, text string, limit int) ([]Ref, error) {
	own, err := answeredFor(ctx, s.reads(), actor.Key)
	if err != nil {
		return nil, fmt.Errorf("find users of tokens: %w", err)
	}
	words := spelling.Words(text)
	found := slices.DeleteFunc(own, func(u User) bool {
		name := spelling.Fold(u.Label() + " " + string(u.ID))
		return slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(name, word) })
	})
	if permission(ActIssueToken).rule(actor) != WhereAnswerable && actor.May(ActSeeDirectory, User{}) == nil {
		quoted := `"` + strings.ReplaceAll(text, `"`, ` `) + `"` // and no filters
		all, err := s.list(ctx, actor, Query{Text: quoted, Kind: KindService, Status: StatusActive, bare: true, Limit: limit})
		if err != nil {
			return nil, fmt.Errorf("find users of tokens: %w", err)
		}
		found = append(found, slices.DeleteFunc(all.Users, func(u User) bool { return actor.answersFor(u) })...)
	}
	found = slices.DeleteFunc(found, func(u User) bool { return !actor.issuesFor(u) })
	return refs(found[:min(len(found), limit)]), nil
}

// issuesFor reports whether a may issue a token for the service user u that acts in its role.
func (a Actor) issuesFor(u User) bool {
	return u.Kind == KindService && u.Status == StatusActive && a.May(ActIssueToken, u) == nil && lowerRole(u.Role, a.Role) == u.Role
}
