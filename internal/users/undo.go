package users

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/roboto-ai/console/internal/database"
)

// UndoState says what undoing an event does with one of the fields that the event changed.
type UndoState string

// The states of fields.
const (
	UndoBack    UndoState = "back"    // gets the value from before the event
	UndoSame    UndoState = "same"    // has that value already
	UndoMoved   UndoState = "moved"   // stays: it has changed since
	UndoRefused UndoState = "refused" // stays: see [UndoItem.Err]
)

// An UndoItem is one field that an event changed, with its values as events have them.
type UndoItem struct {
	Event Event // that changed it: the one to undo, or a hand-over that was a part of the same act
	User  Ref   // whose record has the field; zero for a saved view
	Field string
	Old   string // before the event
	New   string // after the event
	Now   string
	Back  string // after undoing; differs from Old for labels that have changed since
	State UndoState
	Since Event // that changed the field last, if it has moved and the history names it
	Err   error // why it is refused: a [*ForbiddenError], [ErrLastOwner] or an [*InvalidError]
}

// An UndoPlan is what undoing an event would change now.
type UndoPlan struct {
	Event  Event
	User   User // the target; zero of a saved view
	Items  []UndoItem
	Undone Event // the newest event that undoes Event; zero for none

	// Err is why nothing of the event can be undone: an [*UndoError], or that of an item; nil if
	// something can.
	Err error

	config Config
}

// Count returns how many fields are in a state.
func (p UndoPlan) Count(state UndoState) (n int) {
	for _, item := range p.Items {
		if item.State == state {
			n++
		}
	}
	return n
}

// UndoCause says why an event cannot be undone.
type UndoCause string

// The causes.
const (
	UndoNever   UndoCause = "never"  // events of this action are not reversible
	UndoErased  UndoCause = "erased" // what it changed has been erased
	UndoGone    UndoCause = "gone"   // the user, the view or its owner does not exist any more
	UndoChanged UndoCause = "moved"  // every field has changed since
	UndoDone    UndoCause = "same"   // every field has its value from before already
)

// An UndoError says why an event cannot be undone.
type UndoError struct{ Cause UndoCause }

func (e *UndoError) Error() string { return "event cannot be undone: " + string(e.Cause) }

// An UndoInput is the request to undo an event. Version is that of the target in the form, or
// zero for any.
type UndoInput struct {
	Version int64
	Reason  string
}

// reversible are the actions of events that can be undone. What an actor has to be permitted is
// decided by the field, see [UndoItem.act].
var reversible = map[Action]bool{
	ActionEdited: true, ActionRoleChanged: true, ActionDeactivated: true, ActionReactivated: true, ActionReviewed: true,
	ActionHandedOver: true, ActionViewSaved: true, ActionViewEdited: true, ActionViewDeleted: true,
}

// ofView reports whether an event is about a saved view.
func (e Event) ofView() bool {
	return e.Action == ActionViewSaved || e.Action == ActionViewEdited || e.Action == ActionViewDeleted
}

// Reversible reports whether events like e can be undone, as far as the event itself tells.
func (e Event) Reversible() bool {
	return reversible[e.Action] && !e.ChangeErased && len(e.Changes) > 0
}

// MayUndo reports whether actor may undo events like e on some users. The page of the undo says
// what of it they may now.
func MayUndo(actor Actor, e Event) bool {
	if !e.Reversible() {
		return false
	}
	own, byActor := actor.Key != "" && actor.Key == e.Target.Key, actor.Key != "" && actor.Key == e.Actor.Key
	return slices.ContainsFunc(e.Changes, func(c Change) bool {
		act := UndoItem{Event: e, Field: c.Field}.act()
		if e.ofView() {
			act = ActSaveView
		}
		return byActor || actor.May(act, User{}) == nil && (act != ActEditOwn || own) || own && act == ActEdit
	})
}

// Version returns the version of the target's record after e; zero for none or an erased one.
func (e Event) Version() int64 { return e.version }

// UndoPlan returns what undoing an event would change now. It returns [ErrNotFound], and a
// [*ForbiddenError] if the actor may see neither the audit log nor the event's target.
func (s *Service) UndoPlan(ctx context.Context, actor Actor, seq int64) (p UndoPlan, err error) {
	e, err := eventFor(ctx, s.lookUps(), actor, seq)
	if err == nil {
		p, err = planUndo(ctx, s.lookUps(), s.config, actor, e)
	}
	if err != nil {
		return UndoPlan{}, fmt.Errorf("plan to undo event %d: %w", seq, err)
	}
	return p, nil
}

// Undo changes the fields that an event changed back to what they were before, under the rules of
// now and with the permissions of the actor. Fields that have changed since, or that the actor may
// not change, stay. Undoing the deactivation of a person also gives back the service users that it
// handed over, and suspended tokens give access again; ended sessions do not come back.
//
// Undo returns the errors of [Service.UndoPlan] and those of UndoPlan.Err, a [*StaleError] if the
// target has changed since the form was rendered, [ErrLastOwner], and an [*InvalidError].
func (s *Service) Undo(ctx context.Context, actor Actor, seq int64, in UndoInput) error {
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		e, err := eventFor(ctx, tx, tx.actor, seq)
		if err != nil {
			return nothing, err
		}
		return tx.undoFresh(ctx, e, in)
	})
	if err != nil {
		return fmt.Errorf("undo event %d: %w", seq, err)
	}
	return nil
}

// undo is [Service.Undo] inside a change, of an event that the actor may see, whatever the version
// of its target is.
func (c *changeTx) undo(ctx context.Context, e Event, reason string) ([]Event, error) {
	return c.undoFresh(ctx, e, UndoInput{Reason: reason})
}

// undoFresh is undo for the version of a form.
func (c *changeTx) undoFresh(ctx context.Context, e Event, in UndoInput) ([]Event, error) {
	reason, err := normalizeReason(in.Reason)
	if err != nil {
		return nothing, err
	}
	plan, err := planUndo(ctx, c, c.config, c.actor, e)
	if err == nil {
		err = plan.Err
	}
	if err == nil && plan.User.Key != "" {
		c.subject = cmp.Or(c.subject, plan.User.Key)
		err = fresh(ctx, c, plan.User, in.Version)
	}
	if err != nil {
		return nothing, err
	}
	return c.carryOut(ctx, plan, reason)
}

// eventFor returns an event that the actor may see: those who see the audit log, any; others, what
// was done by them or to a user whom they may see.
func eventFor(ctx context.Context, r database.Reader, actor Actor, seq int64) (Event, error) {
	found, err := eventsWhere(ctx, r, `e.seq = $1`, seq)
	if err != nil {
		return Event{}, err
	}
	if forbidden := actor.May(ActSeeAudit, User{}); forbidden != nil {
		if len(found) == 0 {
			return Event{}, forbidden
		}
		if u, err := userByKey(ctx, r, found[0].Target.Key); err != nil || !actor.sees(u) {
			return Event{}, forbidden
		}
	}
	if len(found) == 0 {
		return Event{}, ErrNotFound
	}
	return found[0], nil
}

// eventUndoing returns the newest event that undoes the one with that number; the zero Event if
// there is none.
func eventUndoing(ctx context.Context, r database.Reader, seq int64) (Event, error) {
	found, err := eventsWhere(ctx, r, `e.undoes = $1 AND e.undoes <> 0 ORDER BY e.seq DESC LIMIT 1`, seq)
	if err != nil || len(found) == 0 {
		return Event{}, err
	}
	return found[0], nil
}

// Undoing returns the number of the newest event that undoes the one with that number; zero for
// none. The caller has checked that the actor may see the event.
func (s *Service) Undoing(ctx context.Context, seq int64) (int64, error) {
	e, err := eventUndoing(ctx, s.lookUps(), seq)
	return e.Seq, err
}

// planUndo returns what undoing e would change now, as actor.
func planUndo(ctx context.Context, r database.Reader, config Config, actor Actor, e Event) (p UndoPlan, err error) {
	p.Event, p.config = e, config
	switch {
	case !reversible[e.Action]:
		p.Err = &UndoError{UndoNever}
		return p, nil
	case e.ChangeErased:
		p.Err = &UndoError{UndoErased}
		return p, nil
	}
	if p.Undone, err = eventUndoing(ctx, r, e.Seq); err != nil {
		return p, err
	}
	if e.ofView() {
		err = p.planView(ctx, r, actor)
	} else {
		err = p.planRecord(ctx, r, actor)
	}
	if errors.Is(err, ErrNotFound) {
		p.Err, err = &UndoError{UndoGone}, nil
	} else if err == nil {
		p.Err = p.refusal()
	}
	return p, err
}

// refusal returns why no field goes back; nil if one does.
func (p UndoPlan) refusal() error {
	if p.Count(UndoBack) > 0 {
		return nil
	}
	for _, item := range p.Items {
		if item.Err != nil {
			return item.Err
		}
	}
	if p.Count(UndoMoved) > 0 {
		return &UndoError{UndoChanged}
	}
	return &UndoError{UndoDone}
}
