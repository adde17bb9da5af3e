package torture

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// healthInterval is the time between two health checks.
const healthInterval = 100 * time.Millisecond

// A proxy balances requests between ready consoles. It never retries.
type proxy struct {
	url       string
	transport *http.Transport

	mu       sync.Mutex
	backends []*backend
	turn     int
}

// A backend is a console behind the proxy.
type backend struct {
	url     *url.URL
	ready   atomic.Bool
	readied chan struct{} // closed when it is first ready
	forget  context.CancelFunc
}

// newProxy starts a proxy that stops when the test ends.
func newProxy(t *testing.T) *proxy {
	t.Helper()
	p := &proxy{transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
	server := httptest.NewServer(http.HandlerFunc(p.serve))
	p.url = server.URL
	t.Cleanup(func() {
		server.Close()
		p.transport.CloseIdleConnections()
	})
	return p
}

// add adds a console, and returns when it is ready.
func (p *proxy) add(t *testing.T, address string) *backend {
	t.Helper()
	ctx, forget := context.WithCancel(t.Context())
	b := &backend{url: &url.URL{Scheme: "http", Host: address}, readied: make(chan struct{}), forget: forget}
	t.Cleanup(forget)
	p.mu.Lock()
	p.backends = append(p.backends, b)
	p.mu.Unlock()
	go b.watch(ctx)
	select {
	case <-b.readied:
	case <-time.After(maxWait):
		t.Fatalf("the console at %s did not become ready", address)
	}
	return b
}

// watch runs health checks until ctx is done.
func (b *backend) watch(ctx context.Context) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: maxWait}
	again := time.NewTicker(healthInterval)
	defer again.Stop()
	for first := true; ctx.Err() == nil; <-again.C {
		ready := isReady(ctx, client, b.url)
		b.ready.Store(ready)
		if ready && first {
			first = false
			close(b.readied)
		}
	}
}

// isReady runs a health check.
func isReady(ctx context.Context, client *http.Client, console *url.URL) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, console.JoinPath("readyz").String(), nil)
	if err != nil {
		return false
	}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// pick returns the next ready console, or nil.
func (p *proxy) pick() *backend {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range p.backends {
		p.turn++
		if b := p.backends[p.turn%len(p.backends)]; b.ready.Load() {
			return b
		}
	}
	return nil
}

// serve forwards a request.
func (p *proxy) serve(w http.ResponseWriter, r *http.Request) {
	b := p.pick()
	if b == nil {
		http.Error(w, "proxy: no console is ready", http.StatusServiceUnavailable)
		return
	}
	pass := httputil.ReverseProxy{
		Transport: p.transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(b.url)
			r.Out.Host = r.In.Host
			r.SetXForwarded()
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, "proxy: "+err.Error(), http.StatusBadGateway)
		},
	}
	once, ctx := countSends(r.Context())
	pass.ServeHTTP(w, r.WithContext(ctx))
	if once.Load() > 1 {
		panic(http.ErrAbortHandler) // the transport retried: let the client see a failure
	}
}

// countSends returns a context for a request, and the number of connections that the request is
// sent on: Go's transport retries some requests.
func countSends(ctx context.Context) (*atomic.Int32, context.Context) {
	times := new(atomic.Int32)
	return times, httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { times.Add(1) },
	})
}
