package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/users"
)

// recentStart is the link of the page that asks for a recent sign-in.
const recentStart = "/sign-in/start?recent=1&return_to=%2Fprofile"

// authenticated returns when the person authenticated who is signed in with that browser.
func (b *browser) authenticated(t *testing.T) time.Time {
	t.Helper()
	in, err := b.site.Session(t.Context(), users.DigestOf(b.cookie(t, "session")))
	if err != nil {
		t.Fatal(err)
	}
	return in.Session.AuthenticatedAt
}

// authTimes are times of authentication at the provider, as it has them and as it reports them.
var authTimes = map[string]struct {
	lie    any           // auth_time of the ID token; nil: as it is
	absent bool          // no auth_time
	since  time.Duration // ago, of the session at the provider; 0: it has none
	status int
}{
	"who is asked":                                         {status: http.StatusOK},
	"who authenticated there a minute ago":                 {since: time.Minute, status: http.StatusOK},
	"who authenticated there four minutes ago":             {since: 4 * time.Minute, status: http.StatusOK}, // and is asked again
	"of whom the provider says nothing":                    {absent: true, status: http.StatusBadGateway},
	"who authenticated at the beginning of time":           {lie: 0, status: http.StatusBadGateway},
	"whom the provider does not ask":                       {lie: -3 * time.Hour, status: http.StatusBadGateway},
	"who authenticated a little longer ago than asked for": {lie: -5 * time.Minute, status: http.StatusBadGateway},
	"who authenticates tomorrow":                           {lie: 24 * time.Hour, status: http.StatusBadGateway},
}

// TestRecentSignIn has a person whose session is three hours old sign in again: the provider
// is asked for an authentication that is younger than five minutes, and what it sends counts
// only if it is.
func TestRecentSignIn(t *testing.T) {
	for circumstance, test := range authTimes {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.Invited(t, "ana@example.com", users.RoleAdmin)
			b := s.browser(t)
			b.signInAt(t, person("ana@example.com"), "/").must(t, http.StatusOK)
			s.Clock.Advance(3 * time.Hour)
			before := b.authenticated(t)
			if test.since > 0 {
				s.op.HasSession(s.Clock.Now().Add(-test.since))
			}
			s.op.Lie(func(l *authtest.Lies) { lieAboutAuthTime(s, l, test.lie, test.absent) })

			p := b.follow(t, b.get(t, recentStart)).must(t, test.status)
			asked := s.op.Asked(authtest.Authorize)
			if last := asked[len(asked)-1]; last.Get("max_age") != "120" || last.Get("login_hint") != "ana@example.com" {
				t.Errorf("the provider is asked for %v", last)
			}
			if test.status != http.StatusOK {
				p.must(t, test.status, "does not report when you did", "You are still signed in")
				if !b.authenticated(t).Equal(before) {
					t.Error("the session is another one")
				}
				return
			}
			if age := s.Clock.Now().Sub(b.authenticated(t)); p.url.Path != "/profile" || age > users.RecentSignIn/2 {
				t.Errorf("at %s, authenticated %s ago", p.url, age)
			}
		})
	}
}

// lieAboutAuthTime has ID tokens hold no auth_time, or that one: a time, or how far from now.
func lieAboutAuthTime(s *site, l *authtest.Lies, lie any, absent bool) {
	if ago, ok := lie.(time.Duration); ok {
		lie = s.Clock.Now().Add(ago).Unix()
	}
	if lie != nil || absent {
		l.IDToken["auth_time"] = lie
	}
}

// TestRecentSignInOfAnother has another person come back from the provider: they are not
// signed in, and who was still is.
func TestRecentSignInOfAnother(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleAdmin)
	s.Invited(t, "eve@example.com", users.RoleAdmin)
	b := s.browser(t)
	s.browser(t).signInAt(t, person("eve@example.com"), "/").must(t, http.StatusOK)
	b.signInAt(t, person("ana@example.com"), "/").must(t, http.StatusOK)
	s.op.SignsIn(person("eve@example.com"))
	p := b.follow(t, b.get(t, recentStart)).must(t, http.StatusForbidden, "signed in at the sign-in service as another user", "eve@example.com")
	if again := hrefOf(t, p, "Use another account"); !strings.Contains(again, url.QueryEscape("/profile")) {
		t.Errorf("it leads to %s", again)
	}
	b.get(t, "/profile").must(t, http.StatusOK, "ana@example.com")
}
