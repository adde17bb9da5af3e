package users

import (
	"container/heap"
	"database/sql/driver"
	"fmt"
	"iter"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// A batch is rows that are handed to the writing goroutine together.
type batch struct {
	users int                // how many
	rows  [len(loaded)][]any // the values for each table, row after row
}

// batchSize is how many users are in a batch: few enough that it is still in the
// processor's cache when it is written.
const batchSize = 200

// next returns an empty batch with capacity for the rows of b and some more.
func (b batch) next() batch {
	var empty batch
	for i, rows := range b.rows {
		empty.rows[i] = make([]any, 0, len(rows)+len(rows)/8)
	}
	return empty
}

// A packer turns arrivals into batches of rows.
type packer struct {
	now    time.Time
	batch  batch
	seq    int64     // of the last event
	future eventHeap // events of packed users that are later than the last packed user
}

// pack packs all arrivals and calls emit with each batch.
func pack(arrivals iter.Seq[Arrival], now time.Time, emit func(batch) error) error {
	p := &packer{now: now}
	last := time.Time{}
	for a := range arrivals {
		at := a.User.CreatedAt
		if at.Before(last) {
			return fmt.Errorf("%w: %s was created before the user that precedes it", errHistory, a.User.ID)
		}
		last = at
		if err := p.add(a); err != nil {
			return fmt.Errorf("%s: %w", a.User.ID, err)
		}
		if p.batch.users == batchSize {
			if err := emit(p.batch); err != nil {
				return err
			}
			p.batch = p.batch.next()
		}
	}
	if err := p.flush(time.Time{}); err != nil {
		return err
	}
	return emit(p.batch)
}

// add packs one arrival, and the events of other users up to its time.
func (p *packer) add(a Arrival) error {
	loaded, err := a.load(p.now)
	if err != nil {
		return err
	}
	if err := p.flush(a.User.CreatedAt); err != nil {
		return err
	}
	columns, err := loaded.user.newColumns()
	if err != nil {
		return err
	}
	p.batch.users++
	p.row(userTable, values(columns)...)
	if loaded.identity != nil {
		p.row(identityTable, loaded.identity.columns(loaded.user.Key, loaded.boundAt)...)
	}
	if err := p.event(loaded.events[0]); err != nil {
		return err
	}
	for _, e := range loaded.events[1:] {
		heap.Push(&p.future, e)
	}
	return nil
}

// flush packs the future events before a time; all if it is zero.
func (p *packer) flush(until time.Time) error {
	for len(p.future) > 0 && (until.IsZero() || p.future[0].At.Before(until)) {
		if err := p.event(heap.Pop(&p.future).(Event)); err != nil {
			return err
		}
	}
	return nil
}

// event packs an event with the next number.
func (p *packer) event(e Event) error {
	p.seq++
	e.Seq = p.seq
	rows, err := e.rows()
	p.row(eventTable, rows.fixed...)
	p.row(changeTable, rows.changes...)
	p.row(actorTable, rows.actor...)
	for _, mention := range rows.mentions {
		p.row(mentionTable, mention...)
	}
	p.row(wordTable, p.seq, e.indexed().words)
	return err
}

// row adds the values of a row, as the driver takes them: the writing goroutine is the
// slower one.
func (p *packer) row(table int, values ...any) {
	for _, v := range values {
		p.batch.rows[table] = append(p.batch.rows[table], plain(v))
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
	return v // the driver refuses it
}

// An eventHeap orders events by time, and those of a user at the same time by its version.
type eventHeap []Event

func (h eventHeap) Len() int      { return len(h) }
func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h eventHeap) Less(i, j int) bool {
	return h[i].At.Before(h[j].At) || h[i].At.Equal(h[j].At) && h[i].version < h[j].version
}

// Push implements [heap.Interface].
func (h *eventHeap) Push(e any) { *h = append(*h, e.(Event)) }

// Pop implements [heap.Interface].
func (h *eventHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
