package torture

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A writeFailure is a temporary inability to write, from which a console recovers without a
// restart.
type writeFailure struct {
	*instance
	begin func() // causes the failure; nil: it has begun
	end   func()
	says  string // expected text on the page
	kills bool   // restart the console meanwhile

	notReady string // text of /readyz, if different
}

// check writes until writes fail, checks errors and reads, ends the failure, and checks the
// database.
func (s writeFailure) check(t *testing.T) {
	t.Helper()
	db, l := open(t, s.database), newLedger()
	s.start(t)
	w, leaving := s.newWriter(t, l), s.signedIn(t)
	w.must(t, "before", 1)
	if s.begin != nil {
		s.begin()
	}
	for l.status(http.StatusServiceUnavailable) == 0 {
		if a, err := w.step(); err != nil || l.count() > 100_000 {
			t.Fatalf("while it lasts: %v, status %d: %s", err, a.status, a.text())
		}
	}
	before := l.count()
	s.refuses(t, w, leaving)
	s.reads(t, w)
	l.check(t, db)
	if s.kills {
		s.kill()
		s.start(t)
		s.reads(t, w)
	}

	s.end()
	until(t, "it is ready again", func() bool { status, _ := s.ready(); return status == http.StatusOK })
	w.must(t, "afterwards", 10)
	checkIntegrity(t, s.database)
	s.stop(t)
	unacknowledged := l.check(t, db)
	if unacknowledged != 0 {
		t.Errorf("%d changes were made that were refused", unacknowledged)
	}
	t.Logf("%d changes acknowledged until it began, %d while it lasted and after; %d refused, of which %d were made",
		before, l.count()-before, l.status(http.StatusServiceUnavailable), unacknowledged)
}

// refuses checks writes, a sign-in and a sign-out during the failure.
func (s writeFailure) refuses(t *testing.T, w *writer, leaving *browser) {
	t.Helper()
	for range sized(20, 500) {
		a, err := w.step()
		s.clear(t, a, err)
	}
	a, err := newBrowser(t, s.base()).get("/sign-in/start")
	s.clear(t, a, err)
	a, err = leaving.post("/sign-out", url.Values{})
	s.clear(t, a, err)
	until(t, "it says that it is not ready, and why", func() bool {
		a, err := w.step()
		s.clear(t, a, err)
		status, words := s.ready()
		return status == http.StatusServiceUnavailable && strings.Contains(words, cmp.Or(s.notReady, s.says))
	})
}

// clear checks that an answer is an error page with the right status, or a success: a small
// write may still fit.
func (s writeFailure) clear(t *testing.T, a answer, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if a.status < http.StatusBadRequest {
		return
	}
	if text := a.text(); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" ||
		!strings.Contains(text, s.says) || !strings.Contains(text, "Nothing was changed.") || !strings.Contains(text, a.request) {
		t.Fatalf("status %d, Retry-After %q at %v: %s", a.status, a.header.Get("Retry-After"), a.at, text)
	}
}

// reads opens pages that must work during the failure.
func (s writeFailure) reads(t *testing.T, w *writer) {
	t.Helper()
	for _, path := range []string{"/users", "/users?q=name", "/users/" + w.added[0], "/users/" + w.added[0] + "/activity", "/audit", "/profile", "/healthz"} {
		if a, err := w.get(path); err != nil || a.status != http.StatusOK {
			t.Errorf("%s: %v, status %d: %s", path, err, a.status, a.text())
		}
	}
}
