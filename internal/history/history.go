package history

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/roboto-ai/console/internal/audit"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// A Service reads the audit log of a directory. Its methods may be called from several
// goroutines.
type Service struct {
	db     *database.DB
	users  *users.Service
	first  atomic.Pointer[time.Time]  // see [Service.FirstEvent]
	begins atomic.Pointer[weekBegins] // see [Service.weekBegins]
	watch  watch
}

// New returns the history kept in db, of the users of u.
func New(db *database.DB, u *users.Service) *Service { return &Service{db: db, users: u} }

// A Query selects a part of the audit log. Its zero value selects the newest events.
type Query struct {
	Text    string   // words, each of which is a word of a user_id, a name or the reason, or begins one
	Actor   users.ID // by the user_id of now or of then
	Target  users.ID
	About   users.ID // the actor or the target
	Action  users.Action
	Part    Part   // of the log, by name
	Compact bool   // of the events of a batch, those of its start and end alone
	Group   string // of events that were made together, such as those of a batch
	From    time.Time
	To      time.Time // exclusive
	After   string    // cursors, as a Page has them
	Before  string
	Limit   int // rows; 0 means users.DefaultLimit; at most users.MaxLimit

	only users.Key // the one target that the actor may see; empty for all
}

// A Page is one page of the audit log, newest first.
type Page struct {
	Events     []users.Event
	Next       string // cursor for After, of older events; empty on the last page
	Previous   string // cursor for Before, of newer events; empty on the first page
	Unsearched int64  // oldest events that a search for words does not find yet, while the index of the log is being built
}

// Events returns a page of the audit log. An actor who may not see the log may see the events
// on a user whom they may see, by Target.
//
// A query that the numbers of events do not answer is a long read: Events returns
// [users.ErrSuperseded] when the actor has begun two newer ones, and [users.ErrReadTooLong] when
// it took too long. Events also returns a [*users.ForbiddenError], [users.ErrBadCursor] and an
// [*users.InvalidError] on an unknown action or a text that is too long.
func (s *Service) Events(ctx context.Context, actor users.Actor, q Query) (Page, error) {
	if err := actor.May(users.ActSeeAudit, users.User{}); err != nil {
		if q.Target == "" || q.About != "" {
			return Page{}, err
		}
		u, err := s.users.User(ctx, actor, q.Target)
		if err != nil {
			return Page{}, err
		}
		q.only = u.Key // another user may have had that user_id before
	}
	if q.Action != "" && !slices.Contains(users.Actions, q.Action) {
		return Page{}, invalid("action", "There is no such action.")
	}
	if _, known := parts[q.Part]; !known {
		return Page{}, invalid("view", "There is no such view.")
	}
	q.Limit = users.PageSize(q.Limit)
	page, err := s.page(ctx, actor, q)
	if err == nil {
		err = s.finish(ctx, actor, page.Events)
	}
	if err != nil {
		return Page{}, fmt.Errorf("list events: %w", err)
	}
	return page, nil
}

// Event returns one event. It returns [users.ErrNotFound], and a [*users.ForbiddenError] to
// actors who may see neither the audit log nor the event's target.
func (s *Service) Event(ctx context.Context, actor users.Actor, seq int64) (users.Event, error) {
	found, err := eventsWhere(ctx, s.db.Reads(), `e.seq = $1`, seq)
	if err == nil {
		err = s.maySee(ctx, actor, found)
	}
	if err == nil {
		err = s.finish(ctx, actor, found)
	}
	if err != nil {
		return users.Event{}, fmt.Errorf("find event %d: %w", seq, err)
	}
	return found[0], nil
}

// ownEvents is how many events [Service.Own] returns at most.
const ownEvents = 50

// Own returns the events with numbers from first to last of which the actor, a user, is the actor:
// what a change of theirs has recorded. It returns the first 50.
func (s *Service) Own(ctx context.Context, actor users.Actor, first, last int64) ([]users.Event, error) {
	found, err := eventsWhere(ctx, s.db.LookUps(), `e.seq BETWEEN $1 AND $2 AND e.actor_key = $3 ORDER BY e.seq LIMIT $4`,
		first, min(last, first+ownEvents), actor.Key, ownEvents)
	if err == nil {
		err = s.finish(ctx, actor, found)
	}
	if err != nil {
		return nil, fmt.Errorf("own events %d to %d: %w", first, last, err)
	}
	return found, nil
}

// maySee returns nil if the actor may see the one event in found. It returns
// [users.ErrNotFound] if there is none, and a [*users.ForbiddenError].
func (s *Service) maySee(ctx context.Context, actor users.Actor, found []users.Event) error {
	forbidden := actor.May(users.ActSeeAudit, users.User{})
	switch {
	case len(found) == 0:
		return cmp.Or(forbidden, users.ErrNotFound)
	case forbidden == nil:
		return nil
	}
	_, err := s.users.TargetByKey(ctx, actor, found[0].Target.Key, users.ActSee)
	if errors.Is(err, users.ErrNotFound) || errors.Is(err, users.ErrForbidden) {
		return forbidden
	}
	return err
}

// recentEvents is how many events [Service.Recent] returns.
const recentEvents = 5

// Recent returns the last five changes of a user's record, newest first, without sign-ins and
// refusals. It returns a [*users.ForbiddenError].
func (s *Service) Recent(ctx context.Context, actor users.Actor, u users.User) ([]users.Event, error) {
	if err := actor.May(users.ActSee, u); err != nil {
		return nil, err
	}
	found, err := eventsWhere(ctx, s.db.Reads(), `e.target_key = $1 AND `+users.OfRecord+` ORDER BY e.seq DESC LIMIT $2`, u.Key, recentEvents)
	if err == nil {
		err = s.finish(ctx, actor, found)
	}
	if err != nil {
		return nil, fmt.Errorf("recent events of user %s: %w", u.ID, err)
	}
	return found, nil
}

// eventsWhere returns the events e for which the condition holds, which may end in an order.
// The condition is a text of the program; values come as args.
func eventsWhere(ctx context.Context, r database.Reader, condition string, args ...any) ([]users.Event, error) {
	return database.Collect(ctx, r, users.ScanEvent, `SELECT `+users.EventColumns+users.EventTables+`WHERE `+condition, args...)
}

// finish completes events for the actor: it names the people in their changes, and leaves out
// the addresses of other actors for those who may not see the audit log.
func (s *Service) finish(ctx context.Context, actor users.Actor, all []users.Event) error {
	seesAll := actor.May(users.ActSeeAudit, users.User{}) == nil
	for i := range all {
		if !seesAll && all[i].Actor.Key != actor.Key {
			all[i].Address, all[i].UserAgent = "", ""
		}
	}
	return s.namePeople(ctx, all, func(key string) bool { return seesAll || users.Key(key) == actor.Key })
}

// namePeople sets the People of events to the users whom their changes mention, as they are
// called now and as far as shown says. It runs one statement if there are any.
func (s *Service) namePeople(ctx context.Context, all []users.Event, shown func(key string) bool) error {
	var f database.Filter
	var keys []string
	asked := map[string]bool{}
	for _, e := range all {
		for _, key := range audit.Mentions(e.Changes) {
			if !asked[key] && shown(key) {
				asked[key] = true
				keys = append(keys, f.Arg(key))
			}
		}
	}
	if len(keys) == 0 {
		return nil
	}
	people := make(map[users.Key]users.Ref, len(keys))
	_, err := database.Collect(ctx, s.db.Reads(), func(row database.Scanner) (r users.Ref, err error) {
		err = row.Scan(&r.Key, &r.ID, &r.Name, &r.Kind)
		people[r.Key] = r
		return r, err
	}, `SELECT key, user_id, COALESCE(name, ''), kind FROM users WHERE key IN (`+strings.Join(keys, `, `)+`)`, f.Args...)
	for i := range all {
		all[i].People = people
	}
	return err
}

// invalid returns an error about one field of a query.
func invalid(field, message string) error {
	return &users.InvalidError{Fields: []users.FieldError{{Field: field, Message: message}}}
}
