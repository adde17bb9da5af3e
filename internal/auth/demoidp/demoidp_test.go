package demoidp_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/demoidp"
)

const (
	callback  = "http://127.0.0.1:1/sign-in/callback" // nothing listens there
	signedOut = "http://127.0.0.1:1/signed-out"
)

var people = []demoidp.Person{
	{UserID: "owner@example.com", Name: "Olga Owner", Description: "Sees everything.", EmailVerified: true, TimeZone: "Europe/Berlin"},
	{UserID: "unverified@example.com", Name: "Una <b>", Description: "Is refused."},
}

// A demo is a running provider that can be restarted.
type demo struct {
	server  *httptest.Server
	handler atomic.Pointer[http.Handler]
	config  demoidp.Config
}

// newDemo serves a provider until the test ends.
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

// start starts the provider with a new key and empty storage.
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

// A browser keeps cookies and does not follow redirects to the console.
type browser struct{ *http.Client }

// newBrowser returns a browser without cookies.
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

// do returns the response to a request and its body.
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

// choose opens the sign-in page at address, chooses the person and returns the query of the
// redirect to the console.
func (b browser) choose(t *testing.T, address, userID string) url.Values {
	t.Helper()
	page, body := b.do(t, http.MethodGet, address, nil)
	field := requestField.FindStringSubmatch(body)
	if page.StatusCode != http.StatusOK || field == nil {
		t.Fatalf("no page to choose a person: %s\n%s", page.Status, body)
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

// signIn signs in as the person and returns the identity.
func (b browser) signIn(t *testing.T, p *auth.Provider, userID string) auth.Identity {
	t.Helper()
	address, attempt, err := p.Begin(t.Context(), auth.BeginOptions{})
	if err != nil {
		t.Fatal(err)
	}
	id, err := p.Complete(t.Context(), attempt, b.choose(t, address, userID))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestSignIn signs in with the console's client, before and after a restart of the provider.
func TestSignIn(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	p, b := d.provider(), newBrowser(t)
	got := b.signIn(t, p, "owner@example.com")
	want := auth.Identity{
		Issuer: d.server.URL, Subject: got.Subject, Address: "owner@example.com", Verified: new(true),
		Name: "Olga Owner", TimeZone: "Europe/Berlin", IssuedAt: got.IssuedAt, AuthTime: got.AuthTime, Claims: got.Claims,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("owner (-want +got):\n%s", diff)
	}
	if time.Since(got.AuthTime).Abs() > time.Hour {
		t.Errorf("authenticated at %s", got.AuthTime)
	}
	unverified := b.signIn(t, p, "unverified@example.com")
	if unverified.Verified == nil || *unverified.Verified {
		t.Error("the address of unverified@example.com is not called unverified")
	}

	d.start(t) // new keys, which the client has to fetch
	again := b.signIn(t, p, "owner@example.com")
	if got.Subject != again.Subject || got.Subject == unverified.Subject {
		t.Errorf("got subjects %q, %q and %q, want one for each person, the same after a restart", got.Subject, unverified.Subject, again.Subject)
	}

	for circumstance, hint := range map[string]string{"with a hint": again.Address, "without one": ""} {
		res, body := b.do(t, http.MethodGet, p.SignOutURL(t.Context(), hint, "state-1"), nil)
		if to := res.Header.Get("Location"); to != signedOut+"?state=state-1" {
			t.Errorf("sign out %s: got %s to %q\n%s", circumstance, res.Status, to, body)
		}
	}
}

func TestSignInPage(t *testing.T) {
	t.Parallel()
	d, b := newDemo(t), newBrowser(t)
	address, _, err := d.provider().Begin(t.Context(), auth.BeginOptions{})
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

// TestCodeIsGoodOnce uses a code twice, and one with another verifier.
func TestCodeIsGoodOnce(t *testing.T) {
	t.Parallel()
	d, b := newDemo(t), newBrowser(t)
	p := d.provider()
	address, attempt, err := p.Begin(t.Context(), auth.BeginOptions{})
	if err != nil {
		t.Fatal(err)
	}
	query := b.choose(t, address, "owner@example.com")
	for i, want := range []bool{true, false} {
		if _, err := p.Complete(t.Context(), attempt, query); (err == nil) != want {
			t.Errorf("use %d: got %v", i+1, err)
		}
	}
	address, attempt, err = p.Begin(t.Context(), auth.BeginOptions{})
	if err != nil {
		t.Fatal(err)
	}
	query = b.choose(t, address, "owner@example.com")
	attempt.Verifier = auth.NewSecret()
	if _, err := p.Complete(t.Context(), attempt, query); err == nil {
		t.Error("a code is redeemed without its verifier")
	}
}
