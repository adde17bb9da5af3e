package users

import (
	"context"
	"fmt"
)

// SeeNotices records that the actor has seen what others did to their account up to the event with
// that number. Without such an event on their account it does nothing. What is seen stays seen.
func (s *Service) SeeNotices(ctx context.Context, actor Actor, seq int64) error {
	if err := s.note(ctx, setNoticesSeen(actor.Key, seq)); err != nil {
		return fmt.Errorf("see notices of %s: %w", actor.ID, err)
	}
	return nil
}
