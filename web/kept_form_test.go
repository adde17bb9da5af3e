package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
	"github.com/roboto-ai/console/web/words"
)

// boEdit is the form that expired has opened.
const boEdit = "/users/bo@example.com/edit"

// expired returns a browser of ana's, an admin's, whose session has just ended by
// itself, on a page with the edit form of bo@example.com, and that form.
func expired(t *testing.T, s *site) (*browser, url.Values) {
	t.Helper()
	s.Invited(t, "ana@example.com", users.RoleAdmin)
	s.Invited(t, "bo@example.com", users.RoleUser)
	b := s.browser(t)
	b.signInAt(t, person("ana@example.com"), "/").must(t, http.StatusOK)
	form := b.get(t, boEdit).form(t, boEdit)
	s.Clock.Advance(13 * time.Hour)
	return b, form
}

func TestFormIsKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, form := expired(t, s)
	form.Del("channel.email")

	p := b.post(t, boEdit, set(form, "name", "Bo <b>Chen</b>", "reason", "asked for it"))
	p.must(t, http.StatusUnauthorized, words.SignInAgain, "kept for ten minutes")
	if strings.Contains(p.body, "Chen") {
		t.Error("the page shows what was posted")
	}
	if u := s.Must(t, "bo@example.com"); u.Name != "Bo" {
		t.Errorf("the form was sent: %q", u.Name)
	}

	s.op.SignsIn(person("ana@example.com"))
	again := b.follow(t, b.get(t, "/sign-in/start?return_to=%2Fusers%2Fbo%40example.com%2Fedit")).must(t, http.StatusOK, "has not been sent yet")
	got := again.form(t, boEdit)
	if got.Get("name") != "Bo <b>Chen</b>" || got.Get("reason") != "asked for it" || got.Has("channel.email") {
		t.Errorf("shown again: %v", got)
	}
	b.post(t, boEdit, got).must(t, http.StatusSeeOther)
	if u := s.Must(t, "bo@example.com"); u.Name != "Bo <b>Chen</b>" || u.Channels["email"] {
		t.Errorf("after sending: %q, %v", u.Name, u.Channels)
	}
	if got := b.get(t, boEdit).form(t, boEdit); got.Get("reason") != "" {
		t.Error("the form is shown a second time")
	}
}

// notKept are circumstances in which a form is not shown again. Each posts form,
// and returns the browser and the path that must not hold it.
var notKept = map[string]func(t *testing.T, s *site, b *browser, form url.Values) (*browser, string){
	"for someone else": func(t *testing.T, s *site, b *browser, form url.Values) (*browser, string) {
		b.post(t, boEdit, form).must(t, http.StatusUnauthorized)
		s.Invited(t, "eve@example.com", users.RoleAdmin)
		b.signInAt(t, person("eve@example.com"), "/")
		return b, boEdit
	},
	"in another browser": func(t *testing.T, s *site, b *browser, form url.Values) (*browser, string) {
		b.post(t, boEdit, form).must(t, http.StatusUnauthorized)
		other := s.browser(t)
		other.signInAt(t, person("ana@example.com"), "/")
		return other, boEdit
	},
	"at another path": func(t *testing.T, s *site, b *browser, form url.Values) (*browser, string) {
		s.Invited(t, "cleo@example.com", users.RoleUser)
		b.post(t, boEdit, form).must(t, http.StatusUnauthorized)
		b.signInAt(t, person("ana@example.com"), "/")
		return b, "/users/cleo@example.com/edit"
	},
	"after eleven minutes": func(t *testing.T, s *site, b *browser, form url.Values) (*browser, string) {
		b.post(t, boEdit, form).must(t, http.StatusUnauthorized)
		s.Clock.Advance(11 * time.Minute)
		b.signInAt(t, person("ana@example.com"), "/")
		return b, boEdit
	},
	"when it is too large": func(t *testing.T, s *site, b *browser, form url.Values) (*browser, string) {
		p := b.post(t, boEdit, set(form, "purpose", strings.Repeat("x", 70_000)))
		p.must(t, http.StatusUnauthorized, "Nothing was changed")
		b.signInAt(t, person("ana@example.com"), "/")
		return b, boEdit
	},
}

func TestFormIsNotKept(t *testing.T) {
	for name, circumstance := range notKept {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			b, form := expired(t, s)
			b, at := circumstance(t, s, b, set(form, "reason", "canary"))
			if got := b.get(t, at).must(t, http.StatusOK).form(t, at); got.Get("reason") != "" {
				t.Errorf("shown: %v", got)
			}
		})
	}
}

// TestFormsOfStrangersAreBounded has a stranger post one form after another: they
// neither fill the disk nor push out what others have typed.
func TestFormsOfStrangersAreBounded(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{app: func(c *web.Config) { c.TrustedProxies = prefixes("127.0.0.0/8") }})
	form := set(s.signIn(t, "owner@example.com").get(t, "/profile").form(t, "/profile"), "name", "x")
	post := func(address string) bool {
		p := s.browser(t).with("X-Forwarded-For", address).post(t, "/profile", form)
		return len(cookieValues(p.must(t, http.StatusUnauthorized))) > 0
	}
	kept := 0
	for range 100 {
		if post("203.0.113.1") {
			kept++
		}
	}
	if kept == 0 || kept == 100 {
		t.Errorf("kept %d of 100 forms", kept)
	}
	if !post("203.0.113.2") {
		t.Error("another client is hit")
	}
}

func TestSignedOutForms(t *testing.T) {
	tests := map[string]struct {
		path string
		kept bool
	}{
		"the profile":      {"/profile", true},
		"a new person":     {"/users/new", true},
		"a consequence":    {"/users/bo@example.com/delete", true},
		"ending sessions":  {"/profile/sessions/end", false},
		"deleting oneself": {"/profile/delete", false},
		"deleting a view":  {"/users/views/delete", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			key := s.signIn(t, "owner@example.com").get(t, "/profile").form(t, "/profile")["form"]
			p := s.browser(t).post(t, test.path, url.Values{"confirm": {"x"}, "form": key})
			p.must(t, http.StatusUnauthorized, words.SignInAgain)
			if kept := strings.Contains(p.text(t), "ten minutes"); kept != test.kept {
				t.Errorf("kept: %v, want %v", kept, test.kept)
			}
			if kept := len(p.header.Values("Set-Cookie")) > 0; kept != test.kept {
				t.Errorf("cookie: %v, want %v", kept, test.kept)
			}
		})
	}
}

func TestSignedOutScript(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t).with("HX-Request", "true").with("HX-Target", "section#results")
	p := b.with("HX-Current-URL", s.server.URL+"/users?q=a").get(t, "/users?q=ab").must(t, http.StatusUnauthorized)
	if got := p.header.Get("HX-Redirect"); got != "/sign-in?return_to=%2Fusers%3Fq%3Da" || p.body != "" {
		t.Errorf("HX-Redirect: got %q with %q", got, p.body)
	}
	p = b.with("HX-Current-URL", "https://evil.test//evil.test").get(t, "/users?q=ab")
	if got := p.header.Get("HX-Redirect"); got != "/sign-in" {
		t.Errorf("HX-Redirect from elsewhere: got %q", got)
	}
}

func TestFragments(t *testing.T) {
	tests := map[string]struct {
		headers  []string
		fragment bool
	}{
		"a page":         {nil, false},
		"htmx 4":         {[]string{"HX-Request", "true", "HX-Target", "section#results"}, true},
		"htmx 2":         {[]string{"HX-Request", "true", "HX-Target", "results"}, true},
		"another target": {[]string{"HX-Request", "true", "HX-Target", "section#other-results"}, false},
		"no target":      {[]string{"HX-Request", "true"}, false},
		"target alone":   {[]string{"HX-Target", "section#results"}, false},
		"out of history": {[]string{"HX-Request", "true", "HX-Target", "section#results", "HX-History-Restore-Request", "true"}, false},
	}
	s := newSite(t)
	owner := s.signIn(t, "owner@example.com")
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := owner
			for i := 0; i < len(test.headers); i += 2 {
				b = b.with(test.headers[i], test.headers[i+1])
			}
			for _, path := range []string{"/users", "/audit"} {
				p := b.get(t, path).must(t, http.StatusOK)
				if got := !strings.Contains(p.body, "<html"); got != test.fragment {
					t.Errorf("%s: fragment %v, want %v", path, got, test.fragment)
				}
				if got := strings.Join(p.header.Values("Vary"), ", "); !strings.Contains(got, "HX-Request, HX-Target") {
					t.Errorf("%s: Vary: %q", path, got)
				}
			}
		})
	}
}
