package web_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
	"github.com/roboto-ai/console/web/words"
)

// atSession is a person who has that session at the provider.
func atSession(id, sid string) authtest.Person {
	who := person(id)
	who.IDToken = map[string]any{"sid": sid}
	return who
}

// callsBack posts a form to the address for back-channel logout as a provider does: without
// cookies, and without the headers of a browser.
func (s *site) callsBack(t *testing.T, form url.Values) page {
	t.Helper()
	return s.browser(t).with("Sec-Fetch-Site", "").post(t, "/sign-out/backchannel", form)
}

// logsOut has the provider post a logout token with those claims.
func (s *site) logsOut(t *testing.T, claims map[string]any) page {
	t.Helper()
	return s.callsBack(t, url.Values{"logout_token": {s.op.LogoutToken(t, claims)}})
}

// refusesLogout checks that p refuses a logout token as OpenID Connect Back-Channel Logout
// says in section 2.8.
func refusesLogout(t *testing.T, p page, status int) {
	t.Helper()
	var got struct{ Error, ErrorDescription string }
	if err := json.Unmarshal([]byte(p.body), &got); err != nil || got.Error == "" {
		t.Errorf("%v, %q: want JSON with an error", err, p.body)
	}
	if p.status != status || p.header.Get("Cache-Control") != "no-store" {
		t.Errorf("status %d, Cache-Control %q; want %d, no-store", p.status, p.header.Get("Cache-Control"), status)
	}
}

// TestBackchannelLogout has the provider end one of two sessions, at another console than
// the one that started it.
func TestBackchannelLogout(t *testing.T) {
	t.Parallel()
	outcomes := map[string]int{}
	s := newSite(t)
	other := s.another(t)
	counting := newSite(t, siteOptions{app: func(c *web.Config) { c.Watch.Logout = func(outcome string) { outcomes[outcome]++ } }})
	s.Invited(t, "ana@example.com", users.RoleAuditor)
	one, two := s.browser(t), s.browser(t)
	one.signInAt(t, atSession("ana@example.com", "one"), "/profile").must(t, http.StatusOK)
	two.signInAt(t, atSession("ana@example.com", "two"), "/profile").must(t, http.StatusOK)

	token := s.op.LogoutToken(t, map[string]any{"sub": "op-ana@example.com", "sid": "one"})
	out := other.callsBack(t, url.Values{"logout_token": {token}}).must(t, http.StatusOK)
	if out.body != "" || out.header.Get("Cache-Control") != "no-store" || out.header.Get("Set-Cookie") != "" {
		t.Errorf("answer %q with %v", out.body, out.header)
	}
	one.follow(t, one.get(t, "/profile")).must(t, http.StatusOK, words.SessionEnded)
	two.get(t, "/profile").must(t, http.StatusOK)
	two.on(other).get(t, "/audit?action=session.ended").must(t, http.StatusOK, "OpenID provider", "ended a session of", "(signed out at the provider)")

	refusesLogout(t, s.callsBack(t, url.Values{"logout_token": {token}}), http.StatusBadRequest) // used before
	two.get(t, "/profile").must(t, http.StatusOK)
	one.signInAt(t, atSession("ana@example.com", "three"), "/profile").must(t, http.StatusOK)
	s.logsOut(t, map[string]any{"sub": "op-ana@example.com"}).must(t, http.StatusOK) // all that are left
	for _, b := range []*browser{one, two} {
		b.on(other).follow(t, b.get(t, "/profile")).must(t, http.StatusOK, words.SessionEnded)
	}

	counting.logsOut(t, map[string]any{"sid": "none"}).must(t, http.StatusOK)
	counting.callsBack(t, url.Values{})
	if outcomes["accepted"] != 1 || outcomes["refused"] != 1 || len(outcomes) != 2 {
		t.Errorf("the watch was called with %v", outcomes)
	}
}

// TestBackchannelRefuses posts what is no logout token: nothing ends.
func TestBackchannelRefuses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	b := s.browser(t)
	b.signInAt(t, atSession("ana@example.com", "one"), "/profile").must(t, http.StatusOK)
	good := map[string]any{"sub": "op-ana@example.com", "sid": "one"}
	with := func(name string, value any) string {
		claims := maps.Clone(good)
		claims[name] = value
		return s.op.LogoutToken(t, claims)
	}
	token := s.op.LogoutToken(t, good)
	for name, form := range map[string]url.Values{
		"no form":             {},
		"no token":            {"logout_token": {""}},
		"two tokens":          {"logout_token": {token, token}},
		"an ID token":         {"logout_token": {s.op.IDTokens()[0]}},
		"a nonce":             {"logout_token": {with("nonce", "n")}},
		"another audience":    {"logout_token": {with("aud", "other")}},
		"another issuer":      {"logout_token": {with("iss", "https://evil.example.com")}},
		"no events":           {"logout_token": {with("events", nil)}},
		"no jti":              {"logout_token": {with("jti", nil)}},
		"neither sub nor sid": {"logout_token": {s.op.LogoutToken(t, nil)}},
		"an old one":          {"logout_token": {with("iat", s.Clock.Now().Add(-5*time.Minute).Unix())}},
		"one with a new end":  {"logout_token": {token + "x"}},
		"one that is large":   {"logout_token": {strings.Repeat("x", 60_000)}},
	} {
		t.Run(name, func(t *testing.T) { refusesLogout(t, s.callsBack(t, form), http.StatusBadRequest) })
	}
	refusesLogout(t, s.callsBack(t, url.Values{"logout_token": {strings.Repeat("x", 70_000)}}), http.StatusRequestEntityTooLarge)
	refusesLogout(t, s.browser(t).with("Content-Type", "application/json").post(t, "/sign-out/backchannel", url.Values{}), http.StatusBadRequest)
	b.get(t, "/sign-out/backchannel").must(t, http.StatusMethodNotAllowed)
	b.get(t, "/profile").must(t, http.StatusOK)
	if strings.Contains(s.log.String(), token) {
		t.Error("the log holds a token")
	}
}

// TestBackchannelIsLimited has a network post bad tokens until they are not looked at any
// more; good ones never count.
func TestBackchannelIsLimited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range 100 {
		s.logsOut(t, map[string]any{"sid": "x"}).must(t, http.StatusOK)
	}
	for range 60 {
		refusesLogout(t, s.callsBack(t, url.Values{"logout_token": {"x.y.z"}}), http.StatusBadRequest)
	}
	p := s.logsOut(t, map[string]any{"sid": "x"})
	refusesLogout(t, p, http.StatusTooManyRequests)
	if p.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After: %q", p.header.Get("Retry-After"))
	}
	s.Clock.Advance(2 * time.Second)
	s.logsOut(t, map[string]any{"sid": "x"}).must(t, http.StatusOK)
}

// TestBackchannelWithoutKeys posts a token when the provider's keys cannot be fetched.
func TestBackchannelWithoutKeys(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	token := s.op.LogoutToken(t, map[string]any{"sid": "x"})
	s.op.Dies()
	p := s.callsBack(t, url.Values{"logout_token": {token}})
	refusesLogout(t, p, http.StatusServiceUnavailable)
	if p.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

// A callThrough calls before with each request that it passes on.
type callThrough struct {
	http.RoundTripper
	before func(*http.Request)
}

func (c callThrough) RoundTrip(r *http.Request) (*http.Response, error) {
	c.before(r)
	return c.RoundTripper.RoundTrip(r)
}

// TestLogoutBetweenTokenAndSession has the provider end a session when the console has its
// ID token, and has not started its own session yet.
func TestLogoutBetweenTokenAndSession(t *testing.T) {
	t.Parallel()
	var s *site
	ends := true
	s = newSite(t, siteOptions{provider: func(c *auth.Config) {
		c.Watch = func(next http.RoundTripper) http.RoundTripper {
			return callThrough{next, func(r *http.Request) {
				if ends && r.URL.Path == string(authtest.UserInfo) {
					s.logsOut(t, map[string]any{"sid": "one"}).must(t, http.StatusOK)
				}
			}}
		}
	}})
	s.Invited(t, "ana@example.com", users.RoleUser)
	b := s.browser(t)
	b.signInAt(t, atSession("ana@example.com", "one"), "/profile").must(t, http.StatusForbidden, "Your session at the sign-in service ended while you were signing in")
	b.get(t, "/").must(t, http.StatusOK, "Sign in")
	ends = false
	b.signInAt(t, atSession("ana@example.com", "two"), "/profile").must(t, http.StatusOK)
}
