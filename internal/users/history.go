package users

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/database"
)

// An EventQuery asks for a part of the audit log. Its zero value asks for the
// newest events.
type EventQuery struct {
	Text     string // words, each of which is in a user_id, a name or the reason
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
	Events   []Event
	Next     string // cursor for After, of older events; empty on the last page
	Previous string // cursor for Before, of newer events; empty on the first page
}

// Events returns a page of the audit log. Who may not see it may see the events
// on a user that they may see, by Target.
//
// What narrows the log makes it a long read: Events returns [ErrSuperseded] when the
// actor has begun two newer ones, and [ErrReadTooLong] when it took too long. Besides it
// returns a [*ForbiddenError], [ErrBadCursor] and an [*InvalidError] on an action there
// is not.
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
	if utf8.RuneCountInString(q.Text) > MaxText {
		return EventPage{}, invalid("q", longText)
	}
	q.Limit = clamp(q.Limit)
	page, err := s.eventPage(ctx, actor, q)
	if err != nil {
		return EventPage{}, fmt.Errorf("list events: %w", err)
	}
	page.Events = discreet(actor, page.Events)
	return page, nil
}

// eventPage reads a page of the audit log: of the whole log by its numbers, which is quick,
// and of a part of it as a long read.
func (s *Service) eventPage(ctx context.Context, actor Actor, q EventQuery) (page EventPage, err error) {
	if !q.narrows() {
		return q.page(ctx, s.reads())
	}
	err = s.searchLong(ctx, actor.Key, func(ctx context.Context, r reader) error {
		page, err = q.page(ctx, r)
		return err
	})
	return page, err
}

// narrows reports whether q asks for a part of the log that the numbers of the events do
// not tell, so that it may take long to find.
func (q EventQuery) narrows() bool {
	q.After, q.Before, q.Limit = "", "", 0
	return q != EventQuery{}
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
	return discreet(actor, found)[0], nil
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

// page returns the events on the one side of the cursor of q. It reads one row
// more than fits, which tells whether there is a page after this one.
func (q EventQuery) page(ctx context.Context, r reader) (EventPage, error) {
	back := q.Before != ""
	f := q.filter()
	if place := q.After + q.Before; place != "" {
		seq, err := strconv.ParseInt(place, 10, 64)
		if err != nil || seq < 1 || q.After != "" && back {
			return EventPage{}, ErrBadCursor
		}
		if back {
			f.add(`e.seq > ?`, seq)
		} else {
			f.add(`e.seq < ?`, seq)
		}
	}
	order := "DESC"
	if back {
		order = "ASC"
	}
	f.args = append(f.args, q.Limit+1)
	all, err := eventsWhere(ctx, r, f.where()+` ORDER BY e.seq `+order+fmt.Sprintf(` LIMIT $%d`, len(f.args)), f.args...)
	if err != nil {
		return EventPage{}, err
	}
	more := len(all) > q.Limit
	if more {
		all = all[:q.Limit]
	}
	if back {
		slices.Reverse(all)
	}
	page := EventPage{Events: all}
	if len(all) > 0 && (more || back) {
		page.Next = strconv.FormatInt(all[len(all)-1].Seq, 10)
	}
	if len(all) > 0 && (back && more || !back && q.After != "") {
		page.Previous = strconv.FormatInt(all[0].Seq, 10)
	}
	return page, nil
}

// filter returns the condition of q, without its cursor.
func (q EventQuery) filter() filter {
	var f filter
	f.add(`e.seq > 0`)
	if q.only != "" {
		f.add(`e.target_key = ?`, q.only)
	}
	f.involves(q.Actor, "actor")
	f.involves(q.Target, "target")
	if q.About != "" {
		id := canonical(string(q.About))
		f.add(`e.seq IN (SELECT seq FROM event_details WHERE target_id = ?
			UNION SELECT seq FROM event_details WHERE actor_id = ?
			UNION SELECT v.seq FROM events v JOIN users u ON u.key = v.target_key WHERE u.user_id = ?
			UNION SELECT v.seq FROM events v JOIN users u ON u.key = v.actor_key WHERE u.user_id = ?)`, id, id, id, id)
	}
	if q.Action != "" {
		f.add(`e.action = ?`, q.Action)
	}
	if q.ByOthers {
		f.add(`e.actor_key <> e.target_key AND e.action <> ?`, ActionAccessRefused)
	}
	if !q.From.IsZero() {
		f.add(`e.at >= ?`, database.Time(q.From))
	}
	if !q.To.IsZero() {
		f.add(`e.at < ?`, database.Time(q.To))
	}
	f.match("d.search_text", q.Text)
	return f
}

// involves adds that a user, by the user_id of now or of then, is the actor or
// the target, as side says.
func (f *filter) involves(who ID, side string) {
	if who == "" {
		return
	}
	id := canonical(string(who))
	f.add(`e.seq IN (SELECT seq FROM event_details WHERE `+side+`_id = ?
		UNION SELECT v.seq FROM events v JOIN users u ON u.key = v.`+side+`_key WHERE u.user_id = ?)`, id, id)
}

// match adds that every word of a text is in a folded column.
func (f *filter) match(column, text string) {
	words := searchWords(text)
	for _, word := range words[:min(len(words), maxTerms)] {
		f.add(column+` LIKE ? ESCAPE '\'`, "%"+escapeLike.Replace(word)+"%")
	}
}
