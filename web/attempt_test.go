package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
	"github.com/roboto-ai/console/web"
	"github.com/roboto-ai/console/web/words"
)

// attempts returns the names of the cookies of sign-ins under way that a browser has.
func (b *browser) attempts(t *testing.T) (names []string) {
	t.Helper()
	base, err := url.Parse(b.site.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(base) {
		if strings.HasPrefix(c.Name, auth.CookieName(base, "attempt-")) {
			names = append(names, c.Name)
		}
	}
	return names
}

// TestSignInBeginsWithoutTheDatabase begins sign-ins when the database is away: they are
// kept by the browser alone.
func TestSignInBeginsWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.browser(t).callback(t) // the keys are read once
	if err := s.DB.Close(); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Hour)
	b := s.browser(t)
	b.get(t, "/sign-in/start?return_to=%2Faudit").must(t, http.StatusSeeOther)
	if len(b.attempts(t)) != 1 {
		t.Errorf("the cookies are %v", b.attempts(t))
	}
}

// TestStrangersDoNotEndAttempts begins 3,000 sign-ins from as many IPv6 networks: a person
// who had begun before finishes.
func TestStrangersDoNotEndAttempts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.op.SignsIn(person("ana@example.com"))
	b := s.browser(t)
	callback := b.callback(t)
	for i := range 3000 {
		if status := s.step(t, "/sign-in/start", ip6(1+i/60_000, i, 0), nil).Code; status != http.StatusSeeOther {
			t.Fatalf("the stranger %d gets %d", i, status)
		}
	}
	b.get(t, callback).must(t, http.StatusSeeOther)
	b.get(t, "/profile").must(t, http.StatusOK, "ana@example.com")
}

// TestAttemptCookie checks that the cookie is small for any return address and reveals nothing.
func TestAttemptCookie(t *testing.T) {
	t.Parallel()
	longest := "/users?q=" + strings.Repeat("x", 1000-len("/users?q="))
	for _, secure := range []bool{false, true} {
		s := newSite(t, siteOptions{tls: secure})
		s.Invited(t, "ana@example.com", users.RoleAuditor)
		for _, test := range []struct{ to, want string }{
			{"/audit", "/audit"}, {longest, longest}, {longest + "x", "/users"}, {"/users?q=" + strings.Repeat("%26", 900), "/users"},
		} {
			s.op.SignsIn(person("ana@example.com"))
			b := s.browser(t)
			p := b.get(t, "/sign-in/start?return_to="+url.QueryEscape(test.to)).must(t, http.StatusSeeOther)
			set := cookieValues(p)
			if len(set) != 1 || len(p.header.Get("Set-Cookie")) > 1500 {
				t.Errorf("%.40q: %d cookies, %d bytes: %.100q", test.to, len(set), len(p.header.Get("Set-Cookie")), p.header.Get("Set-Cookie"))
			}
			for _, value := range set {
				if strings.Contains(value, "audit") || strings.Contains(p.header.Get("Location"), value[:20]) {
					t.Error("the cookie can be read")
				}
			}
			if at := b.follow(t, p); at.url.RequestURI() != test.want {
				t.Errorf("%.40q: it leads to %.40q", test.to, at.url.RequestURI())
			}
		}
	}
}

// TestThreeAttempts begins five sign-ins in one browser: the newest three can be finished,
// and cookies that cannot be read go first.
func TestThreeAttempts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.op.SignsIn(person("ana@example.com"))
	b := s.browser(t)
	b.setCookie(t, "attempt-"+strings.Repeat("a", 8), "made up")
	var callbacks []string
	for range 5 {
		callbacks = append(callbacks, b.callback(t))
		s.Clock.Advance(time.Second)
	}
	if n := len(b.attempts(t)); n != 3 {
		t.Errorf("%d attempts are under way, want 3", n)
	}
	for i, callback := range callbacks {
		if kept := b.cookie(t, attemptName(t, callback)) != ""; kept != (i >= 2) {
			t.Errorf("attempt %d of 5: kept %v", i+1, kept)
		}
	}
	for _, callback := range callbacks[2:] {
		if b.get(t, callback).must(t, http.StatusSeeOther).location() != "/" {
			t.Error("it leads elsewhere")
		}
	}
	b.get(t, "/profile").must(t, http.StatusOK)
}

// TestAttemptOfBefore comes back with an attempt that began before the database was
// upgraded, with what the cookie held then.
func TestAttemptOfBefore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	state, secret := auth.NewSecret(), auth.NewSecret()
	v := userstest.Visit("elsewhere")
	v.Attempt = users.Attempt{Digest: users.DigestOf(secret), ReturnTo: "/audit?q=a"} // as migration 7 leaves it
	if _, err := s.SignIn(t.Context(), userstest.Claims("owner@example.com"), v); err != nil {
		t.Fatal(err)
	}
	b.setCookie(t, "attempt-"+state[:8], secret)
	p := b.get(t, "/sign-in/callback?code=x&state="+state).must(t, http.StatusBadRequest, "was updated or restored")
	if to := hrefOf(t, p, words.SignInAgain); to != "/sign-in?return_to=%2Faudit%3Fq%3Da" {
		t.Errorf("it leads to %q", to)
	}
}

// TestAttemptAfterARestart finishes on a console that has started since.
func TestAttemptAfterARestart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.op.SignsIn(person("ana@example.com"))
	b := s.browser(t)
	callback := b.callback(t)
	b.on(s.another(t)).get(t, callback).must(t, http.StatusSeeOther)
}

// TestCookiesOfTwoPorts has one browser signed in to two consoles on one host, whose
// cookies it sends to both.
func TestCookiesOfTwoPorts(t *testing.T) {
	t.Parallel()
	first, second := newSite(t), newSite(t)
	for _, s := range []*site{first, second} {
		s.Invited(t, "ana@example.com", users.RoleUser)
	}
	b := first.browser(t)
	b.signInAt(t, person("ana@example.com"), "/profile").must(t, http.StatusOK)
	b.on(second).signInAt(t, person("ana@example.com"), "/profile").must(t, http.StatusOK)
	b.on(second).post(t, "/theme", url.Values{"theme": {"dark"}}).must(t, http.StatusSeeOther)
	if p := b.get(t, "/profile").must(t, http.StatusOK); strings.Contains(p.body, `data-theme="dark"`) {
		t.Error("the theme is that of the other console")
	}
	b.on(second).post(t, "/sign-out", nil).must(t, http.StatusOK)
	b.get(t, "/profile").must(t, http.StatusOK)
	port := first.server.Listener.Addr().String()[len("127.0.0.1:"):]
	for _, c := range b.client.Jar.Cookies(&url.URL{Scheme: "http", Host: first.server.Listener.Addr().String()}) {
		if c.Name == "session" || c.Name == "theme" {
			t.Errorf("the cookie %s has no port, such as %s", c.Name, port)
		}
	}
	plain := newSite(t, siteOptions{app: func(c *web.Config) { c.BaseURL = &url.URL{Scheme: "http", Host: "127.0.0.1"} }})
	if p := plain.browser(t).get(t, "/sign-in/start"); !strings.HasPrefix(p.header.Get("Set-Cookie"), "attempt-") {
		t.Errorf("without a port: %.60s", p.header.Get("Set-Cookie"))
	}
}
