package users

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// The index of the audit log maps words to events, see [Event.Words]. [Service.IndexEvents] fills
// it in the background, so that a change does not wait for it. It has the events of one range of
// numbers without a gap. Newer events are read directly; older ones are added after an update,
// the newest first.
//
// Each word is prefixed with the number of its block of events, see [EventBlock]. So a search
// reads some blocks at a time, from the newest on, until it has a page.
const (
	blockBits = 15

	// EventBlockSize is the number of events in a block of the index of the audit log.
	EventBlockSize = 1 << blockBits

	// IndexEvery is how often [Service.IndexEvents] should be called.
	IndexEvery = time.Second

	indexAtOnce = 500 // events that are added in one transaction
	olderPart   = 10  // adding older events takes one part in so many of the time
)

// EventBlock returns the number of an event's block as the index of the audit log writes it
// before each word.
func EventBlock(seq int64) string { return fmt.Sprintf("%05x", seq>>blockBits) }

// indexState is the version of the index and the range of its events.
type indexState struct {
	version     int64 // of the words, see spelling.WordsVersion; 0: there is no index yet
	first, last int64 // events, inclusive; none if first is after last
	erasures    int64 // how often words were deleted because their event was erased
}

// readIndexState returns the state of the index.
func readIndexState(ctx context.Context, r database.Reader) (s indexState, err error) {
	row := r.QueryRowContext(ctx, `SELECT version, first_seq, last_seq, erasures FROM search_index WHERE name = 'event_words'`)
	return s, row.Scan(&s.version, &s.first, &s.last, &s.erasures)
}

// IndexedEvents returns the range of events, inclusive, whose words the index of the audit log
// has. The range is empty, from 1 to 0, where the index may not be asked: it is damaged, or of
// another version.
func IndexedEvents(ctx context.Context, r database.Reader, engine database.Engine) (first, last int64, err error) {
	state, err := readIndexState(ctx, r)
	if err != nil {
		return 0, 0, err
	}
	damaged, err := database.Count(ctx, r, `SELECT COUNT(*) FROM damaged_indexes WHERE name = $1 AND engine = $2`, eventWordsIndex.name, engine)
	if err != nil || damaged > 0 || state.version != spelling.WordsVersion {
		return 1, 0, err
	}
	return state.first, state.last, nil
}

// errIndexedElsewhere is returned if another console has changed the index meanwhile.
var errIndexedElsewhere = errors.New("users: another console has changed the index of the audit log")

// IndexEvents adds all newer events to the index of the audit log, and then older ones for a
// tenth of the time. It returns how many events it has added. Of several consoles on one
// database one at a time adds events; the others return. The caller repeats it every
// [IndexEvery]; a search finds newer events without it.
func (s *Service) IndexEvents(ctx context.Context) (added int64, err error) {
	for began := time.Now(); ; {
		n, older, err := s.indexSome(ctx)
		if errors.Is(err, errIndexedElsewhere) {
			return added, nil
		}
		if err != nil {
			return added, fmt.Errorf("index the audit log: %w", err)
		}
		added += n
		if n == 0 || older && time.Since(began) > IndexEvery/olderPart {
			return added, nil
		}
	}
}

// indexSome adds a batch of events to the index. It reports how many, and whether they are
// older than those that it had.
func (s *Service) indexSome(ctx context.Context) (n int64, older bool, err error) {
	r := s.reads()
	was, err := readIndexState(ctx, r)
	if err != nil {
		return 0, false, err
	}
	var newest int64
	if err := r.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM events`).Scan(&newest); err != nil {
		return 0, false, err
	}
	if was.version != spelling.WordsVersion || was.last > newest {
		begun := indexState{spelling.WordsVersion, newest + 1, newest, was.erasures}
		if err := s.writeIndex(ctx, was, begun, s.eventIndex().clear()); err != nil {
			return 0, false, err
		}
		was = begun
	}
	now := was
	switch {
	case was.last < newest:
		now.last = min(newest, was.last+indexAtOnce)
		return now.last - was.last, false, s.addToIndex(ctx, was, now, was.last+1, now.last)
	case was.first > 1:
		now.first = max(1, was.first-indexAtOnce)
		return was.first - now.first, true, s.addToIndex(ctx, was, now, now.first, was.first-1)
	}
	return 0, false, nil
}

// unindexed returns how many events are newer than those in the index, and how many older.
func unindexed(ctx context.Context, r database.Reader) (newer, older int64, err error) {
	state, err := readIndexState(ctx, r)
	if err != nil {
		return 0, 0, err
	}
	var newest int64
	if err := r.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM events`).Scan(&newest); err != nil {
		return 0, 0, err
	}
	if state.version != spelling.WordsVersion {
		return newest, 0, nil
	}
	return newest - state.last, state.first - 1, nil
}

// addToIndex adds the events of a range, inclusive, which changes the state of the index.
func (s *Service) addToIndex(ctx context.Context, was, now indexState, from, to int64) error {
	events, err := indexedEvents(ctx, s.reads(), from, to)
	if err != nil {
		return err
	}
	return s.writeIndex(ctx, was, now, s.eventIndex().add(events))
}

// An indexedEvent is an entry of the index.
type indexedEvent struct {
	seq   int64
	words string // each with its block before it, and a space between them
}

// indexed returns e as an entry of the index.
func (e Event) indexed() indexedEvent {
	block := EventBlock(e.Seq)
	var text []byte
	for i, word := range e.Words() {
		if i > 0 {
			text = append(text, ' ')
		}
		text = append(append(text, block...), word...)
	}
	return indexedEvent{e.Seq, string(text)}
}

// EventWordColumns are the columns of [EventTables] that [ScanEventWords] reads, in its order:
// those whose words the index of the audit log has.
const EventWordColumns = `e.seq, COALESCE(a.actor_id, ''), COALESCE(a.actor_name, ''), COALESCE(c.target_id, ''), COALESCE(c.target_name, ''), COALESCE(a.reason, '')`

// ScanEventWords reads [EventWordColumns] from a row: the number of an event and what
// [Event.Words] is made of.
func ScanEventWords(row database.Scanner) (e Event, err error) {
	return e, row.Scan(&e.Seq, &e.Actor.ID, &e.Actor.Name, &e.Target.ID, &e.Target.Name, &e.Reason)
}

// indexedEvents returns the entries of a range of events, inclusive, oldest first, without the
// words of erased parts.
func indexedEvents(ctx context.Context, r database.Reader, from, to int64) ([]indexedEvent, error) {
	return database.Collect(ctx, r, func(row database.Scanner) (indexedEvent, error) {
		e, err := ScanEventWords(row)
		return e.indexed(), err
	}, `SELECT `+EventWordColumns+EventTables+`WHERE e.seq BETWEEN $1 AND $2 ORDER BY e.seq`, from, to)
}

// An eventIndexer writes the index in an engine's way.
type eventIndexer interface {
	// clear deletes all entries.
	clear() []bookkeeping

	// remove deletes entries.
	remove([]indexedEvent) []bookkeeping

	// add adds entries in the order of their numbers.
	add([]indexedEvent) []bookkeeping
}

// eventIndex returns the index of the engine in use.
func (s *Service) eventIndex() eventIndexer {
	if s.db.Engine() == database.PostgreSQL {
		return vectorIndex{}
	}
	return ftsIndex{}
}
