package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// TestTwoConsolesSignIn has the proxy send each step of signing in
// to another console.
func TestTwoConsolesSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	other := s.another(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.op.SignsIn(person("ana@example.com"))
	b := s.browser(t)
	back := b.get(t, b.get(t, "/sign-in/start?return_to=/profile").header.Get("Location"))
	to, err := url.Parse(back.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	in := b.on(other).get(t, to.RequestURI()).must(t, http.StatusSeeOther)
	if in.location() != "/profile" {
		t.Errorf("it leads to %s", in.location())
	}
	for _, console := range []*site{s, other} {
		b.on(console).get(t, "/profile").must(t, http.StatusOK, "Ana")
	}
	session := b.cookie(t, "session")
	for _, console := range []*site{s, other} { // once, on either
		if again := b.on(console).get(t, to.RequestURI()).must(t, http.StatusSeeOther); again.location() != "/profile" || b.cookie(t, "session") != session {
			t.Errorf("sent again, it leads to %s", again.location())
		}
		s.browser(t).on(console).get(t, to.RequestURI()).must(t, http.StatusBadRequest, "finished already")
	}
}

// TestTwoConsolesEndAccess ends a session, a user and a role on one
// console, and looks at the next request to the other.
func TestTwoConsolesEndAccess(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end    func(*testing.T, *site, *browser) page
		status int // of the directory afterwards
	}{
		"sign-out": {func(t *testing.T, _ *site, b *browser) page {
			return b.post(t, "/sign-out", url.Values{}).must(t, http.StatusOK)
		}, http.StatusSeeOther},
		"deactivation": {func(t *testing.T, s *site, _ *browser) page {
			return s.signIn(t, "owner@example.com").post(t, "/users/admin@example.com/deactivate", url.Values{}).must(t, http.StatusSeeOther)
		}, http.StatusSeeOther},
		"demotion": {func(t *testing.T, s *site, _ *browser) page {
			return s.signIn(t, "owner@example.com").post(t, "/users/admin@example.com/role", url.Values{"role": {"user"}, "version": {s.version(t, "admin@example.com")}}).must(t, http.StatusSeeOther)
		}, http.StatusSeeOther},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			other := s.another(t)
			b := s.as(t, users.RoleAdmin)
			for _, console := range []*site{s, other} {
				b.on(console).get(t, "/users").must(t, http.StatusOK)
			}
			stolen := b.cookie(t, "session")
			test.end(t, s, b)
			b.setCookie(t, "session", stolen)
			for _, console := range []*site{other, s} {
				b.on(console).get(t, "/users").must(t, test.status)
				b.on(console).post(t, "/users/new", url.Values{"user_id": {"x@example.com"}}).must(t, http.StatusUnauthorized)
			}
			if name == "demotion" {
				s.signIn(t, "admin@example.com").on(other).get(t, "/users").must(t, http.StatusForbidden)
			}
		})
	}
}

// TestTwoConsolesKeepFormsAndFlash leaves a form and a word for the next page on
// one console, and opens them on the other.
func TestTwoConsolesKeepFormsAndFlash(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	other := s.another(t)
	b, form := expired(t, s)
	b.post(t, boEdit, set(form, "name", "Bo Chen")).must(t, http.StatusUnauthorized, "kept for ten minutes")
	b.signInAt(t, person("ana@example.com"), "/")
	got := b.on(other).get(t, boEdit).must(t, http.StatusOK, "has not been sent yet").form(t, boEdit)
	if got.Get("name") != "Bo Chen" || got.Get("form") != form.Get("form") {
		t.Errorf("shown again: %v", got)
	}
	saved := b.on(other).post(t, boEdit, got).must(t, http.StatusSeeOther)
	b.get(t, saved.location()).must(t, http.StatusOK, words.Saved("Bo Chen"))
	b.on(other).post(t, "/theme", url.Values{"theme": {"dark"}, "return_to": {"/"}}).must(t, http.StatusSeeOther)
	if p := b.get(t, "/profile"); !strings.Contains(p.body, `data-theme="dark"`) {
		t.Error("the theme is not the one that was chosen on the other console")
	}
}

// TestTwoConsolesPageAndCount goes on through a list that the other console began, after
// the other console has changed something.
func TestTwoConsolesPageAndCount(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	other := s.another(t)
	for i := range 60 {
		s.Invited(t, "person-"+string(rune('a'+i/26))+string(rune('a'+i%26))+"@example.com", users.RoleUser)
	}
	b := s.signIn(t, "owner@example.com")
	first := b.get(t, "/users?q=person").must(t, http.StatusOK, "1–50 of 60")
	b.on(other).get(t, "/users?q=person").must(t, http.StatusOK, "1–50 of 60")
	b.on(other).get(t, hrefOf(t, first, "Next")).must(t, http.StatusOK, "51–60 of 60")
	b.on(other).post(t, "/users/new", url.Values{"user_id": {"person-zz@example.com"}}).must(t, http.StatusSeeOther)
	b.get(t, "/users?q=person").must(t, http.StatusOK, "1–50 of 61")
}

// TestTwoConsolesExport asks one console how far an export has come that another
// sends: it says that it cannot tell, and does not ask for ever.
func TestTwoConsolesExport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	other := s.another(t)
	b := s.signIn(t, "owner@example.com")
	form := b.get(t, "/users/export").form(t, "/users/export")
	b.post(t, "/users/export", form).must(t, http.StatusOK)
	at := "/users/export/progress?tries=0&export=" + form.Get("export")
	b.get(t, at).must(t, http.StatusOK, "exported")

	p, asked := b.on(other).get(t, at).must(t, http.StatusOK), 1
	for ; ; asked++ {
		next := progressOf(t, p)
		if next == "" {
			break
		}
		if asked > 20 {
			t.Fatal("it asks for ever")
		}
		p = b.on(other).get(t, next).must(t, http.StatusOK)
	}
	p.must(t, http.StatusOK, words.ProgressUnknown)
}

// progressOf returns where a fragment asks next how far an export has come.
func progressOf(t *testing.T, p page) string {
	t.Helper()
	for _, n := range p.nodes(t, "p") {
		if attr(n, "id") == "progress" {
			return attr(n, "hx-get")
		}
	}
	t.Fatal("there is no progress")
	return ""
}
