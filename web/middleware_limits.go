package web

import (
	"errors"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How much one request may hold.
const (
	maxBody   = 1 << 20 // bytes
	maxFields = 200     // of a form
)

// limitSizes reads the form in the body of a request and refuses one that is too
// large or is none.
func (a *App) limitSizes(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > maxBody {
			w.Header().Set("Connection", "close")
			a.answerError(w, r, errTooLarge)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if err := readForm(r); err != nil {
			w.Header().Set("Connection", "close") // what follows may be meant as the rest of it
			a.answerError(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// readForm reads the form in the body of r into r.PostForm. A body of unknown
// length is refused: browsers always say the length, and where a chunked body
// also has one, a proxy may have read another request than we do.
func readForm(r *http.Request) error {
	if len(r.TransferEncoding) > 0 {
		return errBadForm
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	// A page of ours posts in one way. Other kinds would leave PostForm empty, and
	// the handler would take that for a form with nothing in it.
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != "" && strings.TrimSpace(strings.ToLower(kind)) != "application/x-www-form-urlencoded" {
		return errBadForm
	}
	query := r.URL.RawQuery
	r.URL.RawQuery = "" // only the body counts
	err := r.ParseForm()
	r.URL.RawQuery = query
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return errTooLarge
	}
	n := 0
	for _, values := range r.PostForm {
		n += len(values)
	}
	if err != nil || n > maxFields {
		return errBadForm
	}
	return nil
}

// limitRates keeps one client from beginning too many sign-ins.
func (a *App) limitRates(next http.Handler) http.Handler {
	limits := map[string]*limiter{"/sign-in/start": a.starts, "/sign-in/callback": a.returns}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l := limits[r.URL.Path]
		if l == nil {
			next.ServeHTTP(w, r)
			return
		}
		if wait := l.take(requestOf(r).address); wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
			a.answerError(w, r, errTooMany)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// How often one client may begin to sign in, or have a form kept meanwhile. An
// organisation may come from one address, all at nine in the morning.
const (
	signInsAtOnce    = 60
	signInsPerSecond = 1
	maxClients       = 10_000 // that a limiter remembers
)

// A limiter limits how often each client may do something.
type limiter struct {
	now func() time.Time

	mu      sync.Mutex
	clients map[netip.Prefix]*rate.Limiter
}

// newLimiter returns a limiter that knows no client yet.
func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, clients: make(map[netip.Prefix]*rate.Limiter)}
}

// take returns zero if the client may, and otherwise how long it must wait.
func (l *limiter) take(address netip.Addr) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, client := l.now(), network(address)
	bucket, known := l.clients[client]
	if !known {
		l.makeRoom(now)
		bucket = rate.NewLimiter(signInsPerSecond, signInsAtOnce)
		l.clients[client] = bucket
	}
	if bucket.AllowN(now, 1) {
		return 0
	}
	return time.Duration((1 - bucket.TokensAt(now)) / signInsPerSecond * float64(time.Second))
}

// makeRoom forgets clients who have not been here for long, and if there are too
// many others, some of those.
func (l *limiter) makeRoom(now time.Time) {
	if len(l.clients) < maxClients {
		return
	}
	for client, bucket := range l.clients {
		if bucket.TokensAt(now) >= signInsAtOnce { // as good as one who was never here
			delete(l.clients, client)
		}
	}
	for client := range l.clients { // in no order, so that none can be pushed out on purpose
		if len(l.clients) < maxClients {
			return
		}
		delete(l.clients, client)
	}
}

// network returns what counts as one client: an IPv4 address, or the network of
// an IPv6 address, of which a client has as many as it likes.
func network(address netip.Addr) netip.Prefix {
	bits := 32
	if address.Is6() {
		bits = 64
	}
	p, _ := address.Prefix(bits) // the zero Prefix for an address that cannot be read
	return p
}
