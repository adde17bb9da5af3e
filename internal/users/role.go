package users

import (
	"context"
	"slices"
)

// A RoleChange asks for another role. Version is that of the user the form was
// filled from, or zero for any.
type RoleChange struct {
	Role    Role
	Version int64
	Reason  string
}

// ChangeRole gives a user another role and returns the result. It ends all their
// sessions.
//
// ChangeRole returns [ErrNotFound], a [*ForbiddenError], a [*StaleError],
// [ErrLastOwner] and an [*InvalidError]. To give the role that the user has
// succeeds and leaves no trace.
func (s *Service) ChangeRole(ctx context.Context, actor Actor, id ID, r RoleChange) (after User, err error) {
	after, _, err = s.ChangeRoleAndRotate(ctx, actor, id, r, RotateKnown{})
	return after, err
}

// ChangeRoleAndRotate is [Service.ChangeRole] that also rotates tokens whose secrets the person
// has seen. It also returns [ErrSignInAgain], and an [*InvalidError] on rotate and overlap.
func (s *Service) ChangeRoleAndRotate(ctx context.Context, actor Actor, id ID, r RoleChange, known RotateKnown) (after User, rotated []Rotated, err error) {
	err = s.change(ctx, actor, func(tx *changeTx) (events []Event, err error) {
		before, err := tx.target(ctx, id, ActChangeRole)
		if err != nil {
			return nothing, err
		}
		after, rotated, events, err = tx.changeRoleWith(ctx, before, r, known)
		return events, err
	})
	return after, rotated, wrap("change role of", id, err)
}

// changeRoleWith is [Service.ChangeRoleAndRotate] inside a change, after the check of permissions.
func (c *changeTx) changeRoleWith(ctx context.Context, before User, r RoleChange, known RotateKnown) (after User, rotated []Rotated, events []Event, err error) {
	after = before
	if err := fresh(ctx, c, before, r.Version); err != nil {
		return after, nil, nothing, err
	}
	reason, err := normalizeReason(r.Reason)
	if !slices.Contains(rolesOf(before.Kind), r.Role) {
		err = joined(err, Invalid("role", "Choose a role that a %s can have.", kindWords[before.Kind]))
	}
	if before.Role == r.Role && len(known.Tokens) > 0 {
		err = joined(err, Invalid("role", "%s has this role already. Choose another one, or untick the tokens.", before.Label()))
	}
	if err != nil || before.Role == r.Role {
		return after, nil, nothing, err
	}
	rotated, rotations, err := c.rotateKnown(ctx, c.config, before, known, reason)
	if err != nil {
		return after, nil, nothing, err
	}
	after, events, err = c.changeRole(ctx, before, r.Role, reason)
	return after, rotated, append(events, rotations...), err
}

// changeRole gives a user another role, which they can have, and ends their sessions. It returns
// the result and the events.
func (c *changeTx) changeRole(ctx context.Context, before User, role Role, reason string) (User, []Event, error) {
	after := before
	after.Role = role
	after, err := updateUser(ctx, c, before, after)
	if err != nil {
		return User{}, nothing, err
	}
	ends, err := c.endAccess(ctx, after, lossRole)
	return after, append([]Event{newEvent(ActionRoleChanged, after, difference(before, after)...).withReason(reason)}, ends...), err
}

// kindWords name the kinds in a sentence.
var kindWords = map[Kind]string{KindPerson: "person", KindService: "service user", KindSystem: "system user"}
