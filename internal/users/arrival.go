package users

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// An Arrival is a user who comes to a new directory with a history. What the
// record is in the end follows from it, so that the history explains the record.
type Arrival struct {
	User  User      // as they were created; made by [NewArrival], then filled in
	By    Actor     // who created them
	Since []Step    // what changed the record since, in order of time
	Seen  time.Time // last authenticated request; zero for one who never signed in
}

// NewArrival returns somebody who was created by an actor at a time, with nothing
// yet but what everyone begins with.
func NewArrival(kind Kind, id ID, by Actor, at time.Time) Arrival {
	return Arrival{User: newUser(kind, id, by, at.UTC().Truncate(time.Microsecond)), By: by}
}

// A Step is one change of a record in the past.
type Step struct {
	at     time.Time
	by     Actor
	claims *Claims                               // of the identity that gets bound
	change func(before User) (after User)        // of the record, but for time and version
	tell   func(before, after User) (what Event) // as the method of the [Service] does
}

// FirstSignIn is the step of a person to whom an identity gets bound. The actor is
// their browser.
func FirstSignIn(at time.Time, browser Actor, c Claims) Step {
	return Step{at, browser, &c, func(u User) User { return u.bind(c) },
		func(before, after User) Event { return bound(after, c, difference(before, after)) }}
}

// Edited is the step of a record that gets edited; so is [ActionReviewed] of a
// service user. The callback changes a copy.
func Edited(at time.Time, by Actor, action Action, reason string, change func(*User)) Step {
	return Step{at, by, nil, func(u User) User { u = u.clone(); change(&u); return u },
		func(before, after User) Event {
			return about(action, after, difference(before, after)...).because(reason)
		}}
}

// Departed is the step of a user who gets deactivated.
func Departed(at time.Time, by Actor, reason string) Step {
	return Step{at, by, nil, func(u User) User { u.deactivated = true; return u },
		func(before, after User) Event {
			return about(ActionDeactivated, after, statusChange(before, after)).because(reason)
		}}
}

// A past is what becomes of an [Arrival].
type past struct {
	user     User
	events   []Event // in order of time
	identity *Claims // nil without one
	boundAt  time.Time
}

// past goes through the history of a. It returns an error on what no [Service]
// would have done.
func (a Arrival) past(now time.Time) (past, error) {
	u := a.User
	p := past{user: u, events: append(make([]Event, 0, 1+len(a.Since)), created(u).by(a.By, u.CreatedAt))}
	bad := u.ID.flaw()
	if bad != "" || u.Version != 1 || u.identified || u.deactivated || !slices.Contains(rolesOf(u.Kind), u.Role) {
		return past{}, fmt.Errorf("%w: as it is created: %s", errNoPast, bad)
	}
	if err := joined(check(User{TimeZone: "UTC"}, u, dateOf(u.CreatedAt))); err != nil {
		return past{}, err
	}
	for _, step := range a.Since {
		if err := p.take(step); err != nil {
			return past{}, err
		}
	}
	last := p.user.UpdatedAt
	p.user.SeenAt = a.Seen.UTC().Truncate(time.Microsecond)
	if last.After(now) || a.Seen.After(now) || a.Seen.IsZero() != p.boundAt.IsZero() || p.user.SeenAt.Before(p.boundAt) {
		return past{}, fmt.Errorf("%w: changed %s, seen %s", errNoPast, last, a.Seen)
	}
	return p, nil
}

// errNoPast says that a history is none that a user can have.
var errNoPast = errors.New("users: an impossible history")

// take takes a step, with which the record gets its next version.
func (p *past) take(step Step) error {
	before, at := p.user, step.at.UTC().Truncate(time.Microsecond)
	after := step.change(before)
	after.Version, after.UpdatedAt = before.Version+1, at
	after.derive()
	event, by := step.tell(before, after), step.by
	if at.Before(before.UpdatedAt) || len(event.Changes) == 0 || before.deactivated ||
		step.claims != nil && before.Status != StatusInvited || by.is(before) && !after.identified {
		return fmt.Errorf("%w: %s at %s", errNoPast, event.Action, at)
	}
	if err := joined(check(before, after, dateOf(at))); err != nil {
		return err
	}
	if step.claims != nil {
		by.Key, by.ID, by.Name, p.identity, p.boundAt = after.Key, after.ID, after.Name, step.claims, at
	} else if by.is(before) {
		by.ID, by.Name = before.ID, before.Name
	}
	p.user, p.events = after, append(p.events, event.by(by, at))
	return nil
}
