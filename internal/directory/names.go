package directory

import (
	"context"
	"sync"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// maxNewNames is how many events are read for the names in them. After more of them all names are
// read again, which also drops words that no name has any longer.
const maxNewNames = 10_000

// names are the words of all names in the directory, for [Service.CloseMatches]. They are read when
// they are first asked for, and then from the events since: each has the name that its target has
// after it, whichever console recorded it. A word of a user who was deleted or renamed may be among
// them; no user is found by it.
type names struct {
	reading sync.Mutex // held while all names are read
	mu      sync.RWMutex
	words   *spelling.Vocabulary // nil until all names are read
	last    int64                // number of the newest event whose name is among words
}

// close returns the words of names that are close to typed ones.
func (n *names) close(typed []string) nearWords {
	n.mu.RLock()
	defer n.mu.RUnlock()
	near := nearWords{}
	for _, word := range typed {
		if n.words == nil {
			break
		}
		if words := n.words.Close(word); len(words) > 0 {
			near[word] = words
		}
	}
	return near
}

// A namedEvent is an event and the name of its target.
type namedEvent struct {
	seq  int64
	name string
}

// refresh adds the names of the events since it was last called, or all names.
func (n *names) refresh(ctx context.Context, s *Service) error {
	n.mu.RLock()
	known, last := n.words != nil, n.last
	n.mu.RUnlock()
	if known {
		since, err := database.Collect(ctx, s.reads(), func(row database.Scanner) (e namedEvent, err error) {
			return e, row.Scan(&e.seq, &e.name)
		}, `SELECT seq, target_name FROM event_changes WHERE seq > $1 ORDER BY seq LIMIT $2`, last, maxNewNames)
		if err != nil || len(since) == 0 {
			return err
		}
		if len(since) < maxNewNames {
			n.add(since)
			return nil
		}
	}
	return n.readAll(ctx, s)
}

// add adds the names of events.
func (n *names) add(since []namedEvent) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range since {
		n.words.AddName(spelling.Fold(e.name))
		n.last = max(n.last, e.seq)
	}
}

// readAll reads all names: a second for a million users. It goes on where ctx ends meanwhile, and
// returns at once where another request is reading them.
func (n *names) readAll(ctx context.Context, s *Service) error {
	if !n.reading.TryLock() {
		return nil
	}
	read := make(chan error, 1)
	go func() {
		defer n.reading.Unlock()
		read <- n.replace(context.WithoutCancel(ctx), s)
	}()
	select {
	case err := <-read:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// replace replaces the words by those of all names, in the order of the index that has them.
func (n *names) replace(ctx context.Context, s *Service) error {
	r := s.db.LongReads()
	var last int64
	if err := r.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM event_changes`).Scan(&last); err != nil {
		return err
	}
	rows, err := r.QueryContext(ctx, `SELECT sort_name FROM users ORDER BY sort_name`)
	if err != nil {
		return err
	}
	defer rows.Close()
	words := new(spelling.Vocabulary)
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		words.AddName(name)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.words, n.last = words, last
	return nil
}
