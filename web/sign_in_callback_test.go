package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// callback begins a sign-in and returns the address that the provider sends the
// browser back to.
func (b *browser) callback(t *testing.T) string {
	t.Helper()
	to := b.get(t, "/sign-in/start").header.Get("Location")
	return "/sign-in/callback?" + authtest.Follow(t, to, b.site.server.URL).Encode()
}

// foreign are callbacks that do not belong to the browser or to an attempt that may be
// finished, and what the page says of each.
var foreign = map[string]struct {
	visit func(t *testing.T, s *site, b *browser, callback string) page
	says  string
}{
	"without the cookie": {func(t *testing.T, s *site, _ *browser, callback string) page {
		return s.browser(t).get(t, callback)
	}, "accepts no cookies"},
	"with another browser's cookie": {func(t *testing.T, s *site, _ *browser, callback string) page {
		other := s.browser(t)
		other.callback(t)
		return other.get(t, callback)
	}, "begun in another browser"},
	"with another attempt in the cookie": {func(t *testing.T, s *site, b *browser, callback string) page {
		other := s.browser(t)
		second := other.callback(t)
		b.setCookie(t, attemptName(t, callback), other.cookie(t, attemptName(t, second)))
		return b.get(t, callback)
	}, words.SignInAgain},
	"with a cookie that is made up": {func(t *testing.T, _ *site, b *browser, callback string) page {
		b.setCookie(t, attemptName(t, callback), "AZZZ"+b.cookie(t, attemptName(t, callback))[4:])
		return b.get(t, callback)
	}, "was updated or restored"},
	"a second time": {func(t *testing.T, _ *site, b *browser, callback string) page {
		b.get(t, callback).must(t, http.StatusSeeOther)
		b.post(t, "/sign-out", nil)
		return b.get(t, callback)
	}, "was finished already"},
	"a second time with a cookie that was copied": {func(t *testing.T, s *site, b *browser, callback string) page {
		other := s.browser(t)
		other.setCookie(t, attemptName(t, callback), b.cookie(t, attemptName(t, callback)))
		b.get(t, callback).must(t, http.StatusSeeOther)
		b.post(t, "/sign-out", nil)
		return other.get(t, callback)
	}, "was finished already"},
	"after eleven minutes": {func(t *testing.T, s *site, b *browser, callback string) page {
		s.Clock.Advance(11 * time.Minute)
		return b.get(t, callback)
	}, "took longer than ten minutes"},
	"with a clock that was ahead when it began": {func(t *testing.T, s *site, b *browser, callback string) page {
		s.Clock.Advance(-11 * time.Minute)
		return b.get(t, callback)
	}, "took longer than ten minutes"},
	"with another state": {func(t *testing.T, _ *site, b *browser, callback string) page {
		return b.get(t, callback+"&state=x")
	}, words.SignInAgain},
	"with a state that is none": {func(t *testing.T, _ *site, b *browser, _ string) page {
		return b.get(t, "/sign-in/callback?state=%22%3b%0d%0aaaaaaaaa&code=x")
	}, words.SignInAgain},
	"without anything": {func(t *testing.T, _ *site, b *browser, _ string) page {
		return b.get(t, "/sign-in/callback")
	}, words.SignInAgain},
}

// attemptName names the cookie of the attempt that a callback is about.
func attemptName(t *testing.T, callback string) string {
	t.Helper()
	u, err := url.Parse(callback)
	if err != nil {
		t.Fatal(err)
	}
	return "attempt-" + u.Query().Get("state")[:8]
}

func TestCallbackBelongsToOneAttempt(t *testing.T) {
	for name, test := range foreign {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.Invited(t, "ana@example.com", users.RoleUser)
			s.op.SignsIn(person("ana@example.com"))
			b := s.browser(t)
			test.visit(t, s, b, b.callback(t)).must(t, http.StatusBadRequest, test.says)
			if to := b.get(t, "/profile").location(); to != "/sign-in?return_to=%2Fprofile" {
				t.Errorf("/profile leads to %q", to)
			}
		})
	}
}

// TestCallbackTakesNoSessionAway opens the callbacks of a stranger in the browser of a
// person who is signed in, as a link on another site would: they stay who they are.
func TestCallbackTakesNoSessionAway(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "eve@example.com", users.RoleUser)
	s.op.SignsIn(person("eve@example.com"))
	owner := s.signIn(t, "owner@example.com")
	before, n := owner.cookie(t, "session"), s.count(t)
	stranger := s.browser(t)
	for _, callback := range []string{stranger.callback(t), "/sign-in/callback", "/sign-in/callback?state=x&code=y"} {
		if p := owner.get(t, callback).must(t, http.StatusSeeOther); p.location() != "/" {
			t.Errorf("%s leads to %s", callback, p.location())
		}
	}
	if owner.cookie(t, "session") != before || s.count(t) != n {
		t.Error("the session is another")
	}
	owner.get(t, "/profile").must(t, http.StatusOK, "owner@example.com")
}

// TestCallbackAgain goes back to the callback, or loads it again, while signed in: it
// leads on to the page, and nothing begins or ends.
func TestCallbackAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleAuditor)
	s.op.SignsIn(person("ana@example.com"))
	b := s.browser(t)
	to := b.get(t, "/sign-in/start?return_to=%2Faudit%3Fq%3Da").header.Get("Location")
	callback := "/sign-in/callback?" + authtest.Follow(t, to, s.server.URL).Encode()
	kept := b.cookie(t, attemptName(t, callback))
	b.get(t, callback).must(t, http.StatusSeeOther)
	session, n := b.cookie(t, "session"), s.count(t)
	for range 2 {
		if p := b.get(t, callback).must(t, http.StatusSeeOther); p.location() != "/audit?q=a" {
			t.Errorf("it leads to %q", p.location())
		}
		b.setCookie(t, attemptName(t, callback), kept) // as when the answer to the first was lost
	}
	if b.cookie(t, "session") != session || s.count(t) != n {
		t.Error("it begins or ends something")
	}
}

// TestCookieOfTheAttemptGoes comes back from the provider in several ways: the cookie is
// taken away by each.
func TestCookieOfTheAttemptGoes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.op.SignsIn(person("stranger@example.com"))
	for _, lie := range []func(*authtest.Lies){
		nil, func(l *authtest.Lies) { l.Callback["error"] = "access_denied" }, func(l *authtest.Lies) { l.Callback["iss"] = "https://evil.test" },
		func(l *authtest.Lies) { l.Faults[authtest.Token] = authtest.Drops },
	} {
		if lie != nil {
			s.op.Lie(lie)
		}
		b := s.browser(t)
		callback := b.callback(t)
		if b.cookie(t, attemptName(t, callback)) == "" {
			t.Fatal("there is no cookie")
		}
		if p := b.get(t, callback); p.status < 400 || b.cookie(t, attemptName(t, callback)) != "" {
			t.Errorf("%s: status %d, the cookie is %q", callback, p.status, b.cookie(t, attemptName(t, callback)))
		}
	}
}

func TestSeveralSignInsAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.op.SignsIn(person("ana@example.com"))
	b := s.browser(t)
	first, second := b.callback(t), b.callback(t)
	b.get(t, first).must(t, http.StatusSeeOther)
	b.get(t, second).must(t, http.StatusSeeOther)
	b.get(t, "/profile").must(t, http.StatusOK)
}
