package users

import (
	"context"

	"github.com/roboto-ai/console/internal/spelling"
)

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
	return DateOf(next)
}

// A Review says when a service user is to be reviewed next: on a day, or, where that is
// empty, on [NextReview] of today. Version is that of the user who was reviewed, or zero
// for any.
type Review struct {
	On      string // 2006-01-02
	Version int64
}

// MarkReviewed notes that a service user was reviewed and is to be reviewed again on
// the day that the review says. It returns the result, [ErrNotFound], a
// [*ForbiddenError], a [*StaleError] and an [*InvalidError].
func (s *Service) MarkReviewed(ctx context.Context, actor Actor, id ID, r Review) (after User, err error) {
	err = s.change(ctx, actor, func(tx *changeTx) (events []Event, err error) {
		before, err := tx.target(ctx, id, ActReview)
		if err != nil {
			return nothing, err
		}
		after, events, err = tx.markReviewed(ctx, before, r)
		return events, err
	})
	return after, wrap("mark reviewed", id, err)
}

// markReviewed is [Service.MarkReviewed] inside a change, after the check of permissions.
func (c *changeTx) markReviewed(ctx context.Context, before User, r Review) (after User, events []Event, err error) {
	if err := fresh(ctx, c, before, r.Version); err != nil {
		return before, nothing, err
	}
	after = before
	after.ReviewOn = Date(spelling.Normalize(r.On))
	if after.ReviewOn == "" {
		after.ReviewOn = NextReview(c.today())
	}
	if err := joined(check(before, after, c.today())); err != nil {
		return before, nothing, err
	}
	if after, err = updateUser(ctx, c, before, after); err != nil {
		return before, nothing, err
	}
	return after, []Event{newEvent(ActionReviewed, after, difference(before, after)...)}, nil
}
