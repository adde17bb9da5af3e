package users

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// An Arrival is a user to be loaded into a new directory with a history. The record is derived
// from the history, so that these agree.
type Arrival struct {
	User  User      // as created; made by [NewArrival], then filled in
	By    Actor     // who created the user
	Since []Step    // what changed the record since, in order of time
	Seen  time.Time // last authenticated request; zero without a sign-in
}

// NewArrival returns a user created by an actor at a time, with the defaults of a new user.
func NewArrival(kind Kind, id ID, by Actor, at time.Time) Arrival {
	return Arrival{User: newUser(kind, id, by, at.UTC().Truncate(time.Microsecond)), By: by}
}

// A Step is one change of a record in the past.
type Step struct {
	at     time.Time
	by     Actor
	claims *Claims                        // of the identity that it links; nil: none
	change func(before User) (after User) // of the record, except for time and version
	event  func(before, after User) Event // as the method of [Service] for such a change records it
}

// FirstSignIn is the step of the first sign-in of a person, which links the identity. The actor
// is the browser.
func FirstSignIn(at time.Time, browser Actor, c Claims) Step {
	return Step{at, browser, &c, func(u User) User { return u.bind(c) },
		func(before, after User) Event { return bound(after, c, difference(before, after)) }}
}

// Edited is the step of an edit, or of another action that changes the record, such as
// [ActionReviewed]. The callback changes a copy.
func Edited(at time.Time, by Actor, action Action, reason string, change func(*User)) Step {
	return Step{at, by, nil, func(u User) User { u = u.clone(); change(&u); return u },
		func(before, after User) Event {
			return newEvent(action, after, difference(before, after)...).withReason(reason)
		}}
}

// Departed is the step of a deactivation.
func Departed(at time.Time, by Actor, reason string) Step {
	return Step{at, by, nil, func(u User) User { u.deactivated = true; return u },
		func(before, after User) Event {
			return newEvent(ActionDeactivated, after, statusChange(before, after)).withReason(reason)
		}}
}

// A loadedUser is the rows of an [Arrival].
type loadedUser struct {
	user     User
	events   []Event // in order of time
	identity *Claims // nil without one
	boundAt  time.Time
}

// load applies the steps of a. It returns an error on a history that a [Service] cannot produce.
func (a Arrival) load(now time.Time) (loadedUser, error) {
	u := a.User
	l := loadedUser{user: u, events: append(make([]Event, 0, 1+len(a.Since)), created(u).withActor(a.By, u.CreatedAt))}
	bad := u.ID.flaw()
	if bad != "" || u.Version != 1 || u.identified || u.deactivated || !slices.Contains(rolesOf(u.Kind), u.Role) {
		return loadedUser{}, fmt.Errorf("%w: as it is created: %s", errHistory, bad)
	}
	if err := joined(check(User{TimeZone: "UTC"}, u, DateOf(u.CreatedAt))); err != nil {
		return loadedUser{}, err
	}
	for _, step := range a.Since {
		if err := l.apply(step); err != nil {
			return loadedUser{}, err
		}
	}
	last := l.user.UpdatedAt
	l.user.SeenAt = a.Seen.UTC().Truncate(time.Microsecond)
	if last.After(now) || a.Seen.After(now) || a.Seen.IsZero() != l.boundAt.IsZero() || l.user.SeenAt.Before(l.boundAt) {
		return loadedUser{}, fmt.Errorf("%w: changed %s, seen %s", errHistory, last, a.Seen)
	}
	return l, nil
}

// errHistory means that the history is impossible.
var errHistory = errors.New("users: an impossible history")

// apply applies a step: it makes the next version of the record, and its event.
func (l *loadedUser) apply(step Step) error {
	before, at := l.user, step.at.UTC().Truncate(time.Microsecond)
	after := step.change(before)
	after.Version, after.UpdatedAt = before.Version+1, at
	after.derive()
	event, by := step.event(before, after), step.by
	if at.Before(before.UpdatedAt) || len(event.Changes) == 0 || before.deactivated ||
		step.claims != nil && before.Status != StatusInvited || by.is(before) && !after.identified {
		return fmt.Errorf("%w: %s at %s", errHistory, event.Action, at)
	}
	if err := joined(check(before, after, DateOf(at))); err != nil {
		return err
	}
	if step.claims != nil {
		by.Key, by.ID, by.Name, l.identity, l.boundAt = after.Key, after.ID, after.Name, step.claims, at
	} else if by.is(before) {
		by.ID, by.Name = before.ID, before.Name
	}
	l.user, l.events = after, append(l.events, event.withActor(by, at))
	return nil
}
