package web

import (
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/httperror"
)

// limitRates limits the steps of sign-ins by network. A request that is not a navigation is
// refused before it counts: otherwise a picture on any web page could use up the limit of its
// visitors' network.
func (a *App) limitRates(next http.Handler) http.Handler {
	limits := map[string]*networkLimiter{"/sign-in/start": a.starts, "/sign-in/callback": a.returns}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l := limits[r.URL.Path]
		if l == nil || r.Method != http.MethodGet { // which the router refuses
			next.ServeHTTP(w, r)
			return
		}
		if !opensPage(r) {
			a.answerError(w, r, httperror.ErrNoNavigation)
			return
		}
		if wait := l.take(requestOf(r).address); wait > 0 {
			retryAfter(w.Header(), wait)
			a.answerError(w, r, httperror.ErrTooMany)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// retryAfter sets the header Retry-After, rounded up to seconds.
func retryAfter(h http.Header, wait time.Duration) {
	h.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
}

// A pace is how often one client may do something.
type pace struct {
	atOnce int
	every  time.Duration // once more
}

var (
	// signInPace is for each step of a sign-in, of an address or an IPv6 network of 64
	// bits: an organisation of thousands may come from one, all at nine in the morning. A
	// step costs no write.
	signInPace = pace{atOnce: 300, every: time.Second / 20}
	// widePace is that of an IPv6 network of 48 bits, of which one customer may have as
	// many smaller ones as they like.
	widePace   = pace{atOnce: 10 * signInPace.atOnce, every: signInPace.every / 10}
	formPace   = pace{atOnce: 60, every: time.Second}    // of forms kept for those who are signed out
	keptPace   = pace{atOnce: 512, every: keptFor / 512} // of their size, in KiB
	exportPace = pace{atOnce: 30, every: 10 * time.Second}
	// changePace is for changes by one person through pages: far more than a person clicks, so
	// that a script cannot fill the audit log, which is never deleted.
	changePace = pace{atOnce: 60, every: time.Second}
)

const maxClients = 10_000 // that a limiter remembers

// A client is the key of a limit: a network, and the user in it if there is a session.
type client struct {
	network netip.Prefix
	user    users.Key
}

// A limiter has a token bucket for each client.
type limiter struct {
	pace pace
	now  func() time.Time

	mu      sync.Mutex
	clients map[client]*rate.Limiter
}

// newLimiter returns a limiter that knows no client yet.
func newLimiter(p pace, now func() time.Time) *limiter {
	return &limiter{pace: p, now: now, clients: make(map[client]*rate.Limiter)}
}

// take returns zero if the client may, and otherwise how long it must wait.
func (l *limiter) take(who client) time.Duration { return l.takeMany(who, 1) }

// takeMany is take for n at once.
func (l *limiter) takeMany(who client, n int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	bucket, known := l.clients[who]
	if !known {
		l.makeRoom(now)
		bucket = rate.NewLimiter(rate.Every(l.pace.every), l.pace.atOnce)
		l.clients[who] = bucket
	}
	if bucket.AllowN(now, n) {
		return 0
	}
	return time.Duration((float64(n) - bucket.TokensAt(now)) * float64(l.pace.every))
}

// wait returns zero if the client may, and otherwise how long it must wait; it is not
// counted.
func (l *limiter) wait(who client) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket, known := l.clients[who]
	if !known {
		return 0
	}
	return max(0, time.Duration((1-bucket.TokensAt(l.now()))*float64(l.pace.every)))
}

// makeRoom forgets clients with a full bucket, and if that is not enough, a tenth of the others.
func (l *limiter) makeRoom(now time.Time) {
	if len(l.clients) < maxClients {
		return
	}
	for who, bucket := range l.clients {
		if bucket.TokensAt(now) >= float64(l.pace.atOnce) { // the same as an unknown client
			delete(l.clients, who)
		}
	}
	for who := range l.clients { // in random order, so that no client can be evicted on purpose
		if len(l.clients) <= maxClients*9/10 {
			return
		}
		delete(l.clients, who)
	}
}

// A networkLimiter limits how often the clients of a network may do something.
type networkLimiter struct{ narrow, wide *limiter }

// newNetworkLimiter returns the limiter for a step of a sign-in.
func newNetworkLimiter(now func() time.Time) *networkLimiter {
	return &networkLimiter{newLimiter(signInPace, now), newLimiter(widePace, now)}
}

// take returns zero if a client at address may, and otherwise how long it must wait.
// No network wider than 48 bits is limited, since unrelated clients share it.
func (l *networkLimiter) take(address netip.Addr) time.Duration {
	if wait := l.narrow.take(client{network: network(address, 64)}); wait > 0 || !address.Is6() {
		return wait
	}
	return l.wide.take(client{network: network(address, 48)})
}

// network returns what counts as one client: an IPv4 address, or the network of that many
// bits of an IPv6 address.
func network(address netip.Addr, bits int) netip.Prefix {
	if !address.Is6() {
		bits = 32
	}
	p, _ := address.Prefix(bits) // the zero Prefix for an address that cannot be read
	return p
}
