package users

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestLongReads begins reads one after the other. Each goes on until its context ends, and
// then takes a while to stop, as a statement does. A name begins with the person's letter.
func TestLongReads(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		begin      []string
		superseded []string
		refused    []string
	}{
		"two of a person run":                    {begin: []string{"a1", "a2"}},
		"a third supersedes the first":           {begin: []string{"a1", "a2", "a3"}, superseded: []string{"a1"}},
		"of forty the newest two run":            {begin: readNames(40), superseded: readNames(38)},
		"two people have their own places":       {begin: []string{"a1", "a2", "b1", "b2"}},
		"an export is not superseded":            {begin: []string{"a export", "a1", "a2", "a3"}, superseded: []string{"a1", "a2"}},
		"an export supersedes a search":          {begin: []string{"a1", "a2", "a export"}, superseded: []string{"a1"}},
		"a second export of a person is refused": {begin: []string{"a export", "a export again"}, refused: []string{"a export again"}},
		"two people export":                      {begin: []string{"a export", "b export"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newReadWatch(t)
				w.begin(t, test.begin)
				if got := w.endedWith(ErrSuperseded); !slices.Equal(got, sorted(test.superseded)) {
					t.Errorf("superseded: got %q, want %q", got, test.superseded)
				}
				if got := w.endedWith(ErrExporting); !slices.Equal(got, test.refused) {
					t.Errorf("refused: got %q, want %q", got, test.refused)
				}
				if w.cancelled != len(test.superseded) {
					t.Errorf("%d reads were reported as cancelled, want %d", w.cancelled, len(test.superseded))
				}
				w.stop()
				if len(w.reads.people) > 0 {
					t.Errorf("afterwards %d people are remembered", len(w.reads.people))
				}
			})
		})
	}
}

// TestLongReadsEnd is when a search ends that nothing supersedes.
func TestLongReadsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newReadWatch(t)
		w.begin(t, []string{"a1", "a export"})
		time.Sleep(longReadLimit - time.Second)
		if got := w.endedWith(ErrReadTooLong); len(got) > 0 {
			t.Errorf("before the deadline: %q took too long", got)
		}
		time.Sleep(2 * time.Second)
		if got := w.endedWith(ErrReadTooLong); !slices.Equal(got, []string{"a1"}) {
			t.Errorf("after the deadline: %q took too long, want the search alone", got)
		}
		w.begin(t, []string{"a2"})
		w.stop()
		if got := w.endedWith(context.Canceled); !slices.Equal(got, []string{"a export", "a2"}) || w.cancelled != 1 {
			t.Errorf("the clients are gone: %q ended so, and %d reads were reported as cancelled, want 1", got, w.cancelled)
		}
	})
}

// A readWatch runs reads and notes how they end. It fails a test in which a person has more
// than maxLongReads under way.
type readWatch struct {
	reads longReads
	ctx   context.Context
	stop  func() // ends all reads as if their clients were gone

	mu        sync.Mutex
	running   map[Key]int
	errs      map[string]error // of reads that have ended
	cancelled int
}

func newReadWatch(t *testing.T) *readWatch {
	w := &readWatch{running: make(map[Key]int), errs: make(map[string]error)}
	w.reads = longReads{limit: longReadLimit, cancelled: func(error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.cancelled++
	}}
	ctx, cancel := context.WithCancel(t.Context())
	w.ctx, w.stop = ctx, func() {
		cancel()
		time.Sleep(time.Second)
	}
	return w
}

// begin begins reads, each when the one before runs or waits.
func (w *readWatch) begin(t *testing.T, all []string) {
	for _, name := range all {
		go func() {
			err := w.run(t, name)
			w.mu.Lock()
			defer w.mu.Unlock()
			w.errs[name] = err
		}()
		synctest.Wait()
	}
	time.Sleep(time.Second)
}

// run runs one read.
func (w *readWatch) run(t *testing.T, name string) error {
	person := Key(name[:1])
	read := func(ctx context.Context) error {
		w.count(t, person, 1)
		defer w.count(t, person, -1)
		<-ctx.Done()
		time.Sleep(10 * time.Millisecond)
		return ctx.Err()
	}
	if !strings.Contains(name, "export") {
		return w.reads.search(w.ctx, person, read)
	}
	end, err := w.reads.export(w.ctx, person)
	if err != nil {
		return err
	}
	defer end()
	return read(w.ctx)
}

// count notes that a read of a person has begun or ended.
func (w *readWatch) count(t *testing.T, person Key, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running[person] += n; w.running[person] > maxLongReads {
		t.Errorf("%s has %d long reads at once", person, w.running[person])
	}
}

// endedWith returns the names of the reads that have ended with an error.
func (w *readWatch) endedWith(want error) (names []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for name, err := range w.errs {
		if errors.Is(err, want) {
			names = append(names, name)
		}
	}
	return sorted(names)
}

// sorted returns names in their order.
func sorted(names []string) []string {
	slices.Sort(names)
	return names
}

// readNames returns the names of n reads of one person.
func readNames(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("a%02d", i)
	}
	return all
}
