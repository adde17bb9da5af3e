package users

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/roboto-ai/console/internal/database"
)

// viewOwner returns the key of the owner of the view that an event is about.
func (e Event) viewOwner() Key { return cmp.Or(e.Target.Key, e.Actor.Key) }

// viewNamed returns the view of an owner with that name, the zero SavedView if there is none.
func viewNamed(ctx context.Context, r database.Reader, owner Key, name string) (SavedView, error) {
	v, err := scanView(r.QueryRowContext(ctx, `SELECT `+viewColumns+viewTables+`WHERE v.owner_key = $1 AND v.name = $2`, owner, name))
	if errors.Is(err, ErrNotFound) {
		return SavedView{}, nil
	}
	return v, err
}

// planView plans to undo an event about a saved view, which is known by its name. It returns
// [ErrNotFound] if there is no such view any more, or no owner.
func (p *UndoPlan) planView(ctx context.Context, r database.Reader, actor Actor) error {
	owner, err := userByKey(ctx, r, p.Event.viewOwner())
	if err != nil {
		return err
	}
	old, changed := viewFrom(p.Event.Changes, func(c Change) string { return c.Old }), viewFrom(p.Event.Changes, func(c Change) string { return c.New })
	now, err := viewNamed(ctx, r, owner.Key, cmp.Or(changed.Name, old.Name))
	if err != nil {
		return err
	}
	if now.ID == "" && changed.Name != "" {
		if now, err = viewNamed(ctx, r, owner.Key, old.Name); err != nil {
			return err
		}
		if now.ID == "" && old.Name != "" {
			return ErrNotFound
		}
	}
	bar := mayChangeView(actor, owner, old, changed)
	for _, c := range viewChanges(old, changed) {
		if c.Old != c.New {
			p.Items = append(p.Items, p.viewItem(c, viewValue(now, c.Field), bar))
		}
	}
	if p.Event.Action == ActionViewSaved && p.Count(UndoMoved) > 0 { // a view is deleted only as it was saved
		for i := range p.Items {
			p.Items[i].State = UndoMoved
		}
	}
	return nil
}

// viewItem plans to undo the change of a field of a view, which has the value now. bar is why the
// actor may not.
func (p *UndoPlan) viewItem(c Change, now string, bar error) UndoItem {
	item := UndoItem{Event: p.Event, Field: c.Field, Old: c.Old, New: c.New, Back: c.Old, Now: now, State: UndoBack}
	switch {
	case now == c.Old:
		item.State = UndoSame
	case now != c.New:
		item.State = UndoMoved
	case bar != nil:
		item.State, item.Err = UndoRefused, bar
	}
	return item
}

// viewFrom returns a view with the values of an event; the zero SavedView if it had none.
func viewFrom(all []Change, value func(Change) string) (v SavedView) {
	for _, c := range all {
		switch c.Field {
		case "name":
			v.Name = value(c)
		case "query":
			v.Query = value(c)
		case "shared":
			v.Shared = value(c) == onOff(true)
		}
	}
	if v.Name != "" {
		v.ID = "-"
	}
	return v
}

// viewValue returns the value of a field of a view as events have it.
func viewValue(v SavedView, field string) string {
	all := viewChanges(SavedView{}, v)
	return all[slices.IndexFunc(all, func(c Change) bool { return c.Field == field })].New
}

// mayChangeView returns a [*ForbiddenError] if actor may not make a view of owner what it was
// before. Others than the owner may only change shared views, and only for an owner who may share
// them.
func mayChangeView(actor Actor, owner User, old, changed SavedView) error {
	err := actor.May(ActSaveView, User{})
	if err == nil && old.Shared {
		err = Actor{Kind: ActorKind(owner.Kind), Key: owner.Key, Role: owner.Role}.May(ActShareView, User{})
	}
	if err != nil || actor.is(owner) {
		return err
	}
	if !(old.ID == "" || old.Shared) || !(changed.ID == "" || changed.Shared) || owner.Status == StatusDeactivated {
		return &ForbiddenError{ActDeleteView, "Only " + owner.Label() + " can change this view."}
	}
	return actor.May(ActDeleteView, User{})
}

// undoView makes a saved view what it was before an event.
func (c *changeTx) undoView(ctx context.Context, p UndoPlan, reason string) (events []Event, err error) {
	owner, err := userByKey(ctx, c, p.Event.viewOwner())
	if err != nil {
		return nothing, err
	}
	old, changed := viewFrom(p.Event.Changes, func(c Change) string { return c.Old }), viewFrom(p.Event.Changes, func(c Change) string { return c.New })
	before, err := viewNamed(ctx, c, owner.Key, changed.Name)
	if err != nil {
		return nothing, err
	}
	after := before
	for _, item := range p.Items {
		if item.State == UndoBack {
			after = after.with(item.Field, old)
		}
	}
	switch {
	case before.ID == "":
		after.ID, after.Owner, after.CreatedAt = newViewID(), owner.Ref(), c.now
		events, err = []Event{c.viewEvent(ActionViewSaved, SavedView{}, after)}, c.addView(ctx, after)
	case after.Name == "":
		events, err = c.deleteView(ctx, before)
	default:
		events, err = c.editView(ctx, before, after)
	}
	for i := range events {
		events[i].Undoes, events[i].Reason = p.Event.Seq, reason
	}
	return events, err
}

// with returns v with a field of another view.
func (v SavedView) with(field string, from SavedView) SavedView {
	switch field {
	case "name":
		v.Name = from.Name
	case "query":
		v.Query = from.Query
	case "shared":
		v.Shared = from.Shared
	}
	return v
}
