package users

import (
	"context"
	"slices"
)

// A Deletion is the request to delete a user. Confirm repeats the user_id. Version is that of
// the user, or zero for any.
type Deletion struct {
	Confirm  string
	Reason   string
	HandOver string // as in a [Departure]
	Version  int64
	Erase    Erasure
}

// Delete deletes a user with their identities, sessions and preferences, and hands over the
// service users they are responsible for. The history stays, unless d erases it, which may take
// longer than this call: see [Service.EraseDue].
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
	var confirmErr error
	if ID(d.Confirm) != u.ID && EnteredID(d.Confirm) != u.ID {
		confirmErr = Invalid("confirm", "Type %s to confirm.", string(u.ID))
	}
	reason, reasonErr := normalizeReason(d.Reason)
	rotation := reason
	if d.Erase != EraseNot { // it may name the user, and would stay in the events of the tokens
		rotation = ""
	}
	rotated, known, rotateErr := tx.rotateKnown(ctx, s.config, u, r, rotation)
	if err := joined(confirmErr, reasonErr, rotateErr, tx.checkErase(u, d.Erase)); err != nil {
		return nothing, nil, err
	}
	handed, err := tx.handOver(ctx, u, d.HandOver)
	if err != nil {
		return nothing, nil, err
	}
	ends, err := tx.endAccess(ctx, u, lossDeleted)
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
