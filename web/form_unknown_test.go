package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

// notKnown checks the page about a form whose outcome is unknown.
func notKnown(t *testing.T, s *site, p page) page {
	t.Helper()
	p.must(t, http.StatusServiceUnavailable, words.NotKnown, "Request "+p.header.Get("X-Request-Id"))
	if p.header.Get("Retry-After") != "" {
		t.Error("a program is told to send it again by itself")
	}
	if log := s.log.String(); strings.Contains(log, `"level":"ERROR"`) || !strings.Contains(log, "unknown whether it was done") {
		t.Error("the log tells of a fault, or does not tell that it is not known")
	}
	return p
}

// TestUnknownFormThatWasDone loses the answer to the change of every form: the look-up
// finds it, on another console too, and sending it again does nothing.
func TestUnknownFormThatWasDone(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, f readyForm) {
		f.Lose(databasetest.LoseAnswer)
		p := notKnown(t, f.site, f.b.post(t, f.to, f.values))
		done := f.count(t)
		if done == f.events {
			t.Fatal("it was not done")
		}
		for _, console := range []*site{f.site, f.another(t)} {
			looked := f.b.on(console).post(t, "/forms/look-up", p.form(t, "/forms/look-up"))
			if f.leave {
				looked.must(t, http.StatusOK, words.FormDone, words.SignedOut)
			} else {
				looked.must(t, http.StatusOK, words.WasDone, words.SeeWhatWasDone)
				f.b.get(t, hrefOf(t, looked, words.SeeWhatWasDone)).must(t, http.StatusOK)
				f.b.get(t, hrefOf(t, looked, "Continue")).must(t, http.StatusOK)
			}
		}
		again := f.b.post(t, f.to, p.form(t, f.to))
		if f.leave {
			again.must(t, http.StatusOK, words.DoneAlready)
		} else {
			again.must(t, http.StatusSeeOther)
			f.b.get(t, again.location()).must(t, http.StatusOK, words.Already)
		}
		if now := f.count(t); now != done {
			t.Errorf("sending it again left %d events", now-done)
		}
	})
}

// TestUnknownFormThatWasNotDone loses the commit of every form with its answer: the
// look-up says so, and sending it again does it, once.
func TestUnknownFormThatWasNotDone(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, f readyForm) {
		f.Lose(databasetest.LoseCommit)
		p := notKnown(t, f.site, f.b.post(t, f.to, f.values))
		if now := f.count(t); now != f.events {
			t.Fatalf("it left %d events", now-f.events)
		}
		looked := f.b.post(t, "/forms/look-up", p.form(t, "/forms/look-up")).must(t, http.StatusOK, words.NotDone, words.SendAgain)
		values := looked.form(t, f.to)
		if values.Encode() != p.form(t, f.to).Encode() || values.Encode() != f.values.Encode() {
			t.Errorf("the form comes back as %v, was %v", values, f.values)
		}
		first := f.b.post(t, f.to, values)
		done := f.count(t)
		if first.status >= 400 || done == f.events {
			t.Fatalf("sent again: status %d, %d events", first.status, done-f.events)
		}
		f.again(t, first, f.b.post(t, f.to, values))
		if now := f.count(t); now != done {
			t.Errorf("the third time left %d events", now-done)
		}
	})
}

// hrefOf returns where the link with that text leads.
func hrefOf(t *testing.T, p page, text string) string {
	t.Helper()
	for _, a := range p.nodes(t, "a") {
		if textOf(a) == text {
			return attr(a, "href")
		}
	}
	t.Fatalf("%s: there is no link %q", p.url, text)
	return ""
}

// TestUnknownTwice loses the answer again when the form is sent again: nothing that was
// typed is lost on the way.
func TestUnknownTwice(t *testing.T) {
	t.Parallel()
	f := ready(t, "/users/:id/edit")
	f.Lose(databasetest.LoseCommit, databasetest.LoseCommit)
	p := notKnown(t, f.site, f.b.post(t, f.to, f.values))
	p = notKnown(t, f.site, f.b.post(t, f.to, p.form(t, f.to)))
	if got := p.form(t, f.to); got.Encode() != f.values.Encode() {
		t.Errorf("the form comes back as %v", got)
	}
	f.b.post(t, f.to, p.form(t, f.to)).must(t, http.StatusSeeOther)
}

// TestLookUpWithoutADatabase loses the database before the form is looked up: the page
// does not claim that nothing was done, and the form is not lost.
func TestLookUpWithoutADatabase(t *testing.T) {
	t.Parallel()
	f := ready(t, "/users/:id/edit")
	f.Lose(databasetest.LoseAnswer)
	p := notKnown(t, f.site, f.b.post(t, f.to, f.values))
	if err := f.DB.Close(); err != nil {
		t.Fatal(err)
	}
	again := f.b.post(t, "/forms/look-up", p.form(t, "/forms/look-up"))
	again.must(t, again.status, words.OutcomeStillUnknown, words.LookUpAgain)
	if again.status < 500 || strings.Contains(again.text(t), words.NothingWasChanged) {
		t.Errorf("status %d: %.300s", again.status, again.text(t))
	}
	if got := again.form(t, f.to); got.Encode() != f.values.Encode() {
		t.Errorf("the form comes back as %v", got)
	}
	if got := again.form(t, "/forms/look-up"); got.Encode() != p.form(t, "/forms/look-up").Encode() {
		t.Errorf("the look-up comes back as %v", got)
	}
}

// TestLookUpAfterTheSession looks a form up when the session has ended meanwhile: it is
// kept until its sender has signed in, with its key.
func TestLookUpAfterTheSession(t *testing.T) {
	t.Parallel()
	f := ready(t, "/users/:id/edit")
	f.Lose(databasetest.LoseCommit)
	p := notKnown(t, f.site, f.b.post(t, f.to, f.values))
	if _, err := f.EndSessions(t.Context(), f.Owner, "owner@example.com", ""); err != nil {
		t.Fatal(err)
	}
	f.b.post(t, "/forms/look-up", p.form(t, "/forms/look-up")).must(t, http.StatusUnauthorized, "kept for ten minutes")
	b := f.signIn(t, "owner@example.com")
	f.b.setCookie(t, "session", b.cookie(t, "session"))
	if got := f.b.get(t, f.to).must(t, http.StatusOK, "has not been sent yet").form(t, f.to); got.Encode() != f.values.Encode() {
		t.Errorf("the form comes back as %v, was %v", got, f.values)
	}
}

// TestLookUpsThatNoPageAsks are refused, and lead nowhere.
func TestLookUpsThatNoPageAsks(t *testing.T) {
	t.Parallel()
	f := ready(t, "/users/:id/edit")
	key := f.values.Get("form")
	for name, asked := range map[string]url.Values{
		"no key":               {"to": {f.to}},
		"a key that is none":   {"to": {f.to}, "form": {"x"}},
		"no path":              {"form": {key}},
		"another site":         {"to": {"https://evil.test/"}, "form": {key}},
		"another host":         {"to": {"//evil.test/users/new"}, "form": {key}},
		"a path of no form":    {"to": {"/users"}, "form": {key}},
		"what can be repeated": {"to": {"/theme"}, "form": {key}},
	} {
		p := f.b.post(t, "/forms/look-up", asked)
		if p.status != http.StatusBadRequest || strings.Contains(p.body, "evil") {
			t.Errorf("%s: status %d", name, p.status)
		}
	}
	hostile := url.Values{"to": {f.to}, "form": {key}, `value."><script>`: {`"><script>alert(1)</script>`}}
	if p := f.b.post(t, "/forms/look-up", hostile).must(t, http.StatusOK); strings.Contains(p.body, "<script>alert") {
		t.Error("a value comes out as script")
	}
	f.b.post(t, f.to, f.values).must(t, http.StatusSeeOther)
	p := f.b.post(t, "/forms/look-up", url.Values{"to": {f.to}, "form": {key}, "value.name": {"Other"}})
	p.must(t, http.StatusOK, words.NotDone) // that with other values was
	f.as(t, users.RoleUser).post(t, "/forms/look-up", lookUpOf(f)).must(t, http.StatusConflict, httperror.Explain(users.ErrOtherForm).Message)
}

// lookUpOf is what the page about f sends to look it up.
func lookUpOf(f readyForm) url.Values {
	asked := url.Values{"to": {f.to}, "form": f.values["form"]}
	for name, values := range f.values {
		if name != "form" {
			asked["value."+name] = values
		}
	}
	return asked
}

// TestUnknownWithoutAKey loses the answers to what may be sent again by its nature, and
// to what may not.
func TestUnknownWithoutAKey(t *testing.T) {
	t.Parallel()
	for _, loss := range []databasetest.Loss{databasetest.LoseAnswer, databasetest.LoseCommit} {
		f := ready(t, "/users/:id/edit")
		f.Lose(loss)
		p := notKnown(t, f.site, f.b.post(t, f.to, unkeyed(f.values))).must(t, http.StatusServiceUnavailable, words.OutcomeUnkeyed)
		f.b.get(t, hrefOf(t, p, words.GoToAuditLog)).must(t, http.StatusOK)
		for _, form := range p.nodes(t, "form") {
			if attr(form, "action") == f.to {
				t.Error("it can be sent again, and done twice")
			}
		}
		export := f.b.get(t, "/users/export").form(t, "/users/export")
		f.Lose(loss)
		p = notKnown(t, f.site, f.b.post(t, "/users/export", export)).must(t, http.StatusServiceUnavailable, words.ExportUnknown)
		if sent := f.b.post(t, "/users/export", p.form(t, "/users/export")).must(t, http.StatusOK); !strings.Contains(sent.header.Get("Content-Disposition"), "users.csv") {
			t.Error("sent again, it gives no file")
		}
		f.Lose(loss)
		p = f.b.post(t, "/sign-out", url.Values{})
		notKnown(t, f.site, p).must(t, http.StatusServiceUnavailable, words.SignOutUnknown)
		for _, form := range p.nodes(t, "form") {
			if textOf(form) == words.SignOutAgain {
				f.b.post(t, attr(form, "action"), valuesOf(form)).must(t, http.StatusOK, words.SignedOut)
			}
		}
		f.b.get(t, "/profile").must(t, http.StatusSeeOther)
	}
}

// TestUnknownSignIn loses the answer to the sign-in of a person who comes back from the
// provider, whether the commit was made or not: to sign in again is all there is to do.
func TestUnknownSignIn(t *testing.T) {
	t.Parallel()
	for _, loss := range []databasetest.Loss{databasetest.LoseAnswer, databasetest.LoseCommit} {
		s := newSite(t)
		s.Invited(t, "ana@example.com", users.RoleUser)
		s.op.SignsIn(person("ana@example.com"))
		b := s.browser(t)
		back := b.get(t, b.get(t, "/sign-in/start?return_to=/profile").header.Get("Location"))
		s.Lose(loss)
		p := notKnown(t, s, b.get(t, back.header.Get("Location")))
		if b.get(t, "/profile").must(t, http.StatusSeeOther); b.cookie(t, "session") != "" {
			t.Error("there is a session's cookie")
		}
		if to := hrefOf(t, p, words.SignInAgain); to != "/sign-in?return_to=%2Fprofile" {
			t.Errorf("it leads to %s", to)
		}
		b.signInAt(t, person("ana@example.com"), "/profile").must(t, http.StatusOK, words.MyProfile)
	}
}
