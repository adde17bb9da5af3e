package users

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// An AsOf is the record of a user at a moment, by the audit log.
type AsOf struct {
	At     time.Time
	User   User // as it was; zero unless There
	Now    User
	There  bool       // false: at that moment the user was not created yet, or was deleted
	Erased bool       // what has changed since then was erased, so that the record is not known
	Items  []UndoItem // the fields that differ: New is the value of now, Old that of then
}

// replayed are the actions by which a record is replayed: those of [versionedActions] and those by
// which a user comes and goes.
var replayed = append(slices.Clone(versionedActions), ActionDeleted, ActionRestored)

// eventsRead is how many events of a user are read at once.
const eventsRead = 500

// AsOf returns the record of a user as it was at a moment, the last change of that moment included,
// and what of it the actor could set back. It returns the errors of [Service.User], and a
// [*ForbiddenError] to actors who may not see the audit log.
func (s *Service) AsOf(ctx context.Context, actor Actor, id ID, at time.Time) (a AsOf, err error) {
	if err := actor.May(ActSeeAudit, User{}); err != nil {
		return AsOf{}, err
	}
	u, err := targetOf(ctx, s.lookUps(), actor, Canonical(string(id)), ActSee)
	if err == nil {
		a, err = asOf(ctx, s.reads(), s.config, actor, u, at)
	}
	return a, wrap("record as of a moment of", id, err)
}

// SetBack gives a user the values of a moment, in one edit: those that differ and that the actor may
// set, except for the role and the status. It returns the result, the errors of [Service.Edit], and an
// [*UndoError] if nothing goes back.
func (s *Service) SetBack(ctx context.Context, actor Actor, id ID, at time.Time, in UndoInput) (after User, err error) {
	err = s.change(ctx, actor, func(tx *changeTx) (events []Event, err error) {
		before, err := tx.target(ctx, id, ActEdit)
		if err != nil {
			return nothing, err
		}
		a, err := asOf(ctx, tx, tx.config, tx.actor, before, at)
		if err != nil {
			return nothing, err
		}
		back := slices.DeleteFunc(a.Items, func(i UndoItem) bool { return i.State != UndoBack })
		if len(back) == 0 {
			return nothing, &UndoError{UndoDone}
		}
		after, events, err = tx.alter(ctx, before, in.Version, in.Reason, func(u User) (User, error) { return tx.setBack(ctx, u, back) })
		return events, err
	})
	return after, wrap("set back user", id, err)
}

// asOf returns the record of now as it was at a moment. It reverts the events since then, newest
// first.
func asOf(ctx context.Context, r database.Reader, config Config, actor Actor, now User, at time.Time) (AsOf, error) {
	a := AsOf{At: at, Now: now}
	var cut int64
	err := r.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM events WHERE target_key = $1 AND at <= $2`, now.Key, database.Time(at)).Scan(&cut)
	if err != nil {
		return AsOf{}, err
	}
	reverted := NewReverted(&now)
	for from := int64(math.MaxInt64); ; {
		since, err := eventsWhere(ctx, r, `e.target_key = $1 AND e.seq > $2 AND e.seq < $3 AND e.action IN (`+inSQL(replayed)+`)
			ORDER BY e.seq DESC LIMIT $4`, now.Key, cut, from, eventsRead)
		if err != nil {
			return AsOf{}, err
		}
		for _, e := range since {
			reverted.Revert(e)
		}
		if len(since) < eventsRead {
			break
		}
		from = since[len(since)-1].Seq
	}
	a.There, a.Erased = reverted.There, reverted.Erased
	if !a.There || a.Erased {
		return a, nil
	}
	if a.User, err = reverted.named(ctx, r, now); err != nil {
		return AsOf{}, err
	}
	return a, a.compare(ctx, r, config, actor)
}

// A Reverted is a record from which events are taken back, the newest first.
type Reverted struct {
	User   User
	There  bool // before the events
	Erased bool // what an event changed has been erased
}

// Revert takes an event on the user back.
func (v *Reverted) Revert(e Event) {
	v.Erased = v.Erased || e.ChangeErased
	for _, c := range e.Changes {
		v.User.set(c.Field, c.Old)
	}
	switch e.Action {
	case ActionCreated, ActionRestored:
		v.There = false
	case ActionDeleted:
		v.There = true
		v.User.Key, v.User.ID, v.User.Kind = e.Target.Key, e.Target.ID, e.Target.Kind
		v.User.Name = cmp.Or(v.User.Name, e.Target.Name)
	case ActionDeactivated:
		v.User.deactivated = false
	case ActionReactivated:
		v.User.deactivated = true
	case ActionBound:
		v.User.identified = false
	case ActionReset:
		v.User.identified = true
	}
	v.User.derive()
}

// NewReverted returns the record of a user as of now, nil if the user is deleted, from which events
// are taken back.
func NewReverted(now *User) Reverted {
	if now == nil {
		return Reverted{User: User{Channels: map[string]bool{}, Types: map[string]bool{}}}
	}
	return Reverted{User: now.clone(), There: true}
}

// SetStatus sets the status by the events up to the moment of the record, newest first, that changed
// it: it is not among the values of a deletion.
func (v *Reverted) SetStatus(before []Event) {
	slices.Reverse(before)
	v.User.deactivated = lastOf(before, ActionDeactivated, ActionReactivated)
	v.User.identified = lastOf(before, ActionBound, ActionReset)
	v.User.derive()
}

// named returns the record with the people in it as they are called now.
func (v *Reverted) named(ctx context.Context, r database.Reader, now User) (User, error) {
	u := v.User
	for _, f := range recordFields {
		if f.person == nil {
			continue
		}
		var err error
		if *f.person(&u), err = asNow(ctx, r, *f.person(&u), *f.person(&now)); err != nil {
			return User{}, err
		}
	}
	return u, nil
}

// compare lists the fields that differ, and which of them the actor may set back.
func (a *AsOf) compare(ctx context.Context, r database.Reader, config Config, actor Actor) error {
	changes := difference(a.User, a.Now)
	if a.User.Status != a.Now.Status {
		changes = append(changes, statusChange(a.User, a.Now))
	}
	p := UndoPlan{User: a.Now, config: config}
	for _, c := range changes {
		item := UndoItem{Event: Event{Action: ActionEdited, Target: a.Now.Ref()}, User: a.Now.Ref(), Field: c.Field, Old: c.Old, New: c.New, Now: c.New, Back: c.Old, State: UndoBack}
		var err error
		if c.Field == "role" || c.Field == "status" {
			item.State = UndoMoved // by an act of its own
		} else if item.Err, err = p.barred(ctx, r, actor, item, a.Now); err != nil {
			return err
		} else if item.Err != nil {
			item.State = UndoRefused
		}
		a.Items = append(a.Items, item)
	}
	return nil
}

// RecordFields returns the names of the fields of u that events have, and status.
func (u User) RecordFields() []string {
	names := []string{"status"}
	for _, f := range u.fields() {
		names = append(names, f.name)
	}
	return names
}

// PersonIn returns the person whom a field of u names, and false if the field names none.
func (u User) PersonIn(field string) (Ref, bool) {
	f, ok := recordFieldOf(field)
	if !ok || f.person == nil {
		return Ref{}, false
	}
	return *f.person(&u), true
}

// RecordEvents returns the events on users by which their records are replayed, the newest first,
// for a condition on e, which is a text of the program.
func RecordEvents(ctx context.Context, r database.Reader, condition string, args ...any) ([]Event, error) {
	return eventsWhere(ctx, r, `e.action IN (`+inSQL(replayed)+`) AND `+condition+` ORDER BY e.seq DESC`, args...)
}

// StatusEvents returns the events that changed the status of a user, up to one of that number, the
// newest first.
func StatusEvents(ctx context.Context, r database.Reader, key Key, upTo int64) ([]Event, error) {
	actions := []Action{ActionDeactivated, ActionReactivated, ActionBound, ActionReset}
	return eventsWhere(ctx, r, `e.action IN (`+inSQL(actions)+`) AND e.target_key = $1 AND e.seq <= $2 ORDER BY e.seq DESC`, key, upTo)
}
