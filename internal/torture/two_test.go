//go:build postgres

package torture

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
)

// A two is two consoles on one database, behind a proxy that sends each request to the
// other one than the last.
type two struct {
	consoles [2]*victim
	next     atomic.Int64

	mu     sync.Mutex
	made   int              // changes beside those of writers
	served map[string][]int // by method and path, which console it was, each time
}

// newTwo returns two consoles that are not started yet.
func newTwo(t testing.TB, database string) *two {
	t.Helper()
	w := &two{served: map[string][]int{}}
	proxy := httptest.NewServer(http.HandlerFunc(w.pass))
	t.Cleanup(proxy.Close)
	one := newVictim(t, database)
	one.public = proxy.Listener.Addr().String()
	other := *one
	other.address = freeAddress(t)
	w.consoles = [2]*victim{one, &other}
	return w
}

// start starts both at once.
func (w *two) start(t testing.TB) {
	t.Helper()
	var starting sync.WaitGroup
	errs := make([]error, len(w.consoles))
	for i, v := range w.consoles {
		starting.Go(func() { v.process, errs[i] = launch(t, v.command(), "sign-out address") })
	}
	starting.Wait()
	for _, err := range errs {
		if err != nil {
			t.Fatalf("start two consoles at once: %v", err)
		}
	}
}

// stop stops both.
func (w *two) stop(t testing.TB) {
	t.Helper()
	for _, v := range w.consoles {
		v.stop(t)
	}
}

// pass passes a request on.
func (w *two) pass(res http.ResponseWriter, r *http.Request) {
	turn := int(w.next.Add(1) % 2)
	w.mu.Lock()
	w.served[r.Method+" "+r.URL.Path] = append(w.served[r.Method+" "+r.URL.Path], turn)
	w.mu.Unlock()
	to := &url.URL{Scheme: "http", Host: w.consoles[turn].address}
	proxy := httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host
	}}
	proxy.ServeHTTP(res, r)
}

// last returns which console served a request last.
func (w *two) last(t testing.TB, request string) int {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.served[request]
	if len(all) == 0 {
		t.Fatalf("nobody asked for %s; there was %v", request, w.served)
	}
	return all[len(all)-1]
}

// fill fills in the form of a page, sends it, and returns the answer.
func (b *browser) fill(t testing.TB, path string, values url.Values) answer {
	t.Helper()
	fields, a, err := b.form(path)
	if err != nil || fields == nil {
		t.Errorf("%s: %v, status %d: %s", path, err, a.status, a.text())
		return a
	}
	for name := range values {
		fields[name] = values[name]
	}
	if a, err = b.post(path, fields); err != nil {
		t.Errorf("%s: %v", path, err)
	}
	return a
}

// mustFill is fill for what must be acknowledged.
func (b *browser) mustFill(t testing.TB, path string, values url.Values) {
	t.Helper()
	if a := b.fill(t, path, values); a.status != http.StatusSeeOther {
		t.Fatalf("%s: status %d: %s", path, a.status, a.text())
	}
}
