package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
	"github.com/roboto-ai/console/web/words"
)

// rechecking is a console that asks the provider again after four hours.
var rechecking = siteOptions{app: func(c *web.Config) { c.SessionRecheck = 4 * time.Hour }}

// signedInFor returns a browser in which ana signed in at the provider, a while ago.
func signedInFor(t *testing.T, s *site, while time.Duration) *browser {
	t.Helper()
	s.Invited(t, "ana@example.com", users.RoleAuditor)
	b := s.browser(t)
	b.signInAt(t, atSession("ana@example.com", "one"), "/profile").must(t, http.StatusOK)
	s.Clock.Advance(while)
	return b
}

// recheckAnswers are answers of the provider to a recheck of the session of ana.
var recheckAnswers = map[string]struct {
	provider func(*authtest.Provider)
	why      string // the session ended; "" if it goes on
}{
	"the same person":            {func(*authtest.Provider) {}, ""},
	"in a new session there":     {func(op *authtest.Provider) { op.SignsIn(atSession("ana@example.com", "two")) }, ""},
	"signed out there":           {func(op *authtest.Provider) { op.Refuses("login_required", "x") }, "no longer signed in at the provider"},
	"a question would be needed": {func(op *authtest.Provider) { op.Refuses("interaction_required", "x") }, "no longer signed in at the provider"},
	"access taken away":          {func(op *authtest.Provider) { op.Refuses("access_denied", "x") }, "no longer signed in at the provider"},
	"another person":             {func(op *authtest.Provider) { op.SignsIn(person("bo@example.com")) }, "signed in at the provider with another account"},
	"trouble there":              {func(op *authtest.Provider) { op.Refuses("server_error", "x") }, ""},
	"an unknown code":            {func(op *authtest.Provider) { op.Refuses("out_of_cheese", "x") }, ""},
	"no token":                   {func(op *authtest.Provider) { op.Lie(func(l *authtest.Lies) { l.Token["id_token"] = nil }) }, ""},
	"a token of another key":     {func(op *authtest.Provider) { op.Lie(func(l *authtest.Lies) { l.Signature = authtest.ForeignKey }) }, ""},
}

// TestSessionRecheck opens a page later than the provider confirmed the session.
func TestSessionRecheck(t *testing.T) {
	t.Parallel()
	const page = "/users?q=ana"
	for name, test := range recheckAnswers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, rechecking)
			other := s.another(t)
			b := signedInFor(t, s, 4*time.Hour)
			test.provider(s.op)
			to := b.get(t, page).must(t, http.StatusSeeOther).header.Get("Location")
			asked, err := url.Parse(to)
			if err != nil || !strings.HasPrefix(to, s.op.Issuer()) || asked.Query().Get("prompt") != "none" || asked.Query().Get("login_hint") != "ana@example.com" {
				t.Fatalf("sent to %s", to)
			}
			back := b.get(t, to).location()
			got := b.on(other).get(t, back).must(t, http.StatusSeeOther)
			if got.location() != page {
				t.Errorf("came back to %s", got.location())
			}
			if test.why != "" {
				b.follow(t, b.get(t, page)).must(t, http.StatusOK, words.SessionEnded)
				s.signIn(t, "owner@example.com").get(t, "/audit?action=session.ended").must(t, http.StatusOK, "OpenID provider", "("+test.why+")")
				return
			}
			b.get(t, page).must(t, http.StatusOK) // once
			b.on(other).get(t, "/profile").must(t, http.StatusOK)
		})
	}
}

// TestRecheckDisturbsNobody looks at what never leads to the provider, and at one that is
// away: pages are shown, and it is asked again after a while.
func TestRecheckDisturbsNobody(t *testing.T) {
	t.Parallel()
	s := newSite(t, rechecking)
	b := signedInFor(t, s, 4*time.Hour-time.Second)
	b.get(t, "/users").must(t, http.StatusOK) // not yet
	s.Clock.Advance(time.Second)
	b.with("HX-Request", "true").get(t, "/users").must(t, http.StatusOK)
	b.with("Sec-Fetch-Dest", "empty").get(t, "/users").must(t, http.StatusOK)
	b.get(t, "/profile/data").must(t, http.StatusOK)
	b.post(t, "/theme", url.Values{"theme": {"dark"}, "return_to": {"/"}}).must(t, http.StatusSeeOther)
	b.get(t, "/users?q="+strings.Repeat("a", 150)+"&x="+strings.Repeat("b", 1000)).must(t, http.StatusOK)
	if n := s.op.Calls(authtest.Authorize); n != 1 {
		t.Errorf("the provider was asked %d times, want once for the sign-in", n)
	}
	s.op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Discovery] = authtest.Fails })
	for range 3 {
		b.get(t, "/users").must(t, http.StatusOK)
	}
	s.op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Discovery] = "" })
	b.get(t, "/users").must(t, http.StatusOK)
	s.Clock.Advance(5 * time.Minute)
	b.follow(t, b.get(t, "/users").must(t, http.StatusSeeOther)).must(t, http.StatusOK)
	b.get(t, "/users").must(t, http.StatusOK)
}

// TestNoRecheck leaves the setting off.
func TestNoRecheck(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := signedInFor(t, s, 11*time.Hour)
	b.get(t, "/users").must(t, http.StatusOK)
}
