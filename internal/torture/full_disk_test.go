package torture

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A shortage is a console that can save no more for a while, and then heals by itself,
// without a new start.
type shortage struct {
	*victim
	begin func() // nothing more can be saved soon after; nil: it is so already
	end   func()
	says  string // on the page
	kills bool   // kill the console while it lasts, and start it again

	notReady string // what readiness says where that is something else
}

// endure writes until nothing more can be saved, and on; sees what people are told
// and that they can go on reading; ends the shortage, and sees that all is as it was
// before.
func (s shortage) endure(t *testing.T) {
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
	intact(t, s.database)
	s.stop(t)
	unheard := l.check(t, db)
	if unheard != 0 {
		t.Errorf("%d changes were made that were refused", unheard)
	}
	t.Logf("%d changes acknowledged until it began, %d while it lasted and after; %d refused, of which %d were made",
		before, l.count()-before, l.status(http.StatusServiceUnavailable), unheard)
}

// refuses tries to save again and again, to sign in and to sign out.
func (s shortage) refuses(t *testing.T, w *writer, leaving *browser) {
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

// clear checks that an answer is a clear page with the right status, or says that it
// is done after all: what is small may still find a place.
func (s shortage) clear(t *testing.T, a answer, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if a.status < http.StatusBadRequest {
		return
	}
	if text := a.text(); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" ||
		!strings.Contains(text, s.says) || !strings.Contains(text, "Nothing was changed by this try.") || !strings.Contains(text, a.request) {
		t.Fatalf("status %d, Retry-After %q at %v: %s", a.status, a.header.Get("Retry-After"), a.at, text)
	}
}

// reads opens pages that must be there whatever cannot be saved.
func (s shortage) reads(t *testing.T, w *writer) {
	t.Helper()
	for _, path := range []string{"/users", "/users?q=name", "/users/" + w.added[0], "/users/" + w.added[0] + "/activity", "/audit", "/profile", "/healthz"} {
		if a, err := w.get(path); err != nil || a.status != http.StatusOK {
			t.Errorf("%s: %v, status %d: %s", path, err, a.status, a.text())
		}
	}
}
