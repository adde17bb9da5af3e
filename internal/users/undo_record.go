package users

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/database"
)

// planRecord plans to undo an event that changed the record of a user. It returns [ErrNotFound] if
// there is no such user any more.
func (p *UndoPlan) planRecord(ctx context.Context, r database.Reader, actor Actor) (err error) {
	if p.User, err = userByKey(ctx, r, p.Event.Target.Key); err != nil {
		return err
	}
	if err := p.plan(ctx, r, actor, p.Event, p.User); err != nil || p.Event.Action != ActionDeactivated && p.Event.Action != ActionReactivated {
		return err
	}
	handed, err := handedOverWith(ctx, r, p.Event)
	if err != nil {
		return err
	}
	for _, e := range handed {
		service, err := userByKey(ctx, r, e.Target.Key)
		if err == nil {
			err = p.plan(ctx, r, actor, e, service)
		}
		if err != nil && !errors.Is(err, ErrNotFound) { // a service user may have been deleted since
			return err
		}
	}
	return p.checkResponsible(ctx, r)
}

// handedOverWith returns the events by which service users were handed over, from or to the target
// of e, in the act that e is a part of.
func handedOverWith(ctx context.Context, r database.Reader, e Event) ([]Event, error) {
	all, err := eventsWhere(ctx, r, `e.seq IN (SELECT m.seq FROM event_mentions m WHERE m.user_key = $1) AND e.action = $2
		AND e.at = $3 AND e.request_id = $4 AND e.actor_key = $5 ORDER BY e.seq`, e.Target.Key, ActionHandedOver, database.Time(e.At), e.RequestID, e.Actor.Key)
	return all, err
}

// plan adds the fields that an event changed in u.
func (p *UndoPlan) plan(ctx context.Context, r database.Reader, actor Actor, e Event, u User) error {
	var since []Event
	for _, c := range e.Changes {
		item := UndoItem{Event: e, User: u.Ref(), Field: c.Field, Old: c.Old, New: c.New, Back: c.Old}
		if !u.has(c.Field) {
			continue
		}
		item.compare(u)
		var err error
		switch item.State {
		case UndoBack:
			item.Err, err = p.barred(ctx, r, actor, item, u)
		case UndoMoved:
			if since == nil {
				since, err = eventsWhere(ctx, r, `e.target_key = $1 AND e.seq > $2 AND `+OfRecord+` ORDER BY e.seq DESC LIMIT 100`, u.Key, e.Seq)
			}
			item.Since = lastChange(since, c.Field)
		}
		if err != nil {
			return err
		}
		if item.Err != nil {
			item.State = UndoRefused
		}
		p.Items = append(p.Items, item)
	}
	return nil
}

// lastChange returns the first of events that changed a field; the zero Event if none did.
func lastChange(all []Event, field string) Event {
	i := slices.IndexFunc(all, func(e Event) bool {
		return slices.ContainsFunc(e.Changes, func(c Change) bool { return c.Field == field })
	})
	if i < 0 {
		return Event{}
	}
	return all[i]
}

// has reports whether undoing sets a field of a record.
func (u User) has(name string) bool {
	return name == "status" || slices.ContainsFunc(u.fields(), func(f field) bool { return f.name == name })
}

// Value returns the value of a field of u, or of the status, as events have it.
func (u User) Value(name string) string {
	if name == "status" {
		return string(u.Status)
	}
	for _, f := range u.fields() {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// compare sets what undoing does with a field, by its value in u.
func (i *UndoItem) compare(u User) {
	i.Now = u.Value(i.Field)
	same := func(a, b string) bool { return sameValue(i.Field, a, b) }
	switch {
	case i.Field == "status": // invited and active follow from the provider account
		same = func(a, b string) bool { return (a == string(StatusDeactivated)) == (b == string(StatusDeactivated)) }
	case strings.HasPrefix(i.Field, "channel."), strings.HasPrefix(i.Field, "type."): // an absent key is off
		same = func(a, b string) bool { return (a == "on") == (b == "on") }
	case i.Field == "labels":
		i.Back = labelsBack(i.Old, i.New, i.Now)
		same = func(_, b string) bool { return b == i.New || i.Back == i.Now }
	}
	switch {
	case same(i.Now, i.Old):
		i.State = UndoSame
	case same(i.Now, i.New):
		i.State = UndoBack
	default:
		i.State = UndoMoved
	}
}

// labelsBack returns the labels now without those that a change has added, and with those that it
// has removed.
func labelsBack(old, changed, now string) string {
	was, is := SplitLabels(old), SplitLabels(changed)
	back := slices.DeleteFunc(SplitLabels(now), func(l string) bool { return slices.Contains(is, l) && !slices.Contains(was, l) })
	removed := slices.DeleteFunc(was, func(l string) bool { return slices.Contains(is, l) })
	return JoinLabels(append(back, removed...))
}

// act returns what an actor has to be permitted to set the field back.
func (i UndoItem) act() Act {
	switch {
	case i.Event.Action == ActionRoleChanged:
		return ActChangeRole
	case i.Event.Action == ActionDeactivated:
		return ActReactivate
	case i.Event.Action == ActionReactivated:
		return ActDeactivate
	case i.Event.Action == ActionReviewed:
		return ActReview
	case i.Field == "time_zone":
		return ActEditOwn
	case slices.Contains(orgFields, i.Field):
		return ActOrganise
	}
	return ActEdit
}

// barred returns why actor cannot set the field of u back, nil if they can.
func (p *UndoPlan) barred(ctx context.Context, r database.Reader, actor Actor, i UndoItem, u User) (bar, err error) {
	if bar = actor.May(i.act(), u); bar != nil {
		return bar, nil
	}
	if p.config.provides(u, i.Field) {
		return Invalid(i.Field, "This comes from the provider at each sign-in, and is not edited here."), nil
	}
	if i.Field == "role" || i.Event.Action == ActionReactivated {
		last, err := lastOwner(ctx, r, u)
		if err != nil || last {
			return ErrLastOwner, err
		}
	}
	f, ok := recordFieldOf(i.Field)
	switch {
	case !ok:
		return nil, nil
	case f.person != nil:
		return p.barredPerson(ctx, r, i)
	case f.flaw != nil && i.Back != "":
		if why := f.flaw(i.Back, ""); why != "" { // a review date of before may be in the past
			return Invalid(i.Field, "%s", why), nil
		}
	}
	return nil, nil
}

// barredPerson returns why the person whom the field names cannot be named again, nil if they can.
func (p *UndoPlan) barredPerson(ctx context.Context, r database.Reader, i UndoItem) (bar, err error) {
	who, _ := Person(i.Field, i.Back)
	reactivated := p.Event.Action == ActionDeactivated && who.Key == p.User.Key && p.Count(UndoBack) > 0
	if who.Key == "" && who.ID == "" || reactivated {
		return nil, nil
	}
	u, err := personOf(ctx, r, who)
	switch {
	case errors.Is(err, ErrNotFound):
		return Invalid(i.Field, "%s has been deleted.", who.Label()), nil
	case err != nil:
		return nil, err
	case u.Kind != KindPerson:
		return Invalid(i.Field, "%s is not a person.", u.Label()), nil
	case i.Field == "responsible" && u.Status == StatusDeactivated:
		return Invalid(i.Field, "%s is deactivated.", u.Label()), nil
	}
	return nil, nil
}

// personOf returns the user whom a value of an event names: by key, and in values without one by
// user_id.
func personOf(ctx context.Context, r database.Reader, who Ref) (User, error) {
	if who.Key == "" {
		return userByID(ctx, r, who.ID)
	}
	return userByKey(ctx, r, who.Key)
}

// checkResponsible refuses to undo a reactivation of a person who would stay responsible for
// service users.
func (p *UndoPlan) checkResponsible(ctx context.Context, r database.Reader) error {
	if p.Event.Action != ActionReactivated || p.Count(UndoBack) == 0 {
		return nil
	}
	all, err := responsibleFor(ctx, r, p.User.Key)
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(all, func(u User) bool {
		return slices.ContainsFunc(p.Items, func(i UndoItem) bool { return i.User.Key == u.Key && i.State == UndoBack })
	})
	if len(left) == 0 {
		return nil
	}
	why := Invalid("status", "%s is responsible for %s. Deactivate %s on the page that asks who takes over.", p.User.Label(), left[0].Label(), p.User.Label())
	for i := range p.Items {
		if p.Items[i].State == UndoBack {
			p.Items[i].State, p.Items[i].Err = UndoRefused, why
		}
	}
	return nil
}
