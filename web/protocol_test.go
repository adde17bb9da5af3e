package web_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/roboto-ai/console/web"
)

// An envelope is an error of the API, with every key that it may have.
type envelope struct {
	Error     map[string]string `json:"error"`
	RequestID string            `json:"request_id"`
}

// mustFail fails the test unless the page is an error of the API with that status and code,
// in the envelope of the SDK.
func (p page) mustFail(t *testing.T, status int, code string) {
	t.Helper()
	var e envelope
	decoder := json.NewDecoder(strings.NewReader(p.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&e); err != nil {
		t.Fatalf("%s: %v in %q", p.url, err, p.body)
	}
	if p.status != status || e.Error["error_code"] != code || e.Error["message"] == "" || len(e.Error) != 2 {
		t.Errorf("%s: got status %d and %v, want %d and %s", p.url, p.status, e.Error, status, code)
	}
	if e.RequestID == "" || e.RequestID != p.header.Get("X-Request-Id") || p.header.Get("Content-Type") != "application/json" {
		t.Errorf("%s: request_id %q, headers %v", p.url, e.RequestID, p.header)
	}
	for _, name := range []string{"Set-Cookie", "Location"} {
		if p.header.Get(name) != "" {
			t.Errorf("%s: %s: %q", p.url, name, p.header.Get(name))
		}
	}
	for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Cache-Control"} {
		if p.header.Get(name) == "" {
			t.Errorf("%s: no %s", p.url, name)
		}
	}
}

// TestProtocolHasNoPages asks for what the API has not got, with every method, as a browser
// that is signed in and from another site: each gets the envelope, and no page of ours.
func TestProtocolHasNoPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com").with("Sec-Fetch-Site", "cross-site").with("Origin", "https://other.example")
	for _, path := range []string{"/v1", "/v1/", "/v1/nothing", "//v1/nothing", "/v1//nothing", "/v1/../users", "/v1/a%2Fb"} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, "FOO"} {
			if p := b.do(t, method, path, nil); p.status != http.StatusUnauthorized {
				p.mustFail(t, http.StatusNotFound, "RobotoNotFoundException")
			}
		}
	}
	if p := b.get(t, "/v1x"); p.status != http.StatusNotFound || !strings.Contains(p.body, "<html") {
		t.Errorf("a path that only begins like the API: got status %d", p.status)
	}
}

// TestProtocolErrorsOfTheFrame causes each error that the frame answers by itself.
func TestProtocolErrorsOfTheFrame(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.get(t, "/v1/x?"+strings.Repeat("a&", 300)).mustFail(t, http.StatusBadRequest, "RobotoInvalidRequestException")

	s.app.ServeAt("/v1", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("of a test") }))
	b.get(t, "/v1/x").mustFail(t, http.StatusInternalServerError, "RobotoInternalException")
	if !strings.Contains(s.log.String(), `"msg":"fault"`) {
		t.Error("the fault is not in the log")
	}

	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/x", io.NopCloser(strings.NewReader("{}")))
	r.ContentLength, r.TransferEncoding = -1, []string{"chunked"}
	s.recorded(t, r).mustFail(t, http.StatusBadRequest, "RobotoInvalidRequestException")

	s.app.SetBudget(1)
	r = httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/x", nil)
	r.Header.Set("X-Large", strings.Repeat("x", 8<<10))
	p := s.recorded(t, r)
	p.mustFail(t, http.StatusServiceUnavailable, "RobotoInternalException")
	if p.header.Get("Retry-After") == "" {
		t.Error("it does not say when to try again")
	}
}

// recorded answers a request without a connection.
func (s *site) recorded(t *testing.T, r *http.Request) page {
	t.Helper()
	w := httptest.NewRecorder()
	s.app.Handler().ServeHTTP(w, r)
	return page{status: w.Code, header: w.Header(), body: w.Body.String(), url: r.URL}
}

// TestProtocolPath hands the handler of a protocol the path as it was sent, without the
// second of two leading slashes, and takes the route of the log line from it.
func TestProtocolPath(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	s.app.ServeAt("/v1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		web.NoteRoute(r, "/v1/users/id/{id}", "usr_of_a_test")
		_, _ = io.WriteString(w, r.URL.EscapedPath())
	}))
	for sent, want := range map[string]string{
		"//v1/users/id/a%2Bb%40example.com": "/v1/users/id/a%2Bb%40example.com",
		"/v1/users/id/svc%2Fone":            "/v1/users/id/svc%2Fone",
		"/v1/users/id/a+b":                  "/v1/users/id/a+b",
	} {
		if got := b.get(t, sent).body; got != want {
			t.Errorf("%s: the handler sees %q, want %q", sent, got, want)
		}
	}
	if log := s.log.String(); !strings.Contains(log, `"route":"/v1/users/id/{id}"`) || !strings.Contains(log, `"user":"usr_of_a_test"`) {
		t.Error("the log line has another route or user")
	}
}

// TestProtocolBody reads bodies for a protocol: whole, too large, and cut short.
func TestProtocolBody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.app.ServeAt("/v1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := web.ReadAPIBody(w, r, 100)
		if err != nil {
			s.app.Fail(w, r, err)
			return
		}
		_, _ = w.Write(body)
	}))
	send := func(body string, length int64) page {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/x", strings.NewReader(body))
		r.ContentLength = length
		return s.recorded(t, r)
	}
	if p := send(`{"a":1}`, 7); p.body != `{"a":1}` || p.header.Get("Connection") != "" {
		t.Errorf("got %q with %v", p.body, p.header)
	}
	send(strings.Repeat("x", 101), 101).mustFail(t, http.StatusRequestEntityTooLarge, "RobotoInvalidRequestException")
	send("cut", 50).mustFail(t, http.StatusBadRequest, "RobotoInvalidRequestException")
}

// TestProtocolOfTheDemo is served under any host name: programs are not led to another one,
// as pages are.
func TestProtocolOfTheDemo(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{app: func(c *web.Config) { c.Demo = true }})
	if p := s.browser(t).with("Host", "localhost:8080").get(t, "/v1/nothing"); p.header.Get("Location") != "" || p.status/100 != 4 {
		t.Errorf("got status %d to %q", p.status, p.header.Get("Location"))
	}
}
