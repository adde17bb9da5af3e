package users

import (
	"context"
	"slices"
	"time"
)

// A Deletion is the request to delete a user. Confirm repeats the user_id. Version is that of
// the user, or zero for any.
type Deletion struct {
	Confirm      string
	Reason       string
	HandOver     string         // as in a [Departure]
	HandOverEach map[Key]string // the same
	Version      int64
	Erase        Erasure
}

// Delete deletes a user with their identities, sessions and preferences, and hands over the
// service users they are responsible for. The history stays, unless d erases it, which may take
// longer than this call: see [Service.EraseDue]. Unless d erases it, the user can be restored for
// [Config.DeletionGrace].
//
// Delete returns [ErrNotFound], a [*ForbiddenError], a [*StaleError], [ErrLastOwner] and
// an [*InvalidError].
func (s *Service) Delete(ctx context.Context, actor Actor, id ID, d Deletion) error {
	_, err := s.DeleteAndRotate(ctx, actor, id, d, RotateKnown{})
	return err
}

// DeleteAndRotate is [Service.Delete] that also rotates tokens whose secrets the person saw. It also returns [ErrSignInAgain], and an [*InvalidError] on rotate and overlap.
func (s *Service) DeleteAndRotate(ctx context.Context, actor Actor, id ID, d Deletion, r RotateKnown) (rotated []Rotated, err error) {
	err = s.change(ctx, actor, func(tx *changeTx) (events []Event, err error) {
		u, err := tx.target(ctx, id, ActDelete)
		if err != nil {
			return nothing, err
		}
		events, rotated, err = s.delete(ctx, tx, u, d, r)
		return events, err
	})
	if err == nil && d.Erase != EraseNot {
		s.eraseSoon(ctx)
	}
	return rotated, wrap("delete", id, err)
}

// delete is [Service.DeleteAndRotate] inside a change, after the check of permissions.
func (s *Service) delete(ctx context.Context, tx *changeTx, u User, d Deletion, r RotateKnown) (events []Event, rotated []Rotated, err error) {
	if err := fresh(ctx, tx, u, d.Version); err != nil {
		return nothing, nil, err
	}
	confirmErr := confirmed(u.ID, d.Confirm)
	reason, reasonErr := normalizeReason(d.Reason)
	rotation := reason
	if d.Erase != EraseNot { // it may name the user, and would stay in the events of the tokens
		rotation = ""
	}
	rotated, known, rotateErr := tx.rotateKnown(ctx, s.config, u, r, rotation)
	if err := joined(confirmErr, reasonErr, rotateErr, tx.checkErase(u, d.Erase)); err != nil {
		return nothing, nil, err
	}
	services, handed, err := tx.handOver(ctx, u, d.HandOver, d.HandOverEach)
	if err != nil {
		return nothing, nil, err
	}
	ends, err := tx.endDeleted(ctx, u, services, s.config.graceOf(u, d))
	if err != nil {
		return nothing, nil, err
	}
	erased, err := s.planErasure(ctx, tx, u, d.Erase)
	if err != nil {
		return nothing, nil, err
	}
	gone := newEvent(ActionDeleted, u, difference(u, User{})...).withReason(reason)
	return slices.Concat(handed, ends, []Event{gone}, known, erased), rotated, deleteUser(ctx, tx, u)
}

// confirmed returns an [*InvalidError] on confirm unless a text repeats a user_id.
func confirmed(id ID, text string) error {
	if ID(text) != id && EnteredID(text) != id {
		return Invalid("confirm", "Type %s to confirm.", string(id))
	}
	return nil
}

// graceOf returns how long u can be restored after a deletion. A withdrawn invitation is final: the
// person can be added again.
func (c Config) graceOf(u User, d Deletion) time.Duration {
	if d.Erase != EraseNot || u.Unused() {
		return 0
	}
	return c.DeletionGrace
}

// endDeleted ends the access of a user who is deleted. With a grace it sets the user aside with
// their tokens; without one it revokes these. The service users are those that were handed over.
func (c *changeTx) endDeleted(ctx context.Context, u User, services []User, grace time.Duration) ([]Event, error) {
	if grace == 0 {
		return c.endAccess(ctx, u, lossDeleted)
	}
	events, err := c.endSessions(ctx, u, SessionEnd(lossDeleted))
	if err != nil {
		return nothing, err
	}
	return events, c.setAside(ctx, u, services, grace)
}
