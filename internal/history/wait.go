package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// EventsAfter returns the events with a higher number than seq, oldest first, n at most.
// It returns a [*users.ForbiddenError].
func (s *Service) EventsAfter(ctx context.Context, actor users.Actor, seq int64, n int) ([]users.Event, error) {
	if err := actor.May(users.ActSeeAudit, users.User{}); err != nil {
		return nil, err
	}
	found, err := eventsWhere(ctx, s.db.Reads(), `e.seq > $1 ORDER BY e.seq LIMIT $2`, seq, n)
	if err != nil {
		return nil, fmt.Errorf("list events after %d: %w", seq, err)
	}
	return found, nil
}

// FirstEvent returns the time of the oldest event, which is when the directory began; the
// zero time if there is no event.
func (s *Service) FirstEvent(ctx context.Context) (time.Time, error) {
	if first := s.first.Load(); first != nil {
		return *first, nil
	}
	var first time.Time
	err := s.db.LookUps().QueryRowContext(ctx, `SELECT at FROM events ORDER BY seq LIMIT 1`).Scan((*database.Time)(&first))
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	} else if err != nil {
		return time.Time{}, fmt.Errorf("find the first event: %w", err)
	}
	s.first.Store(&first)
	return first, nil
}

// pollEvery is how often the database is polled for events of other consoles while a caller
// of [Service.WaitForEvent] waits.
const pollEvery = time.Second

// A watch wakes the callers of [Service.WaitForEvent]. One goroutine polls the database for
// all of them, while there are any.
type watch struct {
	mu      sync.Mutex
	waiting int
	stop    context.CancelFunc // ends the goroutine
	newest  int64              // number of the newest event known
	risen   chan struct{}      // closed when newest rises
}

// WaitForEvent returns nil once there is an event with a higher number than seq, and the
// cause of ctx when that ends first. It holds no connection of the database meanwhile. It
// learns of events of this process at once, and of others within a second.
func (s *Service) WaitForEvent(ctx context.Context, seq int64) error {
	s.enter()
	defer s.leave()
	for {
		newest, risen := s.watch.state()
		if newest > seq {
			return nil
		}
		select {
		case <-risen:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// enter counts one more waiting caller, and starts the goroutine for the first.
func (s *Service) enter() {
	w := &s.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting++; w.waiting == 1 {
		w.risen = make(chan struct{})
		var polling context.Context
		polling, w.stop = context.WithCancel(context.Background())
		go s.poll(polling)
	}
}

// leave counts one waiting caller less, and stops the goroutine after the last.
func (s *Service) leave() {
	w := &s.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting--; w.waiting == 0 {
		w.stop()
	}
}

// state returns the number of the newest event known, and a channel that is closed when a
// newer one is.
func (w *watch) state() (newest int64, risen <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.newest, w.risen
}

// rise sets the number of the newest event and wakes the waiting callers if it is newer.
func (w *watch) rise(newest int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if newest > w.newest {
		w.newest = newest
		close(w.risen)
		w.risen = make(chan struct{})
	}
}

// poll asks the database for the newest event until ctx ends: every [pollEvery], and after
// each change of this process. While the database does not answer, callers go on waiting.
func (s *Service) poll(ctx context.Context) {
	ticks := time.NewTicker(pollEvery)
	defer ticks.Stop()
	for ctx.Err() == nil {
		recorded := s.users.Recorded()
		asking, cancel := context.WithTimeout(ctx, pollEvery)
		newest, err := database.Count(asking, s.db.LookUps(), `SELECT COALESCE(MAX(seq), 0) FROM events`)
		cancel()
		if err == nil {
			s.watch.rise(int64(newest))
		}
		select {
		case <-recorded:
		case <-ticks.C:
		case <-ctx.Done():
		}
	}
}
