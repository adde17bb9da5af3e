package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
	"github.com/roboto-ai/console/web/words"
)

// promptOf returns the parameter prompt that a link of a page sends to the provider.
func (b *browser) promptOf(t *testing.T, p page, label string) string {
	t.Helper()
	to, err := url.Parse(b.get(t, hrefOf(t, p, label)).must(t, http.StatusSeeOther).header.Get("Location"))
	if err != nil || !strings.HasPrefix(to.String(), b.site.op.Issuer()) {
		t.Fatalf("%s leads to %v, %v", label, to, err)
	}
	return to.Query().Get("prompt")
}

// noSignOut makes a provider that cannot sign people out, like several public ones.
func noSignOut(l *authtest.Lies) { l.Discovery["end_session_endpoint"] = nil }

// TestAnotherAccount has the wrong person come from the provider, and a person sign out: the
// provider is asked to let them choose, whether it can sign people out or not. An ordinary
// sign-in asks nothing.
func TestAnotherAccount(t *testing.T) {
	for name, lie := range map[string]func(*authtest.Lies){"with a sign-out of its own": nil, "without one": noSignOut} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			if lie != nil {
				s.op.Lie(lie)
			}
			s.Invited(t, "ana@example.com", users.RoleAuditor)
			b := s.browser(t)
			refused := b.signInAt(t, person("wrong@example.com"), "/audit").must(t, http.StatusForbidden, "not in the directory yet")
			if got := b.promptOf(t, refused, "Use another account"); got != "select_account" {
				t.Errorf("after a refusal: prompt %q", got)
			}
			s.op.SignsIn(person("ana@example.com"))
			in := b.follow(t, b.get(t, hrefOf(t, refused, "Use another account"))).must(t, http.StatusOK)
			if in.url.Path != "/audit" {
				t.Errorf("it arrives at %s", in.url)
			}
			out := b.post(t, "/sign-out", nil).must(t, http.StatusOK, words.SignedOut)
			if lie != nil {
				if got := b.promptOf(t, out, "Use another account"); got != "select_account" {
					t.Errorf("after a sign-out: prompt %q", got)
				}
			}
			back := b.get(t, "/").must(t, http.StatusOK) // where the provider's sign-out leads
			if got := b.promptOf(t, back, "Use another account"); got != "select_account" {
				t.Errorf("on the sign-in page: prompt %q", got)
			}
			if got := b.promptOf(t, back, "Sign in"); got != "" {
				t.Errorf("an ordinary sign-in: prompt %q", got)
			}
		})
	}
	s := newSite(t)
	to, err := url.Parse(s.browser(t).get(t, "/sign-in/start?prompt=none").header.Get("Location"))
	if err != nil || to.Query().Has("prompt") {
		t.Errorf("another prompt is passed on: %v, %v", to, err)
	}
}

// detours are ways in which a sign-in comes to nothing at first, and the link that the
// page offers to go on.
var detours = map[string]struct {
	lie    func(*authtest.Lies)
	who    string
	after  func(*site) // before the browser comes back
	status int
	link   string
}{
	"cancelled at the provider": {func(l *authtest.Lies) { l.Callback["error"] = "access_denied" }, "", nil, http.StatusForbidden, words.SignInAgain},
	"overloaded":                {func(l *authtest.Lies) { l.Callback["error"] = "temporarily_unavailable" }, "", nil, http.StatusServiceUnavailable, "Try again"},
	"another account":           {nil, "wrong@example.com", nil, http.StatusForbidden, words.SignInAgain},
	"sign out there":            {nil, "wrong@example.com", nil, http.StatusForbidden, "Sign out at the sign-in service"},
	"it took too long":          {nil, "", func(s *site) { s.Clock.Advance(11 * time.Minute) }, http.StatusBadRequest, words.SignInAgain},
	"the token is refused":      {func(l *authtest.Lies) { l.IDToken["aud"] = "x" }, "", nil, http.StatusBadGateway, words.SignInAgain},
	"the provider is away": {func(l *authtest.Lies) { l.Faults[authtest.Token] = authtest.Drops }, "", nil,
		http.StatusServiceUnavailable, "Try again"},
}

// TestReturnToSurvivesDetours opens pages signed out and arrives at them, whatever went
// wrong on the way.
func TestReturnToSurvivesDetours(t *testing.T) {
	for name, test := range detours {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.Invited(t, "ana@example.com", users.RoleAdmin)
			s.Invited(t, "a/b@example.com", users.RoleUser)
			s.Invited(t, "o'hara@example.com", users.RoleUser)
			for _, to := range []string{"/audit", "/users?q=a;b", "/users/a%2Fb@example.com/edit", "/users/o'hara@example.com", "/users/o%27hara@example.com"} {
				if test.lie != nil {
					s.op.Lie(test.lie)
				}
				b := s.browser(t)
				p := b.get(t, to).must(t, http.StatusSeeOther)
				p = b.get(t, p.location()).must(t, http.StatusOK, "Sign in")
				s.op.SignsIn(person("ana@example.com"))
				if test.who != "" {
					s.op.SignsIn(person(test.who))
				}
				p = b.get(t, hrefOf(t, p, "Sign in")).must(t, http.StatusSeeOther)
				p = b.get(t, p.header.Get("Location")).must(t, http.StatusFound)
				if test.after != nil {
					test.after(s)
				}
				p = b.get(t, p.header.Get("Location")).must(t, test.status)
				s.op.Lie(func(l *authtest.Lies) { *l = authtest.Lies{} })
				s.Clock.Advance(time.Minute) // a provider that was away is asked again
				s.op.SignsIn(person("ana@example.com"))
				p = b.follow(t, b.get(t, hrefOf(t, p, test.link))).must(t, http.StatusOK)
				at := b.follow(t, b.get(t, hrefOf(t, p, "Sign in"))).must(t, http.StatusOK)
				if at.url.RequestURI() != to {
					t.Errorf("%s: arrives at %s", to, at.url.RequestURI())
				}
			}
		})
	}
}

// TestReturnToSurvivesTheStart asks a provider that is away, too often, or as a part of a
// page: the way on leads to the page that was wanted.
func TestReturnToSurvivesTheStart(t *testing.T) {
	t.Parallel()
	const start, want = "/sign-in/start?return_to=%2Faudit%3Fq%3Da", "/sign-in?return_to=%2Faudit%3Fq%3Da"
	s := newSite(t)
	b := s.browser(t)
	to := b.get(t, start).header.Get("Location")
	callback := "/sign-in/callback?" + authtest.Follow(t, to, s.server.URL).Encode()
	s.burst(t, "/sign-in/start", func(int) string { return "127.0.0.1" })
	s.burst(t, "/sign-in/callback", func(int) string { return "127.0.0.1" })
	for _, at := range []string{start, callback} {
		p := b.get(t, at).must(t, http.StatusTooManyRequests)
		if got := hrefOf(t, p, words.GoToSignIn); got != want {
			t.Errorf("%.30s, too often: leads to %q", at, got)
		}
		p = b.with("Sec-Fetch-Dest", "image").get(t, at).must(t, http.StatusBadRequest)
		if got := hrefOf(t, p, words.GoToSignIn); got != want {
			t.Errorf("%.30s, as a picture: leads to %q", at, got)
		}
	}
	away := newSite(t)
	away.op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Discovery] = authtest.Drops })
	p := away.browser(t).get(t, start).must(t, http.StatusServiceUnavailable)
	if got := hrefOf(t, p, "Try again"); got != want {
		t.Errorf("the provider is away: leads to %q", got)
	}
}

// TestKeptFormSurvivesADetour posts a form whose session has ended, cancels at the provider
// once, and signs in as another user once: it is shown to its sender in the end.
func TestKeptFormSurvivesADetour(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, form := expired(t, s)
	p := b.post(t, boEdit, set(form, "reason", "asked for it")).must(t, http.StatusUnauthorized, "kept for ten minutes")
	s.op.Refuses("access_denied", "")
	p = b.follow(t, b.get(t, hrefOf(t, p, "Sign in"))).must(t, http.StatusForbidden)
	s.op.SignsIn(person("stranger@example.com"))
	p = b.follow(t, b.get(t, hrefOf(t, p, words.SignInAgain))).must(t, http.StatusOK)
	p = b.follow(t, b.get(t, hrefOf(t, p, "Sign in"))).must(t, http.StatusForbidden)
	s.op.SignsIn(person("ana@example.com"))
	p = b.follow(t, b.get(t, hrefOf(t, p, "Use another account"))).must(t, http.StatusOK, "has not been sent yet")
	if got := p.form(t, boEdit); got.Get("reason") != "asked for it" {
		t.Errorf("shown again: %v", got)
	}
}

// TestOpenedUnderAnotherName signs in under a name of the host that is not the console's,
// so that the browser keeps its cookie for that one, and with cookies switched off.
func TestOpenedUnderAnotherName(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.op.SignsIn(person("owner@example.com"))
	b := s.browser(t)
	elsewhere := strings.Replace(s.server.URL, "127.0.0.1", "localhost", 1)
	back := b.get(t, b.get(t, elsewhere+"/sign-in/start").must(t, http.StatusSeeOther).header.Get("Location"))
	p := b.get(t, back.header.Get("Location")).must(t, http.StatusBadRequest, "Open the console at "+s.server.URL+", allow cookies for it")
	if !strings.HasPrefix(p.url.String(), s.server.URL) || hrefOf(t, p, words.SignInAgain) != "/sign-in" {
		t.Errorf("at %s, it leads to %s", p.url, hrefOf(t, p, "Sign in again"))
	}
	b.setCookie(t, "theme", "dark")
	back = b.get(t, b.get(t, elsewhere+"/sign-in/start").header.Get("Location"))
	b.get(t, back.header.Get("Location")).must(t, http.StatusBadRequest, "begun in another browser or under another address", "Open the console at "+s.server.URL)
}

// TestDeactivatedPerson comes from the provider: the page names whom to ask, and offers no
// way that ends the same. No name is shown to a stranger.
func TestDeactivatedPerson(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{app: func(c *web.Config) { c.OrgName = "Example" }})
	s.Invited(t, "gone@example.com", users.RoleUser)
	b := s.browser(t)
	b.signInAt(t, person("gone@example.com"), "/profile").must(t, http.StatusOK)
	if err := s.Deactivate(t.Context(), s.Owner, "gone@example.com", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	p := b.signInAt(t, person("gone@example.com"), "/profile").must(t, http.StatusForbidden, "deactivated", "Who can help", "owner@example.com")
	links := p.nodes(t, "a")
	if i := slices.IndexFunc(links, func(n *html.Node) bool { return strings.Contains(textOf(n), "Sign in") }); i >= 0 {
		t.Errorf("it offers %q", textOf(links[i]))
	}
	if got := b.promptOf(t, p, "Use another account"); got != "select_account" {
		t.Errorf("prompt %q", got)
	}
	stranger := s.browser(t).signInAt(t, person("stranger@example.com"), "/").must(t, http.StatusForbidden)
	if strings.Contains(stranger.body, "owner@example.com") {
		t.Error("a stranger is told who the owners are")
	}
}
