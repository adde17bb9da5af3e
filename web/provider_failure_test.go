package web_test

import (
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// patience is how long the console waits for a provider that never answers in these
// tests: as in use where they are run at full size, and not as long otherwise.
func patience() time.Duration {
	if os.Getenv("CONSOLE_TORTURE") == "full" {
		return 0
	}
	return 500 * time.Millisecond
}

// TestProviderFails makes each endpoint of the provider fail in each way. Sessions keep working,
// a person who signs in sees why it fails, the console stays ready, and sign-ins work again once
// the provider is back.
func TestProviderFails(t *testing.T) {
	t.Parallel()
	for fault, want := range map[authtest.Fault]int{
		authtest.Drops:     http.StatusServiceUnavailable,
		authtest.Hangs:     http.StatusServiceUnavailable,
		authtest.Drips:     http.StatusServiceUnavailable,
		authtest.Fails:     http.StatusServiceUnavailable,
		authtest.Garbles:   http.StatusBadGateway,
		authtest.Floods:    http.StatusBadGateway,
		authtest.Redirects: http.StatusBadGateway,
	} {
		for _, endpoint := range []authtest.Endpoint{authtest.Discovery, authtest.Token, authtest.Keys, authtest.UserInfo} {
			t.Run(fmt.Sprintf("%s %s", endpoint, fault), func(t *testing.T) {
				t.Parallel()
				var o siteOptions
				if fault == authtest.Hangs || fault == authtest.Drips {
					o.patience = patience()
				}
				s := newSite(t, o)
				s.Invited(t, "ana@example.com", users.RoleUser)
				owner := s.signIn(t, "owner@example.com")
				s.op.Lie(func(l *authtest.Lies) { l.Faults[endpoint] = fault })
				s.signInMeanwhile(t, owner, want)

				s.op.Lie(func(l *authtest.Lies) { *l = authtest.Lies{} })
				at := page{}
				for try := 0; try < 20 && (try == 0 || at.url.Path != "/profile"); try++ { // it may be too slow for the console at first
					s.Clock.Advance(11 * time.Second) // the provider is left alone for ten
					at = s.browser(t).signInAt(t, person("ana@example.com"), "/profile")
				}
				if at.url.Path != "/profile" {
					t.Errorf("the provider is back: at %s, %s", at.url, at.text(t))
				}
			})
		}
	}
}

// signInMeanwhile signs in, which is answered with the status want even if the provider never
// answers, while the owner keeps working.
func (s *site) signInMeanwhile(t *testing.T, owner *browser, want int) {
	t.Helper()
	var both sync.WaitGroup
	both.Go(func() {
		page := s.browser(t).signInAt(t, person("ana@example.com"), "/profile")
		tells(t, page, want)
	})
	s.worksOn(t, owner)
	both.Wait()
	s.worksOn(t, owner)
}

// tells checks that a page explains why sign-in fails, and shows nothing of the provider's
// response.
func tells(t *testing.T, p page, want int) {
	t.Helper()
	if p.status != want {
		t.Errorf("signing in: got status %d, want %d: %s", p.status, want, p.text(t))
		return
	}
	words := map[int]string{
		http.StatusServiceUnavailable: "The sign-in service does not answer at the moment. Those who are signed in can go on working.",
		http.StatusBadGateway:         "The answer of the sign-in service could not be trusted",
	}
	p.must(t, want, words[want])
	if retry := p.header.Get("Retry-After"); (retry != "") != (want == http.StatusServiceUnavailable) {
		t.Errorf("Retry-After: %q with status %d", retry, want)
	}
}

// worksOn has the owner read and write, and asks the console whether it is ready.
func (s *site) worksOn(t *testing.T, owner *browser) {
	t.Helper()
	owner.get(t, "/users").must(t, http.StatusOK, "owner@example.com")
	form := owner.get(t, "/profile").must(t, http.StatusOK).form(t, "/profile")
	owner.post(t, "/profile", form).must(t, http.StatusSeeOther)
	for _, path := range []string{"/readyz", "/healthz", "/sign-in"} {
		s.browser(t).get(t, path).must(t, http.StatusOK)
	}
}

// TestProviderRefusesConnections makes the provider refuse all connections: many sign-ins at once
// are answered without one connection each, and signing out works without the provider.
func TestProviderRefusesConnections(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.signIn(t, "owner@example.com")
	s.op.Dies()
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() { tells(t, s.browser(t).get(t, "/sign-in/start"), http.StatusServiceUnavailable) })
	}
	s.worksOn(t, owner)
	all.Wait()
	owner.post(t, "/sign-out", nil).must(t, http.StatusOK, words.SignedOut)
	owner.signedOut(t)
}

// TestProviderHangs has many come while the provider hangs: it is asked once,
// and those who come later do not wait at all.
func TestProviderHangs(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{patience: patience()})
	s.op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Discovery] = authtest.Hangs })
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { tells(t, s.browser(t).get(t, "/sign-in/start"), http.StatusServiceUnavailable) })
	}
	all.Wait()
	tells(t, s.browser(t).get(t, "/sign-in/start"), http.StatusServiceUnavailable)
	if got := s.op.Calls(authtest.Discovery); got != 1 {
		t.Errorf("the provider was asked %d times, want once", got)
	}
}

// TestProviderRotatesKeys has the provider sign with a new key from one sign-in to the
// next, also one that cannot be fetched at first.
func TestProviderRotatesKeys(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	signsIn := func() page { return s.browser(t).signInAt(t, person("ana@example.com"), "/profile") }
	for range 3 {
		if at := signsIn(); at.url.Path != "/profile" {
			t.Fatalf("with a new key: at %s, %s", at.url, at.text(t))
		}
		s.op.RotatesKeys(t)
	}
	s.op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Keys] = authtest.Fails })
	tells(t, signsIn(), http.StatusServiceUnavailable)
	s.op.Lie(func(l *authtest.Lies) { *l = authtest.Lies{} })
	s.Clock.Advance(11 * time.Second)
	if at := signsIn(); at.url.Path != "/profile" {
		t.Errorf("when the key can be had: at %s, %s", at.url, at.text(t))
	}
}
