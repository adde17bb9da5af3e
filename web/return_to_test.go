package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
)

// elsewhere holds addresses that must not be gone to after a sign-in.
var elsewhere = []string{
	"//evil.test", "///evil.test", "////evil.test", "/\\evil.test", "\\\\evil.test", "\\/evil.test", "https://evil.test", "HTTPS://evil.test",
	"http:evil.test", "https:/evil.test", "javascript:alert(1)", "data:text/html,x", "evil.test", "@evil.test", "/@evil.test/../..//evil.test",
	"/..//evil.test", "/../evil.test", "/./users", "/users/..", "/users/../audit", "/users//", "//users", "/users/./x",
	"/%09/evil.test", "/\t/evil.test", "/\n/evil.test", "/%0d%0aLocation:%20https://evil.test", "/\r\nSet-Cookie:a=b", "/%5cevil.test", "/%5Cevil.test",
	"/%2fevil.test", "/%2Fevil.test", "/users/%2e%2e/x", "/users/%2e%2e%2f%2fevil.test", "/users/a%2f..%2f..%2fb", "/users/%2e/x", "/users%2fa", "/%2e%2e", "/users/%5c%5cevil.test", "/users/%00",
	"/ /evil.test", " //evil.test", "/users#@evil.test", "/users\u2028x", "/users/\u202eevil", "/.evil.test", "/none", "/users/", "/static/x", "/sign-out",
	"/sign-in", "/sign-in/start", "/sign-in/callback?state=x", "/profile/data", "/theme", "/users/a/reviewed", "/users/%", "/users/%zz",
	"?x", "#x", "", "/" + strings.Repeat("x", 3000),
}

func TestOwnPath(t *testing.T) {
	t.Parallel()
	app := newSite(t).app
	for _, to := range elsewhere {
		if got := app.OwnPath(to); got != "/" {
			t.Errorf("%q: got %q, want /", to, got)
		}
	}
	for _, to := range []string{
		"/", "/users", "/users?q=a%20b&role=admin&sort=-name", "/users/ana@example.com", "/users/a+b@example.com/edit", "/users/o%27hara@example.com",
		"/users/50%25@example.com", "/users/new", "/service-users/new", "/audit?from=2026-01-01", "/audit/12", "/profile", "/users?q=a;b", "/users?q=%zz", "/users?q=//evil.test", "/users/a%2Fb@example.com", "/users/a%2fb@example.com/edit",
		"/users/%2F%2Fa@example.com", "/users/a%2F.%2Fb@example.com", "/users/o'hara@example.com", "/users?q='",
	} {
		if got := app.OwnPath(to); got != to {
			t.Errorf("%q: got %q", to, got)
		}
	}
}

// TestOwnPathOfEveryUser keeps the page of a user with each character that a user ID may
// have, as the console links to it and as a browser may have it.
func TestOwnPathOfEveryUser(t *testing.T) {
	t.Parallel()
	app := newSite(t).app
	for r := rune('!'); r < 0x7f; r++ {
		id, err := users.ParseID("a" + string(r) + "b@example.com")
		if err != nil {
			continue
		}
		for _, escaped := range []string{url.PathEscape(string(id)), (&url.URL{Path: string(id)}).EscapedPath()} {
			if r == '/' && !strings.Contains(escaped, "%") { // another path
				continue
			}
			if to := "/users/" + escaped + "/edit"; app.OwnPath(to) != to {
				t.Errorf("%q: got %q", to, app.OwnPath(to))
			}
		}
	}
	if got, want := app.OwnPath("/users?q="+strings.Repeat("x", 3000)), "/users"; got != want {
		t.Errorf("of an address that is too long: got %.40q, want %q", got, want)
	}
}

func FuzzOwnPath(f *testing.F) {
	for _, to := range elsewhere {
		f.Add(to)
	}
	app := newSite(f).app
	base := &url.URL{Scheme: "https", Host: "console.example.com", Path: "/sign-in/callback"}
	f.Fuzz(func(t *testing.T, to string) {
		got := app.OwnPath(to)
		at, err := base.Parse(got)
		if err != nil || at.Host != base.Host || at.Scheme != base.Scheme || got != to && got != "/" && !strings.HasPrefix(to, got+"?") {
			t.Errorf("%q: got %q, which is at %v (%v)", to, got, at, err)
		}
	})
}

func TestSignInLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.op.SignsIn(person("ana@example.com"))
	b := s.browser(t)
	for _, to := range elsewhere[:20] {
		begun := b.get(t, "/sign-in/start?return_to="+url.QueryEscape(to))
		p := b.get(t, begun.header.Get("Location"))
		p = b.get(t, p.header.Get("Location")).must(t, http.StatusSeeOther)
		if got := p.header.Get("Location"); got != "/" {
			t.Errorf("%q: sign-in leads to %q", to, got)
		}
		p = b.get(t, "/sign-in?return_to="+url.QueryEscape(to)).must(t, http.StatusSeeOther)
		if got := p.header.Get("Location"); got != "/" {
			t.Errorf("%q: the sign-in page leads to %q", to, got)
		}
		p = b.post(t, "/theme", url.Values{"theme": {"dark"}, "return_to": {to}}).must(t, http.StatusSeeOther)
		if got := p.header.Get("Location"); got != "/" {
			t.Errorf("%q: the theme leads to %q", to, got)
		}
	}
}
