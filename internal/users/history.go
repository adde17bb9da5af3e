package users

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/audit"
	"github.com/roboto-ai/console/internal/database"
)

// An EventQuery asks for a part of the audit log. Its zero value asks for the
// newest events.
type EventQuery struct {
	Text     string // words, each of which is a word of a user_id, a name or the reason, or begins one
	Actor    ID     // as they are called now or were called then
	Target   ID
	About    ID // either of them
	Action   Action
	ByOthers bool // the actor is not the target, and was not refused
	From     time.Time
	To       time.Time // exclusive
	After    string    // cursors, as an EventPage gives them
	Before   string
	Limit    int // rows; 0 means DefaultLimit; at most MaxLimit

	only Key // the one target that may be seen; empty for all
}

// An EventPage is one page of the audit log, newest first.
type EventPage struct {
	Events     []Event
	Next       string // cursor for After, of older events; empty on the last page
	Previous   string // cursor for Before, of newer events; empty on the first page
	Unsearched int64  // oldest events in which words are not found yet, as the index of the log is being built
}

// Events returns a page of the audit log. Who may not see it may see the events
// on a user that they may see, by Target.
//
// What narrows the log makes it a long read: Events returns [ErrSuperseded] when the
// actor has begun two newer ones, and [ErrReadTooLong] when it took too long. Besides it
// returns a [*ForbiddenError], [ErrBadCursor] and an [*InvalidError] on an action there
// is not or a text that is too long.
func (s *Service) Events(ctx context.Context, actor Actor, q EventQuery) (EventPage, error) {
	if err := actor.May(ActSeeAudit, User{}); err != nil {
		if q.Target == "" || q.About != "" {
			return EventPage{}, err
		}
		u, err := s.User(ctx, actor, q.Target)
		if err != nil {
			return EventPage{}, err
		}
		q.only = u.Key // not someone's who had that user_id before
	}
	if q.Action != "" && !slices.Contains(Actions, q.Action) {
		return EventPage{}, invalid("action", "There is no such action.")
	}
	q.Limit = PageSize(q.Limit)
	page, err := s.eventPage(ctx, actor, q)
	if err != nil {
		return EventPage{}, fmt.Errorf("list events: %w", err)
	}
	page.Events = discreet(actor, page.Events)
	if err := s.namePeople(ctx, actor, page.Events); err != nil {
		return EventPage{}, fmt.Errorf("list events: %w", err)
	}
	return page, nil
}

// Event returns one event. It returns [ErrNotFound], and a [*ForbiddenError] to
// those who may see neither the audit log nor the event's target.
func (s *Service) Event(ctx context.Context, actor Actor, seq int64) (Event, error) {
	found, err := eventsWhere(ctx, s.reads(), `e.seq = $1`, seq)
	if err != nil {
		return Event{}, fmt.Errorf("find event %d: %w", seq, err)
	}
	if forbidden := actor.May(ActSeeAudit, User{}); forbidden != nil {
		if len(found) == 0 {
			return Event{}, forbidden
		}
		target, err := userByKey(ctx, s.reads(), found[0].Target.Key)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return Event{}, fmt.Errorf("find target of event %d: %w", seq, err)
		}
		if err != nil || actor.May(ActSee, target) != nil {
			return Event{}, forbidden
		}
	}
	if len(found) == 0 {
		return Event{}, fmt.Errorf("find event %d: %w", seq, ErrNotFound)
	}
	if err := s.namePeople(ctx, actor, found); err != nil {
		return Event{}, fmt.Errorf("find event %d: %w", seq, err)
	}
	return discreet(actor, found)[0], nil
}

// namePeople fills in whom the changes of events name, as they are called now: all of them for
// those who may see the audit log, the actor alone for others. It costs a statement where there
// are any.
func (s *Service) namePeople(ctx context.Context, actor Actor, all []Event) error {
	seesAll := actor.May(ActSeeAudit, User{}) == nil
	var f database.Filter
	var keys []string
	asked := map[string]bool{}
	for _, e := range all {
		for _, key := range audit.Mentions(e.Changes) {
			if !asked[key] && (seesAll || Key(key) == actor.Key) {
				asked[key] = true
				keys = append(keys, f.Arg(key))
			}
		}
	}
	if len(keys) == 0 {
		return nil
	}
	found, err := database.Collect(ctx, s.reads(), func(row database.Scanner) (r Ref, err error) { return r, row.Scan(&r.Key, &r.ID, &r.Name, &r.Kind) },
		`SELECT key, user_id, COALESCE(name, ''), kind FROM users WHERE key IN (`+strings.Join(keys, `, `)+`)`, f.Args...)
	if err != nil {
		return err
	}
	people := make(map[Key]Ref, len(found))
	for _, r := range found {
		people[r.Key] = r
	}
	for i := range all {
		all[i].People = people
	}
	return nil
}

// discreet leaves out from where others acted, for those who may see only their
// own history.
func discreet(actor Actor, all []Event) []Event {
	if actor.May(ActSeeAudit, User{}) == nil {
		return all
	}
	for i := range all {
		if all[i].Actor.Key != actor.Key {
			all[i].Address, all[i].UserAgent = "", ""
		}
	}
	return all
}
