package users

import "context"

// MarkReviewed notes that a service user was looked at and is to be looked at
// again on a day, a year from now if that is empty. It returns the result,
// [ErrNotFound], a [*ForbiddenError] and an [*InvalidError].
func (s *Service) MarkReviewed(ctx context.Context, actor Actor, id ID, reviewOn string) (after User, err error) {
	err = s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		before, err := tx.target(ctx, id, ActReview)
		if err != nil {
			return nothing, err
		}
		after = before
		after.ReviewOn = Date(tidyText(reviewOn))
		if after.ReviewOn == "" {
			after.ReviewOn = today(tx.now.AddDate(1, 0, 0))
		}
		if err := joined(check(before, after, tx.now)); err != nil {
			return nothing, err
		}
		if after, err = updateUser(ctx, tx, before, after); err != nil {
			return nothing, err
		}
		return []Event{about(ActionReviewed, after, difference(before, after)...)}, nil
	})
	return after, in("mark reviewed", id, err)
}
