package users

import "context"

// ReviewEvery is the number of months from one review of a service user to the next,
// where the reviewer names no day.
const ReviewEvery = 6

// NextReview returns the day [ReviewEvery] months after a day; the last of its month
// where the month is shorter.
func NextReview(after Date) Date {
	at := after.Time()
	next := at.AddDate(0, ReviewEvery, 0)
	if next.Day() != at.Day() { // 31 August plus six months runs over into March
		next = next.AddDate(0, 0, -next.Day())
	}
	return dateOf(next)
}

// MarkReviewed notes that a service user was reviewed and is to be reviewed again on
// a day: on [NextReview] of today if that is empty. It returns the result,
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
			after.ReviewOn = NextReview(tx.today())
		}
		if err := joined(check(before, after, tx.today())); err != nil {
			return nothing, err
		}
		if after, err = updateUser(ctx, tx, before, after); err != nil {
			return nothing, err
		}
		return []Event{about(ActionReviewed, after, difference(before, after)...)}, nil
	})
	return after, in("mark reviewed", id, err)
}
