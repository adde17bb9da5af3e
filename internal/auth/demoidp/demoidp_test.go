package demoidp_test

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/demoidp"
)

const (
	callback  = "http://127.0.0.1:1/sign-in/callback" // nobody is there, and nobody goes
	signedOut = "http://127.0.0.1:1/signed-out"
)

var people = []demoidp.Person{
	{UserID: "owner@example.com", Name: "Olga Owner", Says: "Sees everything.", EmailVerified: true, TimeZone: "Europe/Berlin"},
	{UserID: "unverified@example.com", Name: "Una <b>", Says: "Is refused."},
}

// A demo is a provider that is being served, and can be started again.
type demo struct {
	server  *httptest.Server
	handler atomic.Pointer[http.Handler]
	config  demoidp.Config
}

func newDemo(t *testing.T) *demo {
	t.Helper()
	d := &demo{}
	d.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		(*d.handler.Load()).ServeHTTP(w, r)
	}))
	t.Cleanup(d.server.Close)
	d.config = demoidp.Config{
		Issuer: d.server.URL, ClientID: "console", ClientSecret: "s3cret", RedirectURL: callback,
		PostLogoutURL: signedOut, People: people, Org: "Acme", Stylesheet: "/static/console.css",
	}
	d.start(t)
	return d
}

// start starts the provider, with keys of its own and nobody under way.
func (d *demo) start(t *testing.T) {
	t.Helper()
	handler, err := demoidp.New(d.config)
	if err != nil {
		t.Fatal(err)
	}
	d.handler.Store(&handler)
}

// provider returns the console's client of the provider.
func (d *demo) provider() *auth.Provider {
	return auth.NewProvider(auth.Config{
		Issuer: d.server.URL, ClientID: "console", ClientSecret: "s3cret",
		RedirectURL: callback, PostLogoutURL: signedOut,
	})
}

// A browser keeps cookies and stops short of the console.
type browser struct{ *http.Client }

func newBrowser(t *testing.T) browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return browser{&http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host == "127.0.0.1:1" {
			return http.ErrUseLastResponse
		}
		return nil
	}}}
}

// do returns the answer to a request and its body.
func (b browser) do(t *testing.T, method, address string, form url.Values) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

var requestField = regexp.MustCompile(`name="request" value="([^"]+)"`)

// choose goes to the address that a sign-in begins at, chooses the person and
// returns what the browser would bring to the console.
func (b browser) choose(t *testing.T, address, userID string) url.Values {
	t.Helper()
	page, body := b.do(t, http.MethodGet, address, nil)
	field := requestField.FindStringSubmatch(body)
	if page.StatusCode != http.StatusOK || field == nil {
		t.Fatalf("no page to choose on: %s\n%s", page.Status, body)
	}
	form := page.Request.URL.ResolveReference(&url.URL{Path: "/sign-in"}).String()
	back, body := b.do(t, http.MethodPost, form, url.Values{"request": {field[1]}, "user_id": {userID}})
	to, err := back.Location()
	if err != nil || !strings.HasPrefix(to.String(), callback+"?") {
		t.Fatalf("not sent back to the console: %s %v\n%s", back.Status, to, body)
	}
	if cookies := b.Jar.Cookies(page.Request.URL); len(cookies) != 0 {
		t.Errorf("the provider sets cookies, which the console would get: %v", cookies)
	}
	return to.Query()
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	p, b := d.provider(), newBrowser(t)
	var subjects []string
	signIn := func(userID string) auth.Identity {
		t.Helper()
		address, attempt, err := p.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		id, err := p.Complete(t.Context(), attempt, b.choose(t, address, userID))
		if err != nil {
			t.Fatal(err)
		}
		subjects = append(subjects, id.Subject)
		return id
	}

	got := signIn("owner@example.com")
	want := auth.Identity{
		Issuer: d.server.URL, Subject: got.Subject, Address: "owner@example.com", Verified: new(true),
		Name: "Olga Owner", TimeZone: "Europe/Berlin", IDToken: got.IDToken,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("owner (-want +got):\n%s", diff)
	}
	if unverified := signIn("unverified@example.com"); unverified.Verified == nil || *unverified.Verified {
		t.Error("the address of unverified@example.com is not called unverified")
	}

	d.start(t) // new keys, which the console has to fetch
	signIn("owner@example.com")
	if subjects[0] != subjects[2] || subjects[0] == subjects[1] {
		t.Errorf("got subjects %q, want one for each person, the same after a restart", subjects)
	}

	for circumstance, idToken := range map[string]string{"signed in": signIn("owner@example.com").IDToken, "signed in before a restart": got.IDToken, "without a token": ""} {
		res, body := b.do(t, http.MethodGet, p.SignOutURL(t.Context(), idToken, "state-1"), nil)
		if to := res.Header.Get("Location"); to != signedOut+"?state=state-1" {
			t.Errorf("sign out %s: got %s to %q\n%s", circumstance, res.Status, to, body)
		}
	}
}

func TestSignInPage(t *testing.T) {
	t.Parallel()
	d, b := newDemo(t), newBrowser(t)
	address, _, err := d.provider().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	res, body := b.do(t, http.MethodGet, address, nil)
	for _, want := range []string{
		`name="user_id" value="owner@example.com"`, "Olga Owner", "Sees everything.", "Una &lt;b&gt;",
		`<form method="post" action="/sign-in"`, `href="/static/console.css"`, "Acme",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in the page", want)
		}
	}
	if strings.Contains(body, "<script") || strings.Contains(body, "style=") {
		t.Error("the page has scripts or styles within")
	}
	policy := res.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "form-action 'self' http://127.0.0.1:1;", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("no %s in the policy %s", want, policy)
		}
	}
	if strings.Contains(policy, "unsafe") || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("got policy %s, Cache-Control %s", policy, res.Header.Get("Cache-Control"))
	}
	css, rules := b.do(t, http.MethodGet, d.server.URL+"/demo.css", nil)
	if css.StatusCode != http.StatusOK || !strings.Contains(rules, ".person") {
		t.Errorf("the page's own rules: %s", css.Status)
	}
}

// authorize returns the address of a good request to sign in, changed.
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
		want   string // the error the console gets; empty: a page for the person instead
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

// mustBeRefused fails the test unless the answer is the page that says no.
func mustBeRefused(t *testing.T, res *http.Response, body string) {
	t.Helper()
	if res.StatusCode != http.StatusBadRequest || !strings.Contains(body, "Nobody has been signed in") ||
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

func TestCodeIsGoodOnce(t *testing.T) {
	t.Parallel()
	d, b := newDemo(t), newBrowser(t)
	p := d.provider()
	address, attempt, err := p.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	query := b.choose(t, address, "owner@example.com")
	for i, want := range []bool{true, false} {
		if _, err := p.Complete(t.Context(), attempt, query); (err == nil) != want {
			t.Errorf("use %d: got %v", i+1, err)
		}
	}
	address, attempt, err = p.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	query = b.choose(t, address, "owner@example.com")
	attempt.Verifier = auth.NewSecret()
	if _, err := p.Complete(t.Context(), attempt, query); err == nil {
		t.Error("a code is redeemed without its verifier")
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
