package users

import (
	"context"
	"slices"
)

// carryOut makes the changes of a plan and returns their events, first those on its target.
func (c *changeTx) carryOut(ctx context.Context, p UndoPlan, reason string) ([]Event, error) {
	if p.Event.ofView() {
		return c.undoView(ctx, p, reason)
	}
	var own, others []Event
	for _, part := range p.parts() {
		before, err := userByKey(ctx, c, part[0].User.Key)
		if err != nil {
			return nothing, err
		}
		events, err := c.undoPart(ctx, before, part, reason)
		if err != nil {
			return nothing, err
		}
		if len(events) > 0 {
			events[0].Undoes = part[0].Event.Seq
		}
		if before.Key == p.User.Key {
			own = append(own, events...)
		} else {
			others = append(others, events...)
		}
	}
	return slices.Concat(own, others), nil
}

// parts returns the fields that go back, those of one event together. A person who is deactivated
// comes last, when their service users are handed over.
func (p UndoPlan) parts() (all [][]UndoItem) {
	for _, item := range p.Items {
		switch last := len(all) - 1; {
		case item.State != UndoBack:
		case last >= 0 && all[last][0].Event.Seq == item.Event.Seq:
			all[last] = append(all[last], item)
		default:
			all = append(all, []UndoItem{item})
		}
	}
	if p.Event.Action == ActionReactivated {
		slices.Reverse(all)
	}
	return all
}

// undoPart sets fields of a user back that one event changed.
func (c *changeTx) undoPart(ctx context.Context, before User, part []UndoItem, reason string) ([]Event, error) {
	switch e := part[0].Event; e.Action {
	case ActionRoleChanged:
		_, events, err := c.changeRole(ctx, before, Role(part[0].Back), reason)
		return events, err
	case ActionDeactivated:
		return c.reactivate(ctx, before, true, reason)
	case ActionReactivated:
		gone, ends, err := c.deactivate(ctx, before, reason)
		return append([]Event{gone}, ends...), err
	default:
		after, err := c.setBack(ctx, before, part)
		if err != nil {
			return nothing, err
		}
		_, events, err := c.save(ctx, e.Action, before, after, reason)
		return events, err
	}
}

// setBack returns a record with fields as they go back. A person gets the user_id and the name of
// now.
func (c *changeTx) setBack(ctx context.Context, u User, part []UndoItem) (User, error) {
	u = u.clone()
	for _, item := range part {
		u.set(item.Field, item.Back)
		f, ok := recordFieldOf(item.Field)
		if !ok || f.person == nil || item.Back == "" {
			continue
		}
		who, err := personOf(ctx, c, *f.person(&u))
		if err != nil {
			return User{}, err
		}
		*f.person(&u) = who.Ref()
	}
	return u, nil
}
