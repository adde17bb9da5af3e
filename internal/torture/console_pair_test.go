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

// A consolePair is two consoles on one database, behind a proxy that alternates between them.
type consolePair struct {
	consoles [2]*instance
	next     atomic.Int64

	mu     sync.Mutex
	made   int              // changes not made by writers
	served map[string][]int // consoles that served each method and path, in order
}

// newConsolePair returns two consoles. They are not started.
func newConsolePair(t testing.TB, database string) *consolePair {
	t.Helper()
	w := &consolePair{served: map[string][]int{}}
	proxy := httptest.NewServer(http.HandlerFunc(w.pass))
	t.Cleanup(proxy.Close)
	one := newInstance(t, database)
	one.public = proxy.Listener.Addr().String()
	other := *one
	other.address = freeAddress(t)
	w.consoles = [2]*instance{one, &other}
	return w
}

// start starts both concurrently.
func (w *consolePair) start(t testing.TB) {
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
func (w *consolePair) stop(t testing.TB) {
	t.Helper()
	for _, v := range w.consoles {
		v.stop(t)
	}
}

// pass forwards a request.
func (w *consolePair) pass(res http.ResponseWriter, r *http.Request) {
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
func (w *consolePair) last(t testing.TB, request string) int {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.served[request]
	if len(all) == 0 {
		t.Fatalf("no request %s; there was %v", request, w.served)
	}
	return all[len(all)-1]
}

// submit fills in a page's form, sends it, and returns the answer.
func (b *browser) submit(t testing.TB, path string, values url.Values) answer {
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

// mustSubmit is submit for a form that must be acknowledged.
func (b *browser) mustSubmit(t testing.TB, path string, values url.Values) {
	t.Helper()
	if a := b.submit(t, path, values); a.status != http.StatusSeeOther {
		t.Fatalf("%s: status %d: %s", path, a.status, a.text())
	}
}
