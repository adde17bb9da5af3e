package torture

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A writer is a client that adds people and edits them, one request after the other,
// and notes in the ledger what it was told.
type writer struct {
	*browser
	ledger *ledger
	label  string   // of its own
	n      int      // forms filled in so far
	added  []string // user_id of those it knows to be there

	persists bool // it sends a form again of which it is told that nobody knows whether it was done
	slowest  time.Duration
}

// writers are how many have had a label so far.
var writers atomic.Int64

// newWriter returns a writer at a console that runs.
func (v *victim) newWriter(t testing.TB, l *ledger) *writer {
	t.Helper()
	return &writer{browser: v.signedIn(t), ledger: l, label: fmt.Sprintf("w%d", writers.Add(1))}
}

// newWriters returns n of them.
func (v *victim) newWriters(t testing.TB, l *ledger, n int) []*writer {
	t.Helper()
	all := make([]*writer, n)
	for i := range all {
		all[i] = v.newWriter(t, l)
	}
	return all
}

// step fills in a form, of a new person or of one it has added before, and sends it.
// It returns the answer: to the form, or to the request for it.
func (w *writer) step() (answer, error) {
	w.n++
	if len(w.added) == 0 || w.n%4 == 0 {
		return w.add()
	}
	return w.edit(w.added[w.n%len(w.added)])
}

// must takes n steps, each of which must be acknowledged.
func (w *writer) must(t testing.TB, when string, n int) {
	t.Helper()
	for range n {
		if a, err := w.step(); err != nil || a.status != http.StatusSeeOther {
			t.Fatalf("%s: %v, status %d at %v: %s", when, err, a.status, a.at, a.text())
		}
	}
}

// add adds a person.
func (w *writer) add() (answer, error) {
	fields, a, err := w.form("/users/new")
	if fields == nil {
		return a, err
	}
	d := deed{action: "user.created", target: fmt.Sprintf("%s-%d@example.com", w.label, w.n), name: w.name()}
	fields.Set("user_id", d.target)
	fields.Set("name", d.name)
	fields.Set("role", "user")
	a, err = w.send("/users/new", fields, d)
	if a.status == http.StatusSeeOther {
		w.added = append(w.added, d.target)
	}
	return a, err
}

// edit gives a person another name.
func (w *writer) edit(id string) (answer, error) {
	path := "/users/" + url.PathEscape(id) + "/edit"
	fields, a, err := w.form(path)
	if fields == nil {
		return a, err
	}
	d := deed{action: "user.edited", target: id, name: w.name()}
	fields.Set("name", d.name)
	fields.Set("reason", "torture")
	return w.send(path, fields, d)
}

// name returns a name that nobody has been given before.
func (w *writer) name() string { return fmt.Sprintf("Name %d of %s", w.n, w.label) }

// send posts a form and notes in the ledger what comes of it.
func (w *writer) send(path string, fields url.Values, d deed) (answer, error) {
	a, err := w.post(path, fields)
	w.ledger.answered(a, err, d)
	if !w.persists || err != nil || !a.unknown() {
		return a, err
	}
	for a.status == http.StatusServiceUnavailable && err == nil {
		<-time.After(retryAfter)
		a, err = w.timed(func() (answer, error) { return w.post(path, fields) })
	}
	if a.status == http.StatusSeeOther {
		w.ledger.resent(d)
	}
	return a, err
}

// unknown reports whether the answer is that nobody knows whether it was done.
func (a answer) unknown() bool {
	return a.status == http.StatusServiceUnavailable && strings.Contains(a.text(), "It is not known whether this was done")
}

// retryAfter is when those who persist try again.
const retryAfter = 50 * time.Millisecond

// timed does something and notes how long it took.
func (w *writer) timed(do func() (answer, error)) (answer, error) {
	began := time.Now()
	a, err := do()
	w.slowest = max(w.slowest, time.Since(began))
	return a, err
}

// storm has all the writers write at once until the returned function is called, or
// the console answers no more. The function returns when the last has ended, with
// the first answer that is neither an acknowledgement nor missing.
func storm(all []*writer) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	var working sync.WaitGroup
	odd := make(chan error, len(all))
	for _, w := range all {
		working.Go(func() {
			for ctx.Err() == nil {
				a, err := w.step()
				if err != nil { // the console has gone; or the storm is over
					return
				}
				if a.status != http.StatusSeeOther {
					odd <- fmt.Errorf("status %d at %v: %s", a.status, a.at, a.text())
					return
				}
			}
		})
	}
	return func() error {
		cancel()
		working.Wait()
		close(odd)
		return errors.Join(<-odd)
	}
}

// siege is storm for a console whose database goes and comes back: writers are told so,
// each time in words, and go on. The function returns also how long the slowest answer
// took.
func siege(all []*writer) (stop func() (time.Duration, error)) {
	ctx, cancel := context.WithCancel(context.Background())
	var working sync.WaitGroup
	odd := make(chan error, len(all))
	for _, w := range all {
		w.persists, w.slowest = true, 0
		working.Go(func() { odd <- w.besiege(ctx) })
	}
	return func() (slowest time.Duration, err error) {
		cancel()
		working.Wait()
		for _, w := range all {
			slowest = max(slowest, w.slowest)
			err = errors.Join(err, <-odd)
		}
		return slowest, err
	}
}

// besiege takes steps until ctx is done, or an answer is none that a console gives.
func (w *writer) besiege(ctx context.Context) error {
	for ctx.Err() == nil {
		a, err := w.timed(w.step)
		switch {
		case err != nil:
			return err
		case a.status == http.StatusServiceUnavailable && (a.unknown() || strings.Contains(a.text(), "The console cannot use its database at present")):
			<-time.After(retryAfter)
		case a.status != http.StatusSeeOther:
			return fmt.Errorf("status %d at %v: %s", a.status, a.at, a.text())
		}
	}
	return nil
}
