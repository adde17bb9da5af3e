package history

import (
	"context"

	"github.com/roboto-ai/console/internal/users"
)

// UndoPlan returns what undoing an event would change now, with the users whom its values name. Its
// errors are those of [users.Service.UndoPlan].
func (s *Service) UndoPlan(ctx context.Context, actor users.Actor, seq int64) (users.UndoPlan, error) {
	plan, err := s.users.UndoPlan(ctx, actor, seq)
	if err != nil {
		return users.UndoPlan{}, err
	}
	all := []users.Event{plan.Event}
	for _, item := range plan.Items {
		all[0].Changes = append(all[0].Changes[:len(all[0].Changes):len(all[0].Changes)],
			users.Change{Field: item.Field, Old: item.Old, New: item.New}, users.Change{Field: item.Field, Old: item.Now, New: item.Back})
	}
	if err := s.finish(ctx, actor, all); err != nil {
		return users.UndoPlan{}, err
	}
	plan.Event.People = all[0].People
	for i := range plan.Items {
		plan.Items[i].Event.People = all[0].People
	}
	return plan, nil
}
