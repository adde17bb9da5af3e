package web_test

import (
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
	"github.com/roboto-ai/console/web"
)

// A site is a whole console in a test: its handler behind a real server, a
// database of its own, and a provider to sign in with. Its directory holds
// owner@example.com and whom the test adds.
type site struct {
	*userstest.Directory
	app    *web.App
	op     *authtest.Provider
	server *httptest.Server
	log    *logBuffer

	patience       time.Duration // with the provider
	providerOption func(*auth.Config)

	targets atomic.Int64 // made so far
	secrets sync.Map     // of the tokens that [site.token] issued, by their ids
}

// siteOptions are what a test may want otherwise.
type siteOptions struct {
	users     users.Config
	directory directory.Config
	url       string // of the database, if it has to be this one
	tls       bool
	app       func(*web.Config)
	provider  func(*auth.Config)
	server    func(*http.Server)

	patience time.Duration // with each call to the provider; zero: as usual
}

// newSite starts a console that lives as long as the test.
func newSite(t testing.TB, options ...siteOptions) *site {
	t.Helper()
	var o siteOptions
	if len(options) > 0 {
		o = options[0]
	}
	if o.url == "" {
		o.url = databasetest.ServedURL(t)
	}
	o.users.DeletionGrace = users.DefaultDeletionGrace
	s := &site{Directory: userstest.NewAt(t, o.url, o.users), op: authtest.New(t), log: &logBuffer{out: t.Output()}, patience: o.patience}
	s.Directory.Directory = directory.New(s.DB, s.Service, o.directory)
	s.op.SetClock(s.Clock.Now)
	s.server = httptest.NewUnstartedServer(nil)
	base := &url.URL{Scheme: "http", Host: s.server.Listener.Addr().String()}
	if o.tls {
		base.Scheme = "https"
	}
	s.providerOption = o.provider
	config := s.config(base)
	if o.app != nil {
		o.app(&config)
	}
	app, err := web.New(config)
	if err != nil {
		t.Fatal(err)
	}
	s.app, s.server.Config.Handler = app, app.Handler()
	if o.server != nil {
		o.server(s.server.Config)
	}
	if o.tls {
		s.server.StartTLS()
	} else {
		s.server.Start()
	}
	t.Cleanup(s.server.Close)
	return s
}

// version returns the version of a user's record, as a form has it.
func (s *site) version(t testing.TB, id users.ID) string {
	t.Helper()
	return strconv.FormatInt(s.Must(t, id).Version, 10)
}

// config returns the settings of a site at base, whose directory and provider are
// already there.
func (s *site) config(base *url.URL) web.Config {
	log := slog.New(slog.NewJSONHandler(s.log, nil))
	provider := auth.Config{
		Issuer: s.op.Issuer(), ClientID: s.op.ClientID, ClientSecret: s.op.ClientSecret,
		RedirectURL: base.String() + "/sign-in/callback", PostLogoutURL: base.String() + "/sign-in", Now: s.Clock.Now, Log: log, Timeout: s.patience,
	}
	if s.providerOption != nil {
		s.providerOption(&provider)
	}
	return web.Config{
		Users: s.Service, Directory: s.Directory.Directory, History: s.History, Provider: auth.NewProvider(provider), BaseURL: base, OrgName: "Example", Log: log, Now: s.Clock.Now,
		PictureHosts: []string{"pictures.example.com"},
	}
}

// A browser keeps cookies and follows no redirect by itself.
type browser struct {
	site   *site
	client *http.Client
	header http.Header // sent with every request
}

// browser returns a browser without a session.
func (s *site) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableCompression: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	t.Cleanup(transport.CloseIdleConnections)
	return &browser{s, &http.Client{
		Jar: jar, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, http.Header{}}
}

// signIn returns a browser in which someone of the directory is signed in. Those
// who are invited come in by that.
func (s *site) signIn(t *testing.T, id string) *browser {
	t.Helper()
	b := s.browser(t)
	secret := auth.NewSecret()
	visit := userstest.Visit(secret)
	claims := userstest.Claims(id)
	claims.AuthTime = s.Clock.Now()
	if _, err := s.SignIn(t.Context(), claims, visit); err != nil {
		t.Fatalf("sign in %s: %v", id, err)
	}
	b.setCookie(t, "session", secret)
	return b
}

// as returns a browser in which someone with that role is signed in: the owner,
// or a new person named after the role.
func (s *site) as(t *testing.T, role users.Role) *browser {
	t.Helper()
	id := string(role) + "@example.com"
	if role != users.RoleOwner {
		s.Invited(t, id, role)
	}
	return s.signIn(t, id)
}

// signInAt goes through the provider as who, and returns the page at the end.
func (b *browser) signInAt(t *testing.T, who authtest.Person, returnTo string) page {
	t.Helper()
	b.site.op.SignsIn(who)
	return b.follow(t, b.get(t, "/sign-in/start?return_to="+url.QueryEscape(returnTo)))
}

// person is the identity that belongs to an address at the provider.
func person(id string) authtest.Person {
	return authtest.Person{Subject: "op-" + id, Email: id, Verified: true}
}

// cookieName returns the name that a cookie of the console has in a browser.
func (s *site) cookieName(t *testing.T, name string) string {
	t.Helper()
	base, err := url.Parse(s.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return auth.CookieName(base, name)
}

// setCookie plants a cookie of the console, as signing in would.
func (b *browser) setCookie(t *testing.T, name, value string) {
	t.Helper()
	base, err := url.Parse(b.site.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	secure := base.Scheme == "https"
	b.client.Jar.SetCookies(base, []*http.Cookie{{Name: auth.CookieName(base, name), Value: value, Path: "/", Secure: secure}})
}

// cookie returns the value of a cookie of the console, or nothing.
func (b *browser) cookie(t *testing.T, name string) string {
	t.Helper()
	base, err := url.Parse(b.site.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(base) {
		if c.Name == auth.CookieName(base, name) {
			return c.Value
		}
	}
	return ""
}

// with returns the same browser, which also sends that header.
func (b *browser) with(name, value string) *browser {
	header := b.header.Clone()
	header.Set(name, value)
	return &browser{b.site, b.client, header}
}

func (b *browser) get(t *testing.T, path string) page {
	t.Helper()
	return b.do(t, http.MethodGet, path, nil)
}

// post posts a form as a page of the console does.
func (b *browser) post(t *testing.T, path string, form url.Values) page {
	t.Helper()
	return b.do(t, http.MethodPost, path, form)
}

// do makes a request. The path may be a whole address.
func (b *browser) do(t *testing.T, method, path string, form url.Values) page {
	t.Helper()
	return b.send(t, method, path, "application/x-www-form-urlencoded", form.Encode())
}

// send is do with a body of any type, which only POST has.
func (b *browser) send(t *testing.T, method, path, contentType, content string) page {
	t.Helper()
	if strings.HasPrefix(path, "/") {
		path = b.site.server.URL + path
	}
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(content)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, path, body)
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, values := range b.header {
		r.Header[name] = values
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	res, err := b.client.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return page{status: res.StatusCode, header: res.Header, body: string(answer), url: r.URL}
}
