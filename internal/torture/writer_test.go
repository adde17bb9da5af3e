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

// A writer is a client that adds and edits people, and records the answers in the ledger.
type writer struct {
	*browser
	ledger *ledger
	label  string   // unique
	n      int      // number of forms so far
	added  []string // user_id of acknowledged people

	persists bool // it resends a form whose result is unknown
	slowest  time.Duration
}

// writers counts the labels given out.
var writers atomic.Int64

// newWriter returns a writer of a running console.
func (v *instance) newWriter(t testing.TB, l *ledger) *writer {
	t.Helper()
	return &writer{browser: v.signedIn(t), ledger: l, label: fmt.Sprintf("w%d", writers.Add(1))}
}

// newWriters returns n writers.
func (v *instance) newWriters(t testing.TB, l *ledger, n int) []*writer {
	t.Helper()
	all := make([]*writer, n)
	for i := range all {
		all[i] = v.newWriter(t, l)
	}
	return all
}

// step adds or edits a person. It returns the answer to the form, or to the request for it.
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
	d := change{action: "user.created", target: fmt.Sprintf("%s-%d@example.com", w.label, w.n), name: w.name()}
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
	d := change{action: "user.edited", target: id, name: w.name()}
	fields.Set("name", d.name)
	fields.Set("reason", "torture")
	return w.send(path, fields, d)
}

// name returns a unique name.
func (w *writer) name() string { return fmt.Sprintf("Name %d of %s", w.n, w.label) }

// send posts a form and records the answer.
func (w *writer) send(path string, fields url.Values, d change) (answer, error) {
	a, err := w.post(path, fields)
	w.ledger.record(a, err, d)
	if !w.persists || err != nil || !a.unknown() {
		return a, err
	}
	for a.status == http.StatusServiceUnavailable && err == nil {
		<-time.After(retryAfter)
		a, err = w.timed(func() (answer, error) { return w.post(path, fields) })
	}
	if a.status == http.StatusSeeOther {
		w.ledger.acknowledgedResend(d)
	}
	return a, err
}

// unknown reports whether the answer says that the result is unknown.
func (a answer) unknown() bool {
	return a.status == http.StatusServiceUnavailable && strings.Contains(a.text(), "It is not known whether this was done")
}

// retryAfter is the time between two tries.
const retryAfter = 50 * time.Millisecond

// timed calls do and records how long that took.
func (w *writer) timed(do func() (answer, error)) (answer, error) {
	began := time.Now()
	a, err := do()
	w.slowest = max(w.slowest, time.Since(began))
	return a, err
}

// writeLoad makes all writers write concurrently until stop is called or the console ends. stop
// returns the first answer other than an acknowledgement.
func writeLoad(all []*writer) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	var working sync.WaitGroup
	odd := make(chan error, len(all))
	for _, w := range all {
		working.Go(func() {
			for ctx.Err() == nil {
				a, err := w.step()
				if err != nil { // the console has ended, or stop was called
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

// writeThroughOutages is writeLoad for a database with outages: writers retry after an error
// page. stop also returns the duration of the slowest answer.
func writeThroughOutages(all []*writer) (stop func() (time.Duration, error)) {
	ctx, cancel := context.WithCancel(context.Background())
	var working sync.WaitGroup
	odd := make(chan error, len(all))
	for _, w := range all {
		w.persists, w.slowest = true, 0
		working.Go(func() { odd <- w.writeUntilDone(ctx) })
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

// writeUntilDone takes steps until ctx is done or an answer is unexpected.
func (w *writer) writeUntilDone(ctx context.Context) error {
	for ctx.Err() == nil {
		a, err := w.timed(w.step)
		switch {
		case err != nil:
			return err
		case a.status == http.StatusServiceUnavailable && (a.unknown() || strings.Contains(a.text(), "The console cannot use its database at the moment")):
			<-time.After(retryAfter)
		case a.status != http.StatusSeeOther:
			return fmt.Errorf("status %d at %v: %s", a.status, a.at, a.text())
		}
	}
	return nil
}
