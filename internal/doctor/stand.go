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

// A stand stands in for a console that does not run yet: it listens in its place, and
// notes how requests come to it.
type stand struct {
	secret string // in the paths of the doctor, so that nobody else calls them
	secure bool
	logout string        // path of back-channel logout, which refuses all
	hold   time.Duration // how long an answer is held back for its beginning to arrive
	guest  *guest        // who is to sign in; nil if nobody is

	now func() time.Time

	mu      sync.Mutex
	changed *sync.Cond                // of open
	open    map[string]http.ConnState // of the connections that are not closed, by the peer's address
	counted int                       // answers of count
	seen    visit
	arrived chan struct{} // closed when the beginning of an answer has arrived
	late    bool          // it did not while the answer was held back
}

// A visit is how a request came.
type visit struct {
	peer      netip.Addr
	remote    string // address and port of the peer
	keepAlive string // the header Keep-Alive, which some proxies send
	host      string
	forwarded []string // the addresses in X-Forwarded-For, in order
	protocol  string   // HTTP/1.1
	cookie    string   // of the doctor
}

// visitOf notes how r came.
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

// cookieName returns the name of the doctor's own cookie, which is like those of the console
// but for the name.
func cookieName(secure bool) string {
	if secure {
		return "__Host-doctor"
	}
	return "doctor"
}

// cookie returns the doctor's cookie with that value.
func (s *stand) cookie(value string) *http.Cookie {
	return &http.Cookie{
		Name: cookieName(s.secure), Value: value, Path: "/", MaxAge: 600,
		Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// path returns the path of one of the doctor's own addresses.
func (s *stand) path(name string) string { return "/doctor/" + s.secret + "/" + name }

// standHeaders are headers of the kind that the console sends.
func standHeaders(secure bool) http.Header {
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

// ServeHTTP answers the doctor, those who ask whether a console is there, and the
// person who is to sign in.
func (s *stand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for name, values := range standHeaders(s.secure) {
		w.Header()[name] = values
	}
	switch {
	case r.URL.Path == "/healthz" || r.URL.Path == "/readyz": // or the proxy would send nobody here
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
	case s.guest != nil && s.guest.serve(s, w, r):
	default:
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "The settings of the console are being checked. Try again in a minute.\n")
	}
}

// look notes how the request came, and sets a cookie.
func (s *stand) look(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.seen = visitOf(r, s.secure)
	s.mu.Unlock()
	http.SetCookie(w, s.cookie(s.secret))
	_, _ = io.WriteString(w, s.secret)
}

// count answers with how often it was called: twice the same answer comes from a cache. It
// is HTML and sets no cookie, as caches like it.
func (s *stand) count(w http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counted++
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, strconv.Itoa(s.counted))
}

// connection notes the states of connections. It is an [http.Server.ConnState].
func (s *stand) connection(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state == http.StateClosed || state == http.StateHijacked {
		delete(s.open, c.RemoteAddr().String())
	} else {
		s.open[c.RemoteAddr().String()] = state
	}
	s.changed.Broadcast()
}

// keptOpen reports whether the connection of the last visit is still there, idle. It waits
// while a request on it is being answered.
func (s *stand) keptOpen() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.open[s.seen.remote] == http.StateActive {
		s.changed.Wait()
	}
	return s.open[s.seen.remote] == http.StateIdle
}

// lastVisit returns how the last request came.
func (s *stand) lastVisit() visit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// stream sends the beginning of an answer, and holds back its end until the beginning
// has arrived, or for a while.
func (s *stand) stream(w http.ResponseWriter) {
	_, _ = io.WriteString(w, "beginning\n")
	_ = http.NewResponseController(w).Flush()
	select {
	case <-s.arrived:
	case <-time.After(s.hold):
		s.mu.Lock()
		s.late = true
		s.mu.Unlock()
	}
	_, _ = io.WriteString(w, "end\n")
}

// serve answers at listener until the returned function is called.
func (s *stand) serve(listener net.Listener) (stop func()) {
	server := &http.Server{Handler: s, ConnState: s.connection, ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) }) // ends when it is closed
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil { // the last page has been sent, or never will be
			_ = server.Close()
		}
		serving.Wait()
	}
}
