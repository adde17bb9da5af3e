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

// throughProxy makes the checks of the path to a console that is not running. listener listens
// at its address.
func (e *examination) throughProxy(ctx context.Context, listener net.Listener) (found []Finding) {
	s := &standIn{
		now: e.Now, open: map[string]http.ConnState{}, secret: auth.NewSecret(), secure: e.secure(), logout: e.LogoutPath, holdFor: min(2*time.Second, e.Limit/2), arrived: make(chan struct{}),
	}
	s.changed = sync.NewCond(&s.mu)
	if e.SignIn {
		s.trial = newTrial(auth.NewProvider(e.providerConfig(nil)), e.CallbackPath)
	}
	if e.TLS != nil {
		listener = tls.NewListener(listener, e.TLS)
	}
	defer s.serve(listener)()
	e.track("base URL", func() { found = e.probe(ctx, s) })
	if e.SignIn {
		e.track("a person to sign in", func() { found = append(found, e.signIn(ctx, s)...) })
	}
	return found
}

// forgedAddress is sent in X-Forwarded-For. It is an address for documentation (RFC 5737).
const forgedAddress = "192.0.2.77"

// probe sends requests to the stand-in through the proxy.
func (e *examination) probe(ctx context.Context, s *standIn) []Finding {
	client, got, found := e.reach(ctx, s.path("look"), http.Header{"X-Forwarded-For": {forgedAddress}})
	if client == nil {
		return found
	}
	if got.status != http.StatusOK || string(got.body) != s.secret {
		return append(found, e.notReached(got, true))
	}
	v := s.lastVisit() // before other requests arrive
	found = append(found,
		ok("base URL", "The listener on "+e.Listen+" can be reached at "+e.base()+"."),
		e.plainHTTP(ctx),
		e.logoutAddress(ctx, client),
		e.forms(ctx, client, s.path("form"), func(got response, text string) bool { return string(got.body) == "POST "+text }),
		e.cache(ctx, client, s.path("count"), func(got response) string { return string(got.body) }),
		compareHeaders(standInHeaders(e.secure()), got.header),
		e.cookies(ctx, client, s, got),
		e.forwarded("forwarded address", v),
		httpVersion(v))
	found = append(found, e.streaming(ctx, client, s)...)
	return append(found, e.idleConnections(s))
}

// cookies checks that a cookie passes the proxy in both directions.
func (e *examination) cookies(ctx context.Context, client *http.Client, s *standIn, got response) Finding {
	result := (&http.Response{Header: got.header}).Cookies()
	i := slices.IndexFunc(result, func(c *http.Cookie) bool { return c.Name == s.cookie("").Name && c.Value == s.secret })
	if i < 0 {
		return setCookieRemoved()
	}
	if lacks := missingFlags(result[i], e.secure()); lacks != "" {
		return setCookieChanged(lacks)
	}
	_, err := e.get(ctx, client, e.base()+s.path("look"), http.Header{"Cookie": {result[i].Name + "=" + result[i].Value}})
	switch {
	case err != nil:
		return unknown("cookies", "The proxy passes the console's cookies on; the reverse direction could not be checked: "+reason(err)+".", "")
	case s.lastVisit().cookie != s.secret:
		return cookieRemoved()
	}
	return ok("cookies", "The proxy passes cookies on in both directions.")
}

// forwarded checks X-Forwarded-For and --trusted-proxies.
func (e *examination) forwarded(check string, v visit) Finding {
	switch missing := len(v.forwarded) == 0 || v.forwarded[len(v.forwarded)-1] == forgedAddress; {
	case !e.secure():
		return ok(check, noProxy)
	case e.TLS != nil && missing && !e.trusts(v.peer):
		return ok(check, "The request came from "+v.peer.String()+" itself: there is no proxy in front.")
	}
	add := "Have the proxy append the client's address to X-Forwarded-For. Caddy and Traefik do; in nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"
	if len(v.forwarded) == 0 {
		return wrong(check, "The proxy does not set X-Forwarded-For, so the console sees all requests come from "+v.peer.String()+".", add)
	}
	last := v.forwarded[len(v.forwarded)-1]
	_, err := netip.ParseAddr(last)
	switch {
	case last == forgedAddress:
		return wrong(check, "The proxy passes on the client's X-Forwarded-For, so clients can forge their address.", add)
	case err != nil:
		return wrong(check, fmt.Sprintf("The proxy writes %s into X-Forwarded-For, which is no IP address.", quoted(last)), add)
	case e.Unread["trusted-proxies"]:
		return unknown(check, "Requests arrive from "+v.peer.String()+"; --trusted-proxies could not be read.", "")
	case !e.trusts(v.peer):
		return wrong(check, fmt.Sprintf("Requests arrive from %s, which is not in --trusted-proxies, so its X-Forwarded-For is ignored.", v.peer),
			fmt.Sprintf("Add %s, or the network of your proxies, to --trusted-proxies.", v.peer))
	}
	return ok(check, fmt.Sprintf("The proxy at %s is trusted and says that the request came from %s.", v.peer, last))
}

// httpVersion checks the HTTP version between proxy and console.
func httpVersion(v visit) Finding {
	if v.protocol == "HTTP/1.0" {
		return warning("HTTP version", "The proxy uses HTTP/1.0 to the console, with which an interrupted export looks complete.",
			"Configure HTTP/1.1; in nginx: proxy_http_version 1.1;")
	}
	return ok("HTTP version", "Requests arrive in "+v.protocol+".")
}

// streaming checks that the proxy does not buffer responses.
func (e *examination) streaming(ctx context.Context, client *http.Client, s *standIn) []Finding {
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
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, maxBody))
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || s.buffered {
		return []Finding{warning("streaming", "The proxy buffers responses, so that long exports start late and may time out.",
			"Disable response buffering in the proxy; in nginx: proxy_buffering off;")}
	}
	return []Finding{ok("streaming", "The proxy does not buffer responses.")}
}
