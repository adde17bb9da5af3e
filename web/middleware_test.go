package web_test

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
)

func TestLogLines(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleUser).with("User-Agent", "evil\u202e").with("X-Request-Id", "mine")
	p := b.get(t, "/users/%0aann@example.com")
	var line struct{ Request, Method, Route, User, Level string }
	for text := range strings.Lines(s.log.String()) {
		if strings.Contains(text, `"msg":"request"`) {
			if err := json.Unmarshal([]byte(text), &line); err != nil {
				t.Fatal(err)
			}
		}
	}
	if line.Request != p.header.Get("X-Request-Id") || line.Request == "mine" || line.Route != "/users/:id" || !strings.HasPrefix(line.User, "usr_") {
		t.Errorf("log line: %+v", line)
	}
}

// prefixes returns networks; an empty text is none.
func prefixes(list ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, p := range list {
		if p != "" {
			all = append(all, netip.MustParsePrefix(p))
		}
	}
	return all
}

func TestSizeLimits(t *testing.T) {
	many := url.Values{}
	for i := range 1000 {
		many.Set("f"+strconv.Itoa(i), "")
	}
	tests := map[string]struct {
		form url.Values
		kind string
		want int
	}{
		"ten megabytes":         {url.Values{"name": {strings.Repeat("x", 10<<20)}}, "", http.StatusRequestEntityTooLarge},
		"a thousand fields":     {many, "", http.StatusBadRequest},
		"201 values of a field": {url.Values{"name": make([]string, 201)}, "", http.StatusBadRequest},
		"a file":                {url.Values{}, "multipart/form-data; boundary=x", http.StatusBadRequest},
		"JSON":                  {url.Values{}, "application/json", http.StatusBadRequest},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			b := s.as(t, users.RoleUser)
			if test.kind != "" {
				b = b.with("Content-Type", test.kind)
			}
			b.post(t, "/profile", test.form).must(t, test.want, "Request req_")
			if u := s.Must(t, "user@example.com"); u.Name != "User" {
				t.Errorf("the name is %q", u.Name)
			}
		})
	}
}

func TestCompression(t *testing.T) {
	t.Parallel()
	b := newSite(t).signIn(t, "owner@example.com")
	for accepted, coding := range map[string]string{
		"gzip, deflate, br, zstd": "zstd", "gzip, deflate": "gzip", "zstd;q=0.1, gzip;q=0.2": "gzip", "identity": "", "gzip;q=0": "",
	} {
		t.Run(accepted, func(t *testing.T) {
			t.Parallel()
			p := b.with("Accept-Encoding", accepted).get(t, "/profile").must(t, http.StatusOK)
			if got := p.header.Get("Content-Encoding"); got != coding {
				t.Errorf("Content-Encoding: got %q, want %q", got, coding)
			}
			if got := string(decoded(t, p)); !strings.HasSuffix(got, "</html>") {
				t.Errorf("the page ends in %q", got[max(0, len(got)-20):])
			}
			for _, want := range []string{"Accept-Encoding", "HX-Request, HX-Target"} {
				if !slices.Contains(p.header.Values("Vary"), want) {
					t.Errorf("Vary: got %q, want also %q", p.header.Values("Vary"), want)
				}
			}
		})
	}
}

func TestDemoHasOneName(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{app: func(c *web.Config) { c.Demo = true }})
	b := s.browser(t).with("Host", "localhost:8080")
	for path, want := range map[string]string{
		"/": s.server.URL + "/", "/users?q=a": s.server.URL + "/users?q=a", "/sign-in": s.server.URL + "/sign-in", "/healthz": "", "//evil.test": "",
	} {
		if got := b.get(t, s.server.URL+path).header.Get("Location"); got != want {
			t.Errorf("%s: leads to %q, want %q", path, got, want)
		}
	}
	s.browser(t).get(t, "/").must(t, http.StatusOK, "Sign in")
	s.browser(t).with("Host", "127.0.0.1:7331").get(t, "/").must(t, http.StatusOK, "Sign in") // by way of make watch
}

func TestOriginBehindAProxy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t).with("Host", "backend:8080").with("Sec-Fetch-Site", "")
	b.with("Origin", s.server.URL).post(t, "/theme", url.Values{"theme": {"dark"}}).must(t, http.StatusSeeOther)
	b.with("Origin", "http://backend").post(t, "/theme", url.Values{"theme": {"dark"}}).must(t, http.StatusForbidden)
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	for _, path := range []string{"/healthz", "/readyz"} {
		p := b.get(t, path).must(t, http.StatusOK)
		if got := p.header.Get("Content-Type"); got != "text/plain; charset=UTF-8" {
			t.Errorf("%s: Content-Type %q", path, got)
		}
	}
	b.do(t, http.MethodHead, "/healthz", nil).must(t, http.StatusOK)
	s.app.Drain()
	b.get(t, "/readyz").must(t, http.StatusServiceUnavailable)
	b.get(t, "/healthz").must(t, http.StatusOK)
	b.get(t, "/sign-in").must(t, http.StatusOK)
}
