package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// unversioned are the acts that ask for no version of the record, and why. All others
// refuse a form without it.
var unversioned = map[string]string{
	"/profile/sessions/end":    "a session ends whatever the record holds",
	"/profile/delete":          "the user_id is typed to confirm it",
	"/users/new":               "there is no record yet",
	"/service-users/new":       "there is no record yet",
	"/users/batch":             "an act at once names what it sets; a batch has the versions of its preview",
	"/batches/:batch/start":    "a batch has the versions of its preview",
	"/batches/:batch/stop":     "it changes no record",
	"/batches/:batch/undo":     "each event is undone as far as its fields hold what it set",
	"/users/views":             "a view is no record",
	"/users/views/edit":        "a view is no record",
	"/users/views/delete":      "a view is no record",
	"/users/:id/sessions/end":  "sessions end whatever the record holds",
	"/users/:id/reset-sign-in": "it changes the identity alone",
	"/users/:id/deactivate":    "access ends whatever the record holds",
	"/users/:id/reactivate":    "it undoes a deactivation and nothing else",
	"/users/:id/delete":        "the user_id is typed to confirm it",
	"/deleted/:key/restore":    "a deleted user does not change",
	"/deleted/:key/purge":      "the user_id is typed to confirm it",

	"/users/:id/deactivate/cancel": "the record does not change",

	"/users/:id/tokens/new":           "there is no token yet",
	"/users/:id/tokens/:token/end":    "a token ends whatever the record holds",
	"/users/:id/tokens/:token/enable": "it undoes what disabled the token and nothing else",

	"/users/:id/tokens/:token/rotate":     "the domain refuses a second successor",
	"/users/:id/tokens/:token/overlap":    "the domain refuses an earlier end",
	"/users/:id/tokens/:token/strike-off": "it names the program",
	"/users/:id/tokens/:token/retire":     "the domain decides whether it is safe",
}

// askedByNothing are the acts whose consequence page has nothing to fill in: an empty
// form asks for them.
var askedByNothing = map[string]bool{"/batches/:batch/start": true, "/batches/:batch/stop": true, "/batches/:batch/undo": true, "/users/:id/tokens/:token/enable": true, "/users/:id/tokens/:token/retire": true, "/users/:id/reset-sign-in": true, "/users/:id/deactivate": true, "/users/:id/reactivate": true, "/users/:id/deactivate/cancel": true, "/deleted/:key/restore": true}

// TestFormWithoutWhatItNeeds posts the form of every act without the type of its body,
// empty, and without a version: nothing is changed, rather than emptied.
func TestFormWithoutWhatItNeeds(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, f readyForm) {
		_, listed := unversioned[f.route]
		if has := f.values.Has("version"); has == listed {
			t.Fatalf("the form has a version: %t; and is listed as one without: %t", has, listed)
		}
		untyped := &browser{f.b.site, f.b.client, http.Header{"Content-Type": nil}}
		untyped.post(t, f.to, f.values).must(t, http.StatusBadRequest)
		if !listed {
			for _, version := range []string{"", "0", "-1", "x"} {
				f.b.post(t, f.to, set(f.values, "version", version)).must(t, http.StatusUnprocessableEntity)
			}
			absent := set(f.values)
			absent.Del("version")
			f.b.post(t, f.to, absent).must(t, http.StatusUnprocessableEntity)
		}
		if !askedByNothing[f.route] {
			if p := f.b.post(t, f.to, url.Values{}); p.status != http.StatusUnprocessableEntity && p.status != http.StatusNotFound {
				t.Errorf("an empty form: got status %d, want 422, or 404 where it names what it acts on", p.status)
			}
		}
		if n := f.count(t); n != f.events {
			t.Errorf("%d events came of it", n-f.events)
		}
		done := http.StatusSeeOther
		if f.leave || f.secret {
			done = http.StatusOK // the page that signs out at the provider, or has a secret
		}
		f.b.post(t, f.to, f.values).must(t, done)
	})
}

// TestChangesHaveAPace is that one person makes many changes, and not any number. What
// was typed can be sent again.
func TestChangesHaveAPace(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, other := s.as(t, users.RoleUser), s.as(t, users.RoleOwner)
	change := func() page {
		form := b.get(t, "/profile").form(t, "/profile")
		return b.post(t, "/profile", set(form, "name", "Name "+form.Get("version")))
	}
	n := 0
	for ; n < 200; n++ {
		if p := change(); p.status != http.StatusSeeOther {
			p.must(t, http.StatusTooManyRequests, words.TooManyChangesNext, words.SendAgain)
			if p.header.Get("Retry-After") != "1" {
				t.Errorf("Retry-After: got %q, want 1", p.header.Get("Retry-After"))
			}
			s.Clock.Advance(time.Second)
			b.post(t, "/profile", p.form(t, "/profile")).must(t, http.StatusSeeOther)
			break
		}
	}
	if n != 60 {
		t.Errorf("%d changes at once, want 60", n)
	}
	change().must(t, http.StatusTooManyRequests)
	form := other.get(t, "/profile").form(t, "/profile")
	other.post(t, "/profile", set(form, "name", "Another")).must(t, http.StatusSeeOther)
	b.post(t, "/theme", url.Values{"theme": {"dark"}}).must(t, http.StatusSeeOther) // no change of a record
}

// TestNothingWasChanged saves forms as they are.
func TestNothingWasChanged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	b := s.signIn(t, "owner@example.com")
	last := s.Last(t)
	for path, next := range map[string]string{
		"/profile": "/profile", "/users/ana@example.com/edit": "/users/ana@example.com", "/users/ana@example.com/role": "/users/ana@example.com",
	} {
		b.post(t, path, b.get(t, path).form(t, path)).must(t, http.StatusSeeOther)
		b.get(t, next).must(t, http.StatusOK, words.NothingChanged)
	}
	if trail := s.Trail(t, last); len(trail) > 0 {
		t.Errorf("got events %q, want none", trail)
	}
}

// TestOwnSecondTab saves a form of which the viewer has saved another version in another
// tab: the page says so, and keeps the reason.
func TestOwnSecondTab(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	b := s.signIn(t, "owner@example.com")
	const path = "/users/ana@example.com/edit"
	first, second := b.get(t, path).form(t, path), b.get(t, path).form(t, path)
	b.post(t, path, set(second, "name", "From the second tab")).must(t, http.StatusSeeOther)
	p := b.post(t, path, set(first, "name", "From the first tab", "reason", "as she asked")).must(t, http.StatusConflict, "You saved other changes to this user meanwhile")
	if got := p.form(t, path).Get("reason"); got != "as she asked" {
		t.Errorf("the reason is %q", got)
	}
	for _, n := range p.nodes(t, "div") {
		if attr(n, "id") == "stale" && hasAttr(n, "autofocus") {
			return
		}
	}
	t.Error("the message does not have the focus")
}
