package web_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
)

// pageHeaders are those of every answer over https.
var pageHeaders = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; " +
		"img-src 'self' https://pictures.example.com; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options":      "nosniff",
	"Referrer-Policy":             "same-origin",
	"Cross-Origin-Opener-Policy":  "same-origin",
	"Strict-Transport-Security":   "max-age=31536000; includeSubDomains",
	"Access-Control-Allow-Origin": "",
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{tls: true})
	owner, stranger := s.signIn(t, "owner@example.com"), s.browser(t)
	stylesheet := ""
	for _, l := range owner.get(t, "/profile").nodes(t, "link") {
		if attr(l, "rel") == "stylesheet" {
			stylesheet = attr(l, "href")
		}
	}
	answers := map[string]page{
		"asset":               stranger.get(t, stylesheet).must(t, http.StatusOK),
		"no asset":            stranger.get(t, "/static/none").must(t, http.StatusNotFound),
		"not found":           stranger.get(t, "/none").must(t, http.StatusNotFound),
		"method":              stranger.do(t, http.MethodPut, "/profile", nil).must(t, http.StatusMethodNotAllowed),
		"too large":           stranger.post(t, "/theme", url.Values{"theme": {strings.Repeat("x", 2<<20)}}).must(t, http.StatusRequestEntityTooLarge),
		"another site's form": owner.with("Sec-Fetch-Site", "cross-site").post(t, "/profile", nil).must(t, http.StatusForbidden),
	}
	for _, r := range s.app.Routes() {
		if r.Path == "/sign-out/backchannel" { // see TestBackchannelRefuses
			continue
		}
		owner = s.signIn(t, "owner@example.com") // who may have just signed out
		answers[r.Method+" "+r.Path] = owner.with("Origin", "https://evil.test").do(t, r.Method, s.targetOf(t, r.Path), url.Values{})
		answers[r.Method+" "+r.Path+", signed out"] = stranger.do(t, r.Method, s.targetOf(t, r.Path), url.Values{})
	}
	for name, p := range answers {
		t.Run(name, func(t *testing.T) { checkHeaders(t, name, p) })
	}
}

// checkHeaders reports what the headers of an answer lack. Assets alone are kept by the
// browser, and may do nothing at all by themselves.
func checkHeaders(t *testing.T, name string, p page) {
	t.Helper()
	for header, want := range pageHeaders {
		if name == "asset" && header == "Content-Security-Policy" {
			want = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
		}
		if got := p.header.Get(header); got != want {
			t.Errorf("%s: got %q, want %q", header, got, want)
		}
	}
	want := "no-store"
	if name == "asset" {
		want = "public, max-age=31536000, immutable"
	}
	if got := p.header.Get("Cache-Control"); got != want {
		t.Errorf("Cache-Control: got %q, want %q", got, want)
	}
	if document := strings.HasPrefix(p.header.Get("Content-Type"), "text/html"); document != (p.header.Get("Permissions-Policy") != "") {
		t.Errorf("Permissions-Policy: got %q, want it with documents alone", p.header.Get("Permissions-Policy"))
	}
	if kind := p.header.Get("Content-Type"); p.body != "" && !strings.Contains(strings.ToLower(kind), "; charset=utf-8") {
		t.Errorf("Content-Type: got %q", kind)
	}
	for _, line := range p.header.Values("Set-Cookie") {
		checkCookie(t, line)
	}
}

// checkCookie reports a cookie that another host, a script or plain http could get
// at.
func checkCookie(t *testing.T, line string) {
	t.Helper()
	c, err := http.ParseSetCookie(line)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("cookie: %s", line)
	}
}

func TestCookiesOverPlainHTTP(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	b := s.browser(t)
	s.op.SignsIn(person("ana@example.com"))
	p := b.get(t, b.callback(t)).must(t, http.StatusSeeOther)
	for _, c := range (&http.Response{Header: p.header}).Cookies() {
		if strings.HasPrefix(c.Name, "__Host-") || c.Secure || !c.HttpOnly {
			t.Errorf("cookie: %s", c)
		}
	}
	if got := p.header.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("Strict-Transport-Security over plain http: %q", got)
	}
}

func TestEveryPageCanBeLeft(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	for _, r := range s.app.Routes() {
		if r.Method != http.MethodGet || r.Plain || r.Path == "/" {
			continue
		}
		b.get(t, s.pageAt(t, r.Path)).must(t, http.StatusOK).form(t, "/sign-out")
	}
	b.get(t, "/none").must(t, http.StatusNotFound).form(t, "/sign-out")
}

func TestClientAddress(t *testing.T) {
	const proxy = "127.0.0.0/8" // where the test itself comes from
	tests := map[string]struct {
		trusted string
		headers []string
		want    string
	}{
		"nobody is trusted":          {"", []string{"203.0.113.9"}, "127.0.0.1"},
		"a trusted proxy":            {proxy, []string{"203.0.113.9"}, "203.0.113.9"},
		"a chain with a lie":         {proxy, []string{"198.51.100.1, 203.0.113.9"}, "203.0.113.9"},
		"two headers":                {proxy, []string{"198.51.100.1", "203.0.113.9"}, "203.0.113.9"},
		"two proxies":                {proxy, []string{"203.0.113.9, 127.0.0.2"}, "203.0.113.9"},
		"an IPv6 client":             {proxy, []string{"2001:db8::1"}, "2001:db8::1"},
		"not an address":             {proxy, []string{"<script>"}, "127.0.0.1"},
		"not an address in between":  {proxy, []string{"203.0.113.9, x, 127.0.0.2"}, "127.0.0.2"},
		"nothing said by the proxy":  {proxy, nil, "127.0.0.1"},
		"an IPv4 address inside six": {proxy, []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, siteOptions{app: func(c *web.Config) { c.TrustedProxies = prefixes(test.trusted) }})
			s.Invited(t, "ana@example.com", users.RoleUser)
			b := s.browser(t)
			s.op.SignsIn(person("ana@example.com"))
			callback := b.callback(t)
			b.header["X-Forwarded-For"] = test.headers
			b.get(t, callback).must(t, http.StatusSeeOther)
			page, err := s.History.Events(t.Context(), s.Owner, history.Query{Target: "ana@example.com", Action: users.ActionStarted})
			if err != nil {
				t.Fatal(err)
			}
			if got := page.Events[0].Address; got != test.want {
				t.Errorf("recorded address: got %s, want %s", got, test.want)
			}
		})
	}
}

// TestUserAgentIsPlain: what a browser calls itself is kept for ever, and read by
// people.
func TestUserAgentIsPlain(t *testing.T) {
	tests := map[string]struct{ sent, want string }{
		"turned round": {"Fire\u202efox\t\u2066", "Firefox "},
		"too long":     {"\u202eFirefox " + strings.Repeat("ö", 1000), "Firefox " + strings.Repeat("ö", 194)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.Invited(t, "ana@example.com", users.RoleUser)
			s.browser(t).with("User-Agent", test.sent).signInAt(t, person("ana@example.com"), "/").must(t, http.StatusOK)
			page, err := s.History.Events(t.Context(), s.Owner, history.Query{Target: "ana@example.com", Action: users.ActionStarted})
			if err != nil {
				t.Fatal(err)
			}
			if got := page.Events[0].UserAgent; !strings.HasPrefix(got, test.want) || len(got) > 400 {
				t.Errorf("recorded: %d bytes, %q", len(got), got)
			}
		})
	}
}

// TestMalformedRequests sends requests whose end a proxy may see elsewhere than
// the console does: no other is read after them.
func TestMalformedRequests(t *testing.T) {
	const smuggled = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
	tests := map[string]string{
		"length and chunks":  "POST /theme HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"two lengths":        "POST /theme HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
		"two hosts":          "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
		"a name with spaces": "GET / HTTP/1.1\r\nHost: x\r\nA B: c\r\n\r\n",
	}
	for name, request := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", newSite(t).server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprint(conn, request+smuggled)
			_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
			answer, err := io.ReadAll(conn) // until it is closed
			if line, _, _ := strings.Cut(string(answer), "\n"); !strings.Contains(line, " 400 ") {
				t.Errorf("got %q, want 400", line)
			}
			if n := strings.Count(string(answer), "HTTP/1.1 "); n != 1 || errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("got %d answers and %v, want one and the end", n, err)
			}
		})
	}
}
