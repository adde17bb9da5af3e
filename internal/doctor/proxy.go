package doctor

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/roboto-ai/console/internal/auth"
)

// throughProxy makes the checks of the way to a console that does not run yet, at
// whose address listener is.
func (e *examination) throughProxy(ctx context.Context, listener net.Listener) (found []Finding) {
	s := &stand{
		now: e.Now, open: map[string]http.ConnState{}, secret: auth.NewSecret(), secure: e.secure(), logout: e.LogoutPath, hold: min(2*time.Second, e.Limit/2), arrived: make(chan struct{}),
	}
	s.changed = sync.NewCond(&s.mu)
	if e.SignIn {
		s.guest = newGuest(auth.NewProvider(e.providerConfig(nil)), e.CallbackPath)
	}
	if e.TLS != nil {
		listener = tls.NewListener(listener, e.TLS)
	}
	defer s.serve(listener)()
	e.during("base URL", func() { found = e.probe(ctx, s) })
	if e.SignIn {
		e.during("somebody to sign in", func() { found = append(found, e.signIn(ctx, s)...) })
	}
	return found
}

// madeUp is an address that the doctor claims to come from, and does not: it is for
// documentation (RFC 5737).
const madeUp = "192.0.2.77"

// probe asks the stand through the proxy.
func (e *examination) probe(ctx context.Context, s *stand) []Finding {
	client, got, found := e.reach(ctx, s.path("look"), http.Header{"X-Forwarded-For": {madeUp}})
	if client == nil {
		return found
	}
	if got.status != http.StatusOK || string(got.body) != s.secret {
		return append(found, e.notReached(got, true))
	}
	v := s.lastVisit() // before others come
	found = append(found,
		ok("base URL", "What listens on "+e.Listen+" is reached at "+e.base()+"."),
		e.plainHTTP(ctx),
		e.logoutAddress(ctx, client),
		e.forms(ctx, client, s.path("form"), func(got answer, text string) bool { return string(got.body) == "POST "+text }),
		e.cache(ctx, client, s.path("count"), func(got answer) string { return string(got.body) }),
		throughHeaders(standHeaders(e.secure()), got.header),
		e.cookies(ctx, client, s, got),
		e.forwarded("forwarded address", v),
		httpVersion(v))
	found = append(found, e.streaming(ctx, client, s)...)
	return append(found, e.idleConnections(s))
}

// cookies compares the cookie that was set with the one that came, and sends it back.
func (e *examination) cookies(ctx context.Context, client *http.Client, s *stand, got answer) Finding {
	came := (&http.Response{Header: got.header}).Cookies()
	i := slices.IndexFunc(came, func(c *http.Cookie) bool { return c.Name == s.cookie("").Name && c.Value == s.secret })
	if i < 0 {
		return lostCookie()
	}
	if lacks := strippedFlags(came[i], e.secure()); lacks != "" {
		return changedCookie(lacks)
	}
	_, err := e.get(ctx, client, e.base()+s.path("look"), http.Header{"Cookie": {came[i].Name + "=" + came[i].Value}})
	switch {
	case err != nil:
		return unknown("cookies", "The proxy passes on the console's cookies; whether it brings them back could not be seen: "+reason(err)+".", "")
	case s.lastVisit().cookie != s.secret:
		return keptCookie()
	}
	return ok("cookies", "The proxy passes cookies on, in both directions.")
}

// forwarded looks at what a request says of where it comes from.
func (e *examination) forwarded(check string, v visit) Finding {
	switch unsaid := len(v.forwarded) == 0 || v.forwarded[len(v.forwarded)-1] == madeUp; {
	case !e.secure():
		return ok(check, noProxy)
	case e.TLS != nil && unsaid && !e.trusts(v.peer):
		return ok(check, "The request came from "+v.peer.String()+" itself: there is no proxy in front.")
	}
	add := "Have the proxy add its peer to X-Forwarded-For. Caddy and Traefik do; for nginx it is: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"
	if len(v.forwarded) == 0 {
		return wrong(check, "The proxy does not say where a request comes from, so the console sees all come from "+v.peer.String()+".", add)
	}
	last := v.forwarded[len(v.forwarded)-1]
	_, err := netip.ParseAddr(last)
	switch {
	case last == madeUp:
		return wrong(check, "The proxy passes on what a browser claims in X-Forwarded-For, so anybody can come from any address.", add)
	case err != nil:
		return wrong(check, fmt.Sprintf("The proxy writes %s into X-Forwarded-For, which is no address.", quoted(last)), add)
	case e.Unread["trusted-proxies"]:
		return unknown(check, "Requests come by way of "+v.peer.String()+"; --trusted-proxies could not be read.", "")
	case !e.trusts(v.peer):
		return wrong(check, fmt.Sprintf("Requests come by way of %s, which --trusted-proxies does not name, so its X-Forwarded-For is not believed.", v.peer),
			fmt.Sprintf("Add %s, or the network of your proxies, to --trusted-proxies.", v.peer))
	}
	return ok(check, fmt.Sprintf("The proxy at %s says that the request came from %s, and is believed.", v.peer, last))
}

// httpVersion looks at how the proxy speaks to the console.
func httpVersion(v visit) Finding {
	if v.protocol == "HTTP/1.0" {
		return warning("HTTP version", "The proxy speaks HTTP/1.0 to the console, in which an export that breaks off looks whole.",
			"Have it speak HTTP/1.1; for nginx it is: proxy_http_version 1.1;")
	}
	return ok("HTTP version", "Requests come in "+v.protocol+".")
}

// streaming asks for an answer whose end is held back until the beginning is here.
func (e *examination) streaming(ctx context.Context, client *http.Client, s *stand) []Finding {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.base()+s.path("stream"), nil)
	if err != nil {
		return nil
	}
	res, err := client.Do(req)
	if err != nil {
		return nil
	}
	defer res.Body.Close()
	if _, err := res.Body.Read(make([]byte, 1)); err != nil {
		return nil
	}
	close(s.arrived)
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer))
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || s.late {
		return []Finding{warning("streaming", "The proxy keeps the beginning of an answer until it has the end, so long exports wait, and may be cut off.",
			"Turn buffering of answers off in the proxy; for nginx it is: proxy_buffering off;")}
	}
	return []Finding{ok("streaming", "The proxy passes on the beginning of an answer before it has the end.")}
}
