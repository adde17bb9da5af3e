package web

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

// identify gives each request an id and the address of its client.
func (a *App) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		known := &request{id: "req_" + strings.ToLower(rand.Text()), address: a.clientAddress(r), doctor: r.UserAgent() == words.DoctorAgent}
		w.Header().Set("X-Request-Id", known.id)
		next.ServeHTTP(w, withRequest(r, known))
	})
}

// clientAddress returns the address of the client: the peer, or, if the peer is a trusted proxy,
// the last address in X-Forwarded-For that is not one. An address that cannot be parsed ends the
// search at the proxy that sent it.
func (a *App) clientAddress(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	client := peer.Addr().Unmap().WithZone("")
	// Each proxy adds its peer at the end, so what a client made up stands first,
	// and is never reached.
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && a.trusts(client); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		client = hop.Unmap().WithZone("")
	}
	return client
}

// trusts reports whether X-Forwarded-For of a peer is used.
func (a *App) trusts(peer netip.Addr) bool {
	for _, p := range a.proxies {
		if p.Contains(peer) {
			return true
		}
	}
	return false
}

// logRequests logs one line for each request, without secrets: the route's pattern instead of the
// path, and the user instead of the session or token. It also calls the [Watch], even for a
// request that is aborted.
func (a *App) logRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := a.now()
		noted := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		r, end := a.begin(r)
		known := requestOf(r)
		defer func() { end(Answered{r.Method, known.route, noted.status, a.now().Sub(began)}) }()
		next.ServeHTTP(noted, r)
		attributes := []slog.Attr{
			slog.String("request", known.id),
			slog.String("method", shownMethod(r)),
			slog.String("route", known.route),
			slog.Int("status", noted.status),
			slog.Duration("duration", a.now().Sub(began)),
			slog.String("user", string(known.user)),
			slog.String("address", known.address.String()),
		}
		if known.doctor {
			attributes = append(attributes, slog.Bool("doctor", true))
		}
		a.log.LogAttrs(r.Context(), slog.LevelInfo, "request", attributes...)
	})
}

// A statusWriter notes the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements [http.ResponseWriter].
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// recoverPanics answers a panic as any other fault.
func (a *App) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch fault := recover(); fault {
			case nil:
			case http.ErrAbortHandler: // is for net/http, which breaks the connection off
				panic(fault)
			default:
				a.log.ErrorContext(r.Context(), "panic", "request", requestOf(r).id, "panic", words.Plain(fmt.Sprint(fault)), "stack", string(debug.Stack()))
				res := w.(*response)
				if res.sent {
					panic(http.ErrAbortHandler) // half an answer is not to look like a whole one
				}
				res.reset()
				res.direct = false
				a.answerError(w, r, fmt.Errorf("panic: %v", fault))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// securityHeaders adds to every answer what it and its page may do in a browser. Answers
// are not stored; those that may be set another Cache-Control.
func (a *App) securityHeaders(next http.Handler) http.Handler {
	policy := a.contentPolicy()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store") // going back after a sign-out shows nothing
		if a.secure() {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// contentPolicy returns the content security policy of every page: nothing inline, nothing from
// other hosts except pictures of the configured ones.
func (a *App) contentPolicy() string {
	images := "img-src 'self'"
	for _, host := range a.pictureHosts {
		images += " https://" + host
	}
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'", "connect-src 'self'", images,
		"form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
	}, "; ")
}

// rawPath gives the router every path as it was sent, so that a percent-encoded part is decoded
// once, by the handler that reads it.
func rawPath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		address := *r.URL
		address.RawPath = r.URL.EscapedPath()
		r = r.WithContext(r.Context())
		r.URL = &address
		next.ServeHTTP(w, r)
	})
}

// redirectHost redirects requests to the demo under another name of this machine, such as
// localhost, to the host that the sign-in returns to, and refuses those that cannot be
// redirected: the name of another site may resolve to this machine (DNS rebinding). The port may
// differ, as with make watch: cookies ignore ports. Outside of the demo the Host header is not
// checked, since a proxy may have changed it.
func (a *App) redirectHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to, here := r.URL.RequestURI(), url.URL{Host: r.Host}
		reads := r.Method == http.MethodGet || r.Method == http.MethodHead
		switch {
		case here.Hostname() == a.baseURL.Hostname(), reads && impersonal[r.URL.Path]:
			next.ServeHTTP(w, r)
		case reads && plainPath(to):
			http.Redirect(w, r, a.baseURL.Scheme+"://"+a.baseURL.Host+to, http.StatusSeeOther)
		default:
			a.answerError(w, r, httperror.ErrOtherHost)
		}
	})
}

// denyCrossOrigin refuses a form that was posted from another site.
func (a *App) denyCrossOrigin(w http.ResponseWriter, r *http.Request) {
	a.answerError(w, r, httperror.ErrCrossOrigin)
}

// answerError answers an error of a middleware: with its page, or in the format of the path's
// protocol.
func (a *App) answerError(w http.ResponseWriter, r *http.Request, err error) {
	if p := a.protocolOf(r); p != nil {
		p.fail(w, r, err)
		return
	}
	// The page is like any other, with who is signed in; without them if that
	// cannot be found out either.
	c := a.echo.NewContext(r, w)
	if recogniseErr := a.recogniseViewer(c); recogniseErr != nil {
		a.log.WarnContext(r.Context(), "recognise", "request", requestOf(r).id, "error", recogniseErr)
	}
	a.serveError(err, c)
}
