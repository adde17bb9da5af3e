package users

import (
	"container/heap"
	"database/sql/driver"
	"fmt"
	"iter"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// A lot is some rows that are written together.
type lot struct {
	users int                // how many
	rows  [len(loaded)][]any // of each sheet, one after the other
}

// lotSize is how many users are in a lot: so few that it is still in the processor's
// cache when it is written.
const lotSize = 200

// next returns an empty lot, with room for as many rows as in l and some more.
func (l lot) next() lot {
	var empty lot
	for i, rows := range l.rows {
		empty.rows[i] = make([]any, 0, len(rows)+len(rows)/8)
	}
	return empty
}

// A packer turns arrivals into lots.
type packer struct {
	now    time.Time
	lot    lot
	seq    int64     // of the last event
	coming eventHeap // events of users who are packed, later than the last of those
}

// pack packs all arrivals and hands each lot over.
func pack(arrivals iter.Seq[Arrival], now time.Time, hand func(lot) error) error {
	p := &packer{now: now}
	last := time.Time{}
	for a := range arrivals {
		at := a.User.CreatedAt
		if at.Before(last) {
			return fmt.Errorf("%w: %s comes before the one who was created earlier", errNoPast, a.User.ID)
		}
		last = at
		if err := p.add(a); err != nil {
			return fmt.Errorf("%s: %w", a.User.ID, err)
		}
		if p.lot.users == lotSize {
			if err := hand(p.lot); err != nil {
				return err
			}
			p.lot = p.lot.next()
		}
	}
	if err := p.flush(time.Time{}); err != nil {
		return err
	}
	return hand(p.lot)
}

// add adds one arrival, and the events of others up to its time.
func (p *packer) add(a Arrival) error {
	past, err := a.past(p.now)
	if err != nil {
		return err
	}
	if err := p.flush(a.User.CreatedAt); err != nil {
		return err
	}
	columns, err := past.user.newColumns()
	if err != nil {
		return err
	}
	p.lot.users++
	p.row(userSheet, values(columns)...)
	if past.identity != nil {
		p.row(identitySheet, past.identity.columns(past.user.Key, past.boundAt)...)
	}
	if err := p.event(past.events[0]); err != nil {
		return err
	}
	for _, e := range past.events[1:] {
		heap.Push(&p.coming, e)
	}
	return nil
}

// flush packs the events that are to come until a time, all if it is zero.
func (p *packer) flush(until time.Time) error {
	for len(p.coming) > 0 && (until.IsZero() || p.coming[0].At.Before(until)) {
		if err := p.event(heap.Pop(&p.coming).(Event)); err != nil {
			return err
		}
	}
	return nil
}

// event packs an event, which gets the next number.
func (p *packer) event(e Event) error {
	p.seq++
	e.Seq = p.seq
	rows, err := e.rows()
	p.row(eventSheet, rows.fixed...)
	p.row(changeSheet, rows.changes...)
	p.row(actorSheet, rows.actor...)
	for _, mention := range rows.mentions {
		p.row(mentionSheet, mention...)
	}
	p.row(wordSheet, p.seq, e.indexed().words)
	return err
}

// row adds values to the last row of a sheet, as the driver takes them: the other
// goroutine has enough to do.
func (p *packer) row(sheet int, values ...any) {
	for _, v := range values {
		p.lot.rows[sheet] = append(p.lot.rows[sheet], plain(v))
	}
}

// plain returns a value as the driver takes it.
func plain(v any) any {
	switch v := v.(type) {
	case string, int64, bool, []byte:
		return v
	case Key:
		return string(v)
	case ID:
		return string(v)
	case database.Time:
		return time.Time(v).UnixMicro()
	}
	if p, err := driver.DefaultParameterConverter.ConvertValue(v); err == nil {
		return p
	}
	return v // the driver will say what is wrong with it
}

// An eventHeap holds events, the earliest first, and those of a user in the order
// of its versions.
type eventHeap []Event

func (h eventHeap) Len() int      { return len(h) }
func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h eventHeap) Less(i, j int) bool {
	return h[i].At.Before(h[j].At) || h[i].At.Equal(h[j].At) && h[i].version < h[j].version
}

// Push and Pop implement [heap.Interface].
func (h *eventHeap) Push(e any) { *h = append(*h, e.(Event)) }

// Pop takes the last.
func (h *eventHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
