package doctor

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A standIn listens in place of a console that is not running, and records how requests arrive.
type standIn struct {
	secret  string // in the doctor's paths, so that they cannot be guessed
	secure  bool
	logout  string        // path of back-channel logout, which refuses every token
	holdFor time.Duration // how long the end of a streamed response is delayed
	trial   *trial        // nil without --sign-in

	now func() time.Time

	mu       sync.Mutex
	changed  *sync.Cond                // signals a change of open
	open     map[string]http.ConnState // states of open connections, by the peer's address
	counted  int                       // requests to count
	seen     visit
	arrived  chan struct{} // closed when the beginning of the streamed response has arrived
	buffered bool          // the beginning did not arrive within holdFor: the proxy buffers
}

// A visit records how a request arrived.
type visit struct {
	peer      netip.Addr
	remote    string // address and port of the peer
	keepAlive string // header Keep-Alive, which some proxies send
	host      string
	forwarded []string // the addresses in X-Forwarded-For, in order
	protocol  string   // HTTP/1.1
	cookie    string   // value of the doctor's cookie
}

// visitOf records how r arrived.
func visitOf(r *http.Request, secure bool) visit {
	v := visit{protocol: r.Proto, host: r.Host, remote: r.RemoteAddr, keepAlive: r.Header.Get("Keep-Alive")}
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		v.peer = peer.Addr().Unmap().WithZone("")
	}
	for hop := range strings.SplitSeq(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",") {
		if hop = strings.TrimSpace(hop); hop != "" {
			v.forwarded = append(v.forwarded, hop)
		}
	}
	if c, err := r.Cookie(cookieName(secure)); err == nil {
		v.cookie = c.Value
	}
	return v
}

// cookieName returns the name of the doctor's cookie, which has the same flags as the
// console's.
func cookieName(secure bool) string {
	if secure {
		return "__Host-doctor"
	}
	return "doctor"
}

// cookie returns the doctor's cookie with that value.
func (s *standIn) cookie(value string) *http.Cookie {
	return &http.Cookie{
		Name: cookieName(s.secure), Value: value, Path: "/", MaxAge: 600,
		Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// path returns the path of one of the doctor's own addresses.
func (s *standIn) path(name string) string { return "/doctor/" + s.secret + "/" + name }

// standInHeaders returns security headers like those of the console.
func standInHeaders(secure bool) http.Header {
	h := http.Header{}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if secure {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
	return h
}

// ServeHTTP serves the doctor's own requests, health checks and the trial sign-in.
func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for name, values := range standInHeaders(s.secure) {
		w.Header()[name] = values
	}
	switch {
	case r.URL.Path == "/healthz" || r.URL.Path == "/readyz": // or the proxy would send no requests
		_, _ = io.WriteString(w, "ok\n")
	case r.URL.Path == s.path("look"):
		s.look(w, r)
	case r.URL.Path == s.path("stream"):
		s.stream(w)
	case r.URL.Path == s.path("count"):
		s.count(w)
	case r.URL.Path == s.path("form"):
		_, _ = io.WriteString(w, r.Method+" "+r.PostFormValue("text"))
	case r.Method == http.MethodPost && r.URL.Path == s.logout:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_request"}`)
	case s.trial != nil && s.trial.serve(s, w, r):
	default:
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "The settings of the console are being checked. Try again in a minute.\n")
	}
}

// look records how the request arrived, and sets a cookie.
func (s *standIn) look(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.seen = visitOf(r, s.secure)
	s.mu.Unlock()
	http.SetCookie(w, s.cookie(s.secret))
	_, _ = io.WriteString(w, s.secret)
}

// count responds with the number of its calls: the same response twice comes from a cache. It
// is HTML without a cookie, which caches store by preference.
func (s *standIn) count(w http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counted++
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, strconv.Itoa(s.counted))
}

// connection records the states of connections. It is an [http.Server.ConnState].
func (s *standIn) connection(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state == http.StateClosed || state == http.StateHijacked {
		delete(s.open, c.RemoteAddr().String())
	} else {
		s.open[c.RemoteAddr().String()] = state
	}
	s.changed.Broadcast()
}

// idleConnectionOpen reports whether the connection of the last visit is still open and idle.
// It waits while a request on it is active.
func (s *standIn) idleConnectionOpen() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.open[s.seen.remote] == http.StateActive {
		s.changed.Wait()
	}
	return s.open[s.seen.remote] == http.StateIdle
}

// lastVisit returns how the last request arrived.
func (s *standIn) lastVisit() visit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// stream sends the beginning of a response, and its end once the beginning has arrived or
// holdFor has passed.
func (s *standIn) stream(w http.ResponseWriter) {
	_, _ = io.WriteString(w, "beginning\n")
	_ = http.NewResponseController(w).Flush()
	select {
	case <-s.arrived:
	case <-time.After(s.holdFor):
		s.mu.Lock()
		s.buffered = true
		s.mu.Unlock()
	}
	_, _ = io.WriteString(w, "end\n")
}

// serve serves requests at listener until stop is called.
func (s *standIn) serve(listener net.Listener) (stop func()) {
	server := &http.Server{Handler: s, ConnState: s.connection, ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) }) // returns when the server is shut down
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil { // a client does not read its response
			_ = server.Close()
		}
		serving.Wait()
	}
}
