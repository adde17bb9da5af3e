package users

import (
	"context"
	"slices"

	"github.com/roboto-ai/console/internal/database"
)

// A Departure is what is asked for when a user is deactivated. Version is that of the user who is
// to be deactivated, or zero for any.
//
// HandOver is the user_id of the person who becomes responsible for the service users that the
// user was responsible for; empty for none. HandOverEach has that of single service users, by key.
// A service user that the actor may not edit is left without a responsible person in any case.
type Departure struct {
	Reason       string
	HandOver     string
	HandOverEach map[Key]string
	Version      int64
}

// A Reactivation is what is asked for when a user is reactivated. BringBackTokens has the
// tokens give access again that were suspended; without it they are disabled.
type Reactivation struct {
	Reason          string
	BringBackTokens bool
}

// Deactivate takes access from a user: it ends their sessions and suspends their tokens. To
// deactivate a deactivated user succeeds and leaves no trace.
//
// Deactivate returns [ErrNotFound], a [*ForbiddenError], a [*StaleError], [ErrLastOwner] and
// an [*InvalidError].
func (s *Service) Deactivate(ctx context.Context, actor Actor, id ID, d Departure) error {
	_, err := s.DeactivateAndRotate(ctx, actor, id, d, RotateKnown{})
	return err
}

// DeactivateAndRotate is [Service.Deactivate] that also rotates tokens whose secrets the person
// has seen. It also returns [ErrSignInAgain], and an [*InvalidError] on rotate and overlap.
func (s *Service) DeactivateAndRotate(ctx context.Context, actor Actor, id ID, d Departure, r RotateKnown) (rotated []Rotated, err error) {
	err = s.change(ctx, actor, func(tx *changeTx) (events []Event, err error) {
		before, err := tx.target(ctx, id, ActDeactivate)
		if err != nil {
			return nothing, err
		}
		rotated, events, err = tx.deactivateWith(ctx, before, d, r)
		return events, err
	})
	return rotated, wrap("deactivate", id, err)
}

// deactivateWith is [Service.DeactivateAndRotate] inside a change, after the check of permissions.
func (c *changeTx) deactivateWith(ctx context.Context, before User, d Departure, r RotateKnown) (rotated []Rotated, events []Event, err error) {
	if before.deactivated {
		return nil, nothing, nil
	}
	if err := fresh(ctx, c, before, d.Version); err != nil {
		return nil, nothing, err
	}
	reason, reasonErr := normalizeReason(d.Reason)
	rotated, known, rotateErr := c.rotateKnown(ctx, c.config, before, r, reason)
	_, handed, err := c.handOver(ctx, before, d.HandOver, d.HandOverEach)
	if err := joined(reasonErr, err, rotateErr); err != nil {
		return nil, nothing, err
	}
	gone, ends, err := c.deactivate(ctx, before, reason)
	return rotated, slices.Concat([]Event{gone}, handed, ends, known), err
}

// deactivate takes access from a user who has been removed as responsible person. It returns the
// event of the deactivation, and those of the ended sessions.
func (c *changeTx) deactivate(ctx context.Context, before User, reason string) (gone Event, ends []Event, err error) {
	if _, err := c.exec(ctx, deleteDeparture, before.Key); err != nil {
		return Event{}, nothing, err
	}
	after := before
	after.deactivated = true
	if after, err = updateUser(ctx, c, before, after); err != nil {
		return Event{}, nothing, err
	}
	ends, err = c.endAccess(ctx, after, lossDeactivated)
	return newEvent(ActionDeactivated, after, statusChange(before, after)).withReason(reason), ends, err
}

// Reactivate undoes a deactivation. To reactivate a user who is not deactivated
// succeeds and leaves no trace. It returns [ErrNotFound], a [*ForbiddenError] and
// an [*InvalidError] on the reason.
func (s *Service) Reactivate(ctx context.Context, actor Actor, id ID, r Reactivation) error {
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		before, err := tx.target(ctx, id, ActReactivate)
		if err != nil {
			return nothing, err
		}
		return tx.reactivateWith(ctx, before, r)
	})
	return wrap("reactivate", id, err)
}

// reactivateWith is [Service.Reactivate] inside a change, after the check of permissions.
func (c *changeTx) reactivateWith(ctx context.Context, before User, r Reactivation) ([]Event, error) {
	if !before.deactivated {
		return nothing, nil
	}
	reason, err := normalizeReason(r.Reason)
	if err != nil {
		return nothing, err
	}
	return c.reactivate(ctx, before, r.BringBackTokens, reason)
}

// reactivate gives a deactivated user access again. Suspended tokens come back too, or are disabled.
func (c *changeTx) reactivate(ctx context.Context, before User, tokens bool, reason string) (events []Event, err error) {
	after := before
	after.deactivated = false
	if after, err = updateUser(ctx, c, before, after); err != nil {
		return nothing, err
	}
	events = []Event{newEvent(ActionReactivated, after, statusChange(before, after)).withReason(reason)}
	if tokens {
		return events, nil
	}
	disabled, err := c.disableSuspended(ctx, after)
	return append(events, disabled...), err
}

// disableSuspended disables the tokens of u, who is reactivated, that are not disabled.
func (c *changeTx) disableSuspended(ctx context.Context, u User) ([]Event, error) {
	all, err := liveTokens(ctx, c, u.Key, database.Time(c.now))
	if err != nil {
		return nothing, err
	}
	return c.disable(ctx, u, slices.DeleteFunc(all, func(t Token) bool { return !t.DisabledAt.IsZero() }), "reactivated")
}

// statusChange returns the change of the status between two versions of a user.
func statusChange(before, after User) Change {
	return Change{Field: "status", Old: string(before.Status), New: string(after.Status)}
}

// handOver removes u as the responsible person of service users, and sets for those that the actor
// may edit the person with the user_id that each has for them, or else to, if any. It returns the
// service users as they are then.
func (c *changeTx) handOver(ctx context.Context, u User, to string, each map[Key]string) (handed []User, events []Event, err error) {
	all, err := responsibleFor(ctx, c, u.Key)
	if err != nil || len(all) == 0 {
		return nil, nothing, err
	}
	heirs, err := c.heirs(ctx, u, all, to, each)
	if err != nil {
		return nil, nothing, err
	}
	for i, service := range all {
		after := service
		after.Responsible = heirs[i]
		if after, err = updateUser(ctx, c, service, after); err != nil {
			return nil, nothing, err
		}
		handed, events = append(handed, after), append(events, newEvent(ActionHandedOver, after, difference(service, after)...))
	}
	return handed, events, nil
}

// heirs returns the persons who become responsible in the place of u, one for each service user;
// the zero Ref for none. The fields of mistakes are hand_over, and hand_over_ with the key of the
// service user.
func (c *changeTx) heirs(ctx context.Context, u User, all []User, to string, each map[Key]string) ([]Ref, error) {
	rest, err := c.newResponsible(ctx, "hand_over", u, EnteredID(to))
	mistakes, heirs := []error{err}, make([]Ref, len(all))
	for i, service := range all {
		if c.actor.May(ActEdit, service) != nil {
			continue
		}
		heirs[i] = rest
		if id := EnteredID(each[service.Key]); id != "" {
			heirs[i], err = c.newResponsible(ctx, "hand_over_"+string(service.Key), u, id)
			mistakes = append(mistakes, err)
		}
	}
	return heirs, joined(mistakes...)
}

// newResponsible returns the person with that user_id, who becomes responsible in the place of u; the zero
// Ref if it is empty. Mistakes are of a field.
func (c *changeTx) newResponsible(ctx context.Context, field string, u User, id ID) (Ref, error) {
	switch {
	case id == "":
		return Ref{}, nil
	case c.actor.May(ActSeeDirectory, User{}) != nil:
		return Ref{}, Invalid(field, "You cannot choose who takes over. Ask an admin to do it.")
	case id == u.ID:
		return Ref{}, Invalid(field, "Choose another person than %s.", u.Label())
	}
	person, err := c.responsiblePerson(ctx, field, id)
	return person.Ref(), err
}
