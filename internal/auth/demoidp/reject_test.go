package demoidp_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/demoidp"
)

// authorize returns the address of a valid authorization request with the change.
func (d *demo) authorize(change func(url.Values)) string {
	challenge := sha256.Sum256([]byte(auth.NewSecret()))
	query := url.Values{
		"client_id": {"console"}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid"},
		"state": {"s"}, "nonce": {"n"}, "code_challenge_method": {"S256"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])},
	}
	change(query)
	return d.server.URL + "/authorize?" + query.Encode()
}

func TestRefusedRequest(t *testing.T) {
	t.Parallel()
	d, b := newDemo(t), newBrowser(t)
	for circumstance, test := range map[string]struct {
		change func(url.Values)
		want   string // the error returned to the console; empty: an error page
	}{
		"of another client":            {func(q url.Values) { q.Set("client_id", "<script>") }, ""},
		"to another place":             {func(q url.Values) { q.Set("redirect_uri", "http://127.0.0.1:1/<script>") }, ""},
		"without anything":             {func(q url.Values) { clear(q) }, ""},
		"without PKCE":                 {func(q url.Values) { q.Del("code_challenge"); q.Del("code_challenge_method") }, "invalid_request"},
		"with PKCE in plain":           {func(q url.Values) { q.Set("code_challenge_method", "plain") }, "invalid_request"},
		"for a token in the address":   {func(q url.Values) { q.Set("response_type", "id_token token") }, ""},
		"that must not show a page":    {func(q url.Values) { q.Set("prompt", "none") }, "login_required"},
		"with an object of parameters": {func(q url.Values) { q.Set("request", "e30.e30.") }, "request_not_supported"},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			res, body := b.do(t, http.MethodGet, d.authorize(test.change), nil)
			if test.want == "" {
				mustBeRefused(t, res, body)
				return
			}
			to, err := res.Location()
			if err != nil {
				t.Fatalf("not sent back: %s\n%s", res.Status, body)
			}
			if got := to.Query().Get("error"); got != test.want || to.Query().Has("code") {
				t.Errorf("got %s, want %s", to, test.want)
			}
		})
	}
}

// mustBeRefused fails the test unless the response is the error page.
func mustBeRefused(t *testing.T, res *http.Response, body string) {
	t.Helper()
	if res.StatusCode != http.StatusBadRequest || !strings.Contains(body, "You have not been signed in") ||
		strings.Contains(body, "<script") || res.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("got %s, want a page that refuses\n%s", res.Status, body)
	}
}

func TestRefusedChoice(t *testing.T) {
	t.Parallel()
	d, b := newDemo(t), newBrowser(t)
	start := func() string {
		_, body := b.do(t, http.MethodGet, d.authorize(func(url.Values) {}), nil)
		return requestField.FindStringSubmatch(body)[1]
	}
	chosen := start()
	b.do(t, http.MethodPost, d.server.URL+"/sign-in", url.Values{"request": {chosen}, "user_id": {"owner@example.com"}})
	for circumstance, form := range map[string]url.Values{
		"of nobody":                  {"request": {start()}, "user_id": {"nobody@example.com"}},
		"for no request":             {"user_id": {"owner@example.com"}},
		"for a request made up":      {"request": {"x"}, "user_id": {"owner@example.com"}},
		"for a request chosen for":   {"request": {chosen}, "user_id": {"unverified@example.com"}},
		"with far too much about it": {"request": {start()}, "user_id": {strings.Repeat("x", 10_000)}},
	} {
		res, body := b.do(t, http.MethodPost, d.server.URL+"/sign-in", form)
		t.Run(circumstance, func(t *testing.T) { mustBeRefused(t, res, body) })
	}
	for _, path := range []string{"/sign-in", "/sign-in?request=x", "/authorize/callback?id=x", "/end_session?post_logout_redirect_uri=http://evil.example/"} {
		res, body := b.do(t, http.MethodGet, d.server.URL+path, nil)
		t.Run(path, func(t *testing.T) { mustBeRefused(t, res, body) })
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := demoidp.Config{Issuer: "http://127.0.0.1:8081", ClientID: "c", ClientSecret: "s", RedirectURL: callback}
	for circumstance, change := range map[string]func(*demoidp.Config){
		"an address others can reach": func(c *demoidp.Config) { c.Issuer = "http://192.0.2.7:8081" },
		"every address":               func(c *demoidp.Config) { c.Issuer = "http://0.0.0.0:8081" },
		"a name":                      func(c *demoidp.Config) { c.Issuer = "http://demo.example.com" },
		"a path":                      func(c *demoidp.Config) { c.Issuer += "/idp" },
		"no issuer":                   func(c *demoidp.Config) { c.Issuer = "" },
		"no secret":                   func(c *demoidp.Config) { c.ClientSecret = "" },
	} {
		c := good
		change(&c)
		if _, err := demoidp.New(c); err == nil {
			t.Errorf("%s is accepted", circumstance)
		}
	}
}

// TestOnlyThisMachine sends requests from another machine and with another Host.
func TestOnlyThisMachine(t *testing.T) {
	t.Parallel()
	handler, err := demoidp.New(demoidp.Config{
		Issuer: "http://127.0.0.1:8081", ClientID: "c", ClientSecret: "s", RedirectURL: callback,
	})
	if err != nil {
		t.Fatal(err)
	}
	for circumstance, test := range map[string]struct {
		from, host string
		want       int
	}{
		"from here":                    {"127.0.0.1:5000", "127.0.0.1:8081", http.StatusOK},
		"from elsewhere":               {"192.0.2.7:5000", "127.0.0.1:8081", http.StatusForbidden},
		"by a name that resolves here": {"127.0.0.1:5000", "evil.example:8081", http.StatusMisdirectedRequest},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/.well-known/openid-configuration", nil)
		r.RemoteAddr, r.Host = test.from, test.host
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != test.want {
			t.Errorf("%s: got %d, want %d", circumstance, w.Code, test.want)
		}
	}
}
