package web_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
)

// TestValuesAreNotRepeatedAtLength posts and asks for what is too long, everywhere: no response repeats
// more of it than its field may hold.
func TestValuesAreNotRepeatedAtLength(t *testing.T) {
	t.Parallel()
	long := strings.Repeat(`"`, 15_000)
	eachForm(t, func(t *testing.T, f readyForm) {
		for name := range f.values {
			if name == "form" || name == "version" {
				continue
			}
			repeatsLittle(t, name, f.b.post(t, f.to, set(f.values, name, long)))
			repeatsLittle(t, "look-up of "+name, f.b.post(t, "/forms/look-up", url.Values{
				"to": {f.to}, "form": f.values["form"], "value." + name: {long}, "value." + long: {"x"},
			}))
		}
		repeatsLittle(t, "unknown field", f.b.post(t, f.to, set(f.values, long, "x")))
	})
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	export := b.get(t, "/users/export").form(t, "/users/export")
	for _, name := range []string{"q", "type", "role", "status", "seen", "created", "view", "sort", "format", "export"} {
		repeatsLittle(t, "export by "+name, b.post(t, "/users/export", set(export, name, long)))
	}
	asked := url.QueryEscape(strings.Repeat(`"`, 9000))
	for _, path := range []string{"/users", "/audit", "/users/export", "/users/new", "/service-users/new", "/sign-in", "/users/export/progress"} {
		for _, name := range []string{"q", "type", "role", "view", "sort", "seen", "after", "before", "actor", "target", "action", "from", "to", "name", "user_id", "return_to", "export"} {
			repeatsLittle(t, path+" by "+name, b.get(t, path+"?"+name+"="+asked))
		}
	}
}

// repeatsLittle reports a page that repeats more of quotes than any field may hold.
func repeatsLittle(t *testing.T, what string, p page) {
	t.Helper()
	for _, quote := range []string{`"`, "&#34;", "&quot;", "%22", `\"`} {
		if strings.Contains(p.body, strings.Repeat(quote, 4200)) || len(p.body) > 256<<10 {
			t.Errorf("%s: %d bytes with status %d", what, len(p.body), p.status)
		}
	}
	for name, values := range p.header {
		if n := len(strings.Join(values, "")); n > 8<<10 {
			t.Errorf("%s: header %s has %d bytes", what, name, n)
		}
	}
}

// TestLongValueIsStillTooLong shows a value that is too long again: cut, and refused
// once more.
func TestLongValueIsStillTooLong(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleUser)
	form := set(b.get(t, "/profile").form(t, "/profile"), "name", strings.Repeat("ö", 5000))
	p := b.post(t, "/profile", form).must(t, http.StatusUnprocessableEntity)
	again := p.form(t, "/profile")
	if got := again.Get("name"); got != strings.Repeat("ö", users.MaxName+1) {
		t.Errorf("the name is shown again with %d bytes", len(got))
	}
	b.post(t, "/profile", again).must(t, http.StatusUnprocessableEntity)
}

func TestSearchIsTooLong(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	for _, path := range []string{"/users", "/audit"} {
		b.get(t, path+"?q="+url.QueryEscape(strings.Repeat("é", 200))).must(t, http.StatusOK)
		for _, n := range []int{201, 5000} {
			b.get(t, path+"?q="+url.QueryEscape(strings.Repeat("é", n))).must(t, http.StatusUnprocessableEntity, "at most 200 characters")
		}
	}
}

// TestMethodInTheLog: a client may make up a method of any length.
func TestMethodInTheLog(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	conn := s.sendHead(t, strings.Repeat("X", 60_000), "/profile", "", formType, 0, "")
	if res := answered(t, conn); res != nil && res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("got status %d", res.StatusCode)
	}
	_ = conn.Close()
	s.server.Close() // the line is written
	if log := s.log.String(); strings.Contains(log, strings.Repeat("X", 17)) || !strings.Contains(log, `"method":"XXXXXXXXXXXXXXXX"`) {
		t.Errorf("the log has %d bytes", len(log))
	}
}

// TestContentTypes walks all routes, with what they do not serve: each response is of the
// type that it says.
func TestContentTypes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	answers := map[string]page{}
	for _, r := range s.app.Routes() {
		for _, b := range []*browser{s.signIn(t, "owner@example.com"), s.browser(t)} {
			answers[r.Method+" "+r.Path] = b.do(t, r.Method, s.targetOf(t, r.Path), url.Values{})
			checkType(t, r.Method+" "+r.Path, answers[r.Method+" "+r.Path])
		}
	}
	for _, path := range []string{"/static/none", "/static/console.css", "/static/", "/static/none.js", "/none", "/favicon.ico", "/users/none@example.com", "/profile/data?x"} {
		p := s.browser(t).get(t, path)
		checkType(t, path, p)
		if strings.HasPrefix(path, "/static/") {
			p.must(t, http.StatusNotFound, "Not found")
		}
	}
}

// checkType reports a response of another type than its header says.
func checkType(t *testing.T, what string, p page) {
	t.Helper()
	kind, html := p.header.Get("Content-Type"), strings.HasPrefix(strings.ToLower(p.body), "<!doctype html")
	if html != strings.HasPrefix(kind, "text/html") && !strings.HasPrefix(p.body, "<") {
		t.Errorf("%s: %s is not what it sends: %.60q", what, kind, p.body)
	}
	if html && kind != "text/html; charset=UTF-8" {
		t.Errorf("%s: a page of the type %q", what, kind)
	}
}

// TestDemoUnderAnotherName asks the demo for what cannot be led to its own name.
func TestDemoUnderAnotherName(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{app: func(c *web.Config) { c.Demo = true }})
	b := s.browser(t).with("Host", "evil.test")
	for _, test := range []struct{ method, path string }{
		{"POST", "/theme"}, {"POST", "/profile"}, {"PUT", "/users"}, {"GET", `/sign-in/start?x=\`}, {"HEAD", `/sign-in/start?x=\`}, {"GET", "//evil.test"}, {"POST", "/healthz"},
	} {
		p := b.do(t, test.method, s.server.URL+test.path, url.Values{"theme": {"dark"}})
		if p.status != http.StatusMisdirectedRequest || p.header.Get("Location") != "" || len(p.header.Values("Set-Cookie")) > 0 {
			t.Errorf("%s %s: status %d, %v", test.method, test.path, p.status, p.header)
		}
	}
	if p := b.do(t, "HEAD", "/sign-in", nil); p.status != http.StatusSeeOther || p.header.Get("Location") != s.server.URL+"/sign-in" {
		t.Errorf("HEAD: status %d", p.status)
	}
}

// TestHead asks for headers alone: they are those of GET, and there is no body.
func TestHead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, s.server.URL+"/sign-in", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK || len(body) > 0 || res.ContentLength < 1000 {
		t.Errorf("got status %d, %d bytes, Content-Length %d", res.StatusCode, len(body), res.ContentLength)
	}
}
