package users

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// EventsAfter returns the events with a higher number than seq, oldest first, n at most.
// It returns a [*ForbiddenError].
func (s *Service) EventsAfter(ctx context.Context, actor Actor, seq int64, n int) ([]Event, error) {
	if err := actor.May(ActSeeAudit, User{}); err != nil {
		return nil, err
	}
	found, err := eventsWhere(ctx, s.reads(), `e.seq > $1 ORDER BY e.seq LIMIT $2`, seq, n)
	if err != nil {
		return nil, fmt.Errorf("list events after %d: %w", seq, err)
	}
	return found, nil
}

// FirstEvent returns the time of the oldest event, which is when the directory began; the
// zero time if there is no event.
func (s *Service) FirstEvent(ctx context.Context) (time.Time, error) {
	if known := s.began.Load(); known != nil {
		return *known, nil
	}
	var at database.Time
	err := s.lookUps().QueryRowContext(ctx, `SELECT at FROM events ORDER BY seq LIMIT 1`).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	} else if err != nil {
		return time.Time{}, fmt.Errorf("find the first event: %w", err)
	}
	first := time.Time(at)
	s.began.Store(&first)
	return first, nil
}

// eventPoll is how often the database is asked for events of other consoles while a caller
// of [Service.WaitForEvent] waits.
const eventPoll = time.Second

// An eventWatch wakes the callers of [Service.WaitForEvent]. One goroutine asks the database
// for all of them, and only while there are any.
type eventWatch struct {
	mu      sync.Mutex
	waiting int
	newest  int64         // number of the newest event known
	risen   chan struct{} // closed when newest rises
	own     chan struct{} // gets a value when this process has recorded an event
}

// WaitForEvent returns nil once there is an event with a higher number than seq, and the
// cause of ctx when that ends first. It holds no connection of the database meanwhile. It
// learns of events of this process at once, and of others within a second.
func (s *Service) WaitForEvent(ctx context.Context, seq int64) error {
	w := &s.watch
	defer w.leave()
	for w.enter(s); ; {
		risen, there := w.look(seq)
		if there {
			return nil
		}
		select {
		case <-risen:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// enter counts one more who waits, and begins to ask the database for the first.
func (w *eventWatch) enter(s *Service) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting++; w.waiting == 1 {
		w.risen, w.own = make(chan struct{}), make(chan struct{}, 1)
		go s.pollEvents(w.own)
	}
}

// leave counts one less who waits. The last one ends the goroutine.
func (w *eventWatch) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting--; w.waiting == 0 {
		close(w.own)
		w.own = nil
	}
}

// look reports whether an event above seq is known, and returns what is closed when newer
// ones are.
func (w *eventWatch) look(seq int64) (risen <-chan struct{}, there bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.risen, w.newest > seq
}

// recorded has the database asked at once, as this process has recorded an event.
func (w *eventWatch) recorded() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.own == nil {
		return
	}
	select {
	case w.own <- struct{}{}:
	default: // it is about to be asked
	}
}

// rise takes the number of the newest event and wakes those who wait.
func (w *eventWatch) rise(newest int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if newest > w.newest {
		w.newest = newest
		close(w.risen)
		w.risen = make(chan struct{})
	}
}

// pollEvents asks the database for the newest event until own is closed. While the
// database does not answer, callers wait on.
func (s *Service) pollEvents(own <-chan struct{}) {
	ticks := time.NewTicker(eventPoll)
	defer ticks.Stop()
	for open := true; open; {
		ctx, cancel := context.WithTimeout(context.Background(), eventPoll)
		newest, err := database.Count(ctx, s.lookUps(), `SELECT COALESCE(MAX(seq), 0) FROM events`)
		cancel()
		if err == nil {
			s.watch.rise(int64(newest))
		}
		select {
		case _, open = <-own:
		case <-ticks.C:
		}
	}
}
