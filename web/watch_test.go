package web_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
)

// A watcher records the calls of the hooks of Watch.
type watcher struct {
	mu       sync.Mutex
	answered []string
	outcomes []string
	proxied  []bool
}

// watch has the console of a config tell w.
func (w *watcher) watch(c *web.Config) {
	c.Watch = web.Watch{
		Request: func(r *http.Request, fromProxy bool) (context.Context, func(web.Answered)) {
			return r.Context(), func(a web.Answered) {
				w.mu.Lock()
				defer w.mu.Unlock()
				w.answered = append(w.answered, fmt.Sprintf("%s %s %d", a.Method, a.Route, a.Status))
				w.proxied = append(w.proxied, fromProxy)
			}
		},
		SignIn: func(outcome string) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.outcomes = append(w.outcomes, outcome)
		},
	}
}

// TestWatch_requests checks that requests are reported by route and never by path, on
// pages and in the API.
func TestWatch_requests(t *testing.T) {
	t.Parallel()
	w := &watcher{}
	s := newSite(t, siteOptions{app: w.watch})
	b := s.as(t, users.RoleOwner)
	b.get(t, "/users/owner@example.com?q=secret")
	b.get(t, "/users/nobody@example.com")
	b.get(t, "/no/such/path")
	b.do(t, http.MethodHead, "/healthz", nil)
	b.do(t, "BREW", "/users", nil)
	b.with("Sec-Fetch-Site", "cross-site").post(t, "/theme", nil)
	s.server.Close() // waits for all callbacks
	want := []string{
		"GET /users/:id 200", "GET /users/:id 404", "GET  404", "HEAD /healthz 200", "BREW /users 405", "POST  403",
	}
	if diff := cmp.Diff(want, w.answered); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if slices.Contains(w.proxied, true) {
		t.Error("a request counts as one of a proxy, though none is trusted")
	}
}

// TestWatchIsToldOfProxies checks whom a request is said to come from.
func TestWatchIsToldOfProxies(t *testing.T) {
	t.Parallel()
	for network, want := range map[string]bool{"127.0.0.0/8": true, "192.0.2.0/24": false} {
		w := &watcher{}
		s := newSite(t, siteOptions{app: func(c *web.Config) {
			c.TrustedProxies = prefixes(network)
			w.watch(c)
		}})
		s.browser(t).get(t, "/healthz")
		s.server.Close()
		if len(w.proxied) != 1 || w.proxied[0] != want {
			t.Errorf("%s trusted: got %v, want one %t", network, w.proxied, want)
		}
	}
}

// TestWatchIsToldOfSignIns ends sign-ins in as many ways as there are kinds of ends.
func TestWatchIsToldOfSignIns(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		lie  func(*site)
		want string
	}{
		"in":            {func(s *site) { s.op.SignsIn(person("owner@example.com")) }, "taken"},
		"nobody":        {func(s *site) { s.op.SignsIn(person("stranger@example.com")) }, "uninvited"},
		"refused":       {func(s *site) { s.op.Refuses("access_denied", "") }, "provider_refused"},
		"overloaded":    {func(s *site) { s.op.Refuses("temporarily_unavailable", "") }, "provider_unavailable"},
		"another state": {func(s *site) { s.op.Lie(func(l *authtest.Lies) { l.Callback["state"] = "x" }) }, "bad_attempt"},
		"unsigned": {func(s *site) {
			s.op.SignsIn(person("owner@example.com"))
			s.op.Lie(func(l *authtest.Lies) { l.Signature = authtest.ForeignKey })
		}, "provider_untrusted"},
		"down": {func(s *site) { s.op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Discovery] = authtest.Drops }) }, "provider_unavailable"},
		"unknown": {func(s *site) {
			s.op.SignsIn(person("ana@example.com"))
			s.Lose(databasetest.LoseAnswer)
		}, "unknown"},
		"invited": {func(s *site) { s.op.SignsIn(person("ana@example.com")) }, "signed_in"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &watcher{}
			s := newSite(t, siteOptions{app: w.watch})
			s.Invited(t, "ana@example.com", users.RoleUser)
			test.lie(s)
			b := s.browser(t)
			b.follow(t, b.get(t, "/sign-in/start"))
			if !slices.Equal(w.outcomes, []string{test.want}) {
				t.Errorf("got %q, want %q once", w.outcomes, test.want)
			}
			if !slices.Contains(web.SignInOutcomes(), test.want) {
				t.Errorf("%q is not listed", test.want)
			}
		})
	}
}

// TestNotReady checks the readiness answer for each reason not to be ready.
func TestNotReady(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		trouble func(*testing.T, *site)
		status  int
		says    string
	}{
		"nothing":  {func(*testing.T, *site) {}, http.StatusOK, "ready\n"},
		"stopping": {func(_ *testing.T, s *site) { s.app.Drain() }, http.StatusServiceUnavailable, "not ready: stopping\n"},
		"a database that has gone": {
			func(t *testing.T, s *site) {
				if err := s.DB.Close(); err != nil {
					t.Fatal(err)
				}
			}, http.StatusServiceUnavailable, "not ready: the database cannot be read: it does not answer\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			test.trouble(t, s)
			s.checkReady(t, test.status, test.says)
		})
	}
}

// TestNotReadyReadOnly is TestNotReady for a SQLite file that is read-only; the tests of
// internal/database have a PostgreSQL server that is.
func TestNotReadyReadOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{url: databasetest.SQLiteURL(t)})
	s.pragma(t, "PRAGMA query_only = 1")
	s.checkReady(t, http.StatusServiceUnavailable, "not ready: the database cannot be written: its file is read-only\n")
}

// checkReady checks the answer of /readyz.
func (s *site) checkReady(t *testing.T, status int, says string) {
	t.Helper()
	if p := s.browser(t).get(t, "/readyz"); p.status != status || p.body != says {
		t.Errorf("got %d %q, want %d %q", p.status, p.body, status, says)
	}
}
