package api_test

import (
	"bytes"
	"database/sql"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
	"github.com/roboto-ai/console/web"
	"github.com/roboto-ai/console/web/api/openapitest"
)

// A console is a console in a test: a real HTTP server over a database of its own that holds
// owner@example.com.
type console struct {
	*userstest.Directory
	app    *web.App
	server *httptest.Server
	log    *logBuffer

	targets atomic.Int64 // how many were made
}

// newConsole starts a console for the test. Options change its settings.
func newConsole(t testing.TB, options ...func(*web.Config)) *console {
	t.Helper()
	d := userstest.NewAt(t, databasetest.ServedURL(t), users.Config{TokenLifetime: users.Unlimited, ErasureDelay: users.DefaultErasureDelay, Signup: users.SignupDomain, SignupDomains: []string{"example.com", "example.org"}})
	return serve(t, d, d.Service, &logBuffer{out: t.Output()}, options...)
}

// another starts a second console on the database of c.
func (c *console) another(t testing.TB) *console {
	t.Helper()
	return serve(t, c.Directory, c.Another(t), c.log)
}

// serve starts a console over a service.
func serve(t testing.TB, d *userstest.Directory, service *users.Service, out *logBuffer, options ...func(*web.Config)) *console {
	t.Helper()
	c := &console{Directory: d, log: out, server: httptest.NewUnstartedServer(nil)}
	base := &url.URL{Scheme: "http", Host: c.server.Listener.Addr().String()}
	op := authtest.New(t)
	config := web.Config{
		Users: service, Directory: directory.New(d.DB, service, directory.Config{}), History: history.New(d.DB, service), BaseURL: base, OrgName: "Example", OrgID: "org_example", Log: slog.New(slog.NewJSONHandler(c.log, nil)), Now: d.Clock.Now,
		Provider: auth.NewProvider(auth.Config{
			Issuer: op.Issuer(), ClientID: op.ClientID, ClientSecret: op.ClientSecret, Now: d.Clock.Now,
			RedirectURL: base.String() + "/sign-in/callback", PostLogoutURL: base.String() + "/sign-in",
		}),
	}
	for _, option := range options {
		option(&config)
	}
	app, err := web.New(config)
	if err != nil {
		t.Fatal(err)
	}
	c.app, c.server.Config.Handler = app, app.Handler()
	c.server.Start()
	t.Cleanup(c.server.Close)
	return c
}

// token issues a token for a user, with scopes.ScopeEverything without scopes.
func (c *console) token(t testing.TB, id users.ID, scopes ...users.Scope) string {
	t.Helper()
	_, secret := c.issue(t, id, users.NewToken{Scopes: scopes})
	return secret
}

// issue issues a token for a user.
func (c *console) issue(t testing.TB, id users.ID, n users.NewToken) (users.Token, string) {
	t.Helper()
	if n.Scopes == nil {
		n.Scopes = []users.Scope{users.ScopeEverything}
	}
	if n.Name == "" {
		n.Name = "test"
	}
	if n.Lifetime == 0 {
		n.Lifetime = 90 * 24 * time.Hour
	}
	token, secret, err := c.IssueToken(t.Context(), users.Command("req"), id, n)
	if err != nil {
		t.Fatalf("issue a token for %s: %v", id, err)
	}
	return token, secret
}

// as returns a client with a token of a user: a person with that role, "service:ROLE" for a service
// user, or "system" for a system user.
func (c *console) as(t testing.TB, who string, scopes ...users.Scope) *client {
	t.Helper()
	return c.client(t, c.token(t, c.user(t, who), scopes...))
}

// user adds a user of that kind, see [console.as], if there is none yet.
func (c *console) user(t testing.TB, who string) users.ID {
	t.Helper()
	id := users.ID(strings.ReplaceAll(who, ":", "-"))
	kind, role, _ := strings.Cut(who, ":")
	if kind != "service" && kind != "system" {
		id += "@example.com"
	}
	if _, err := c.User(t.Context(), c.Owner, id); err == nil {
		return id
	}
	switch kind {
	case "service":
		c.ServiceUser(t, string(id), users.Role(role))
	case "system":
		if _, err := c.AddSystemUser(t.Context(), users.Command("req"), string(id)); err != nil {
			t.Fatal(err)
		}
	default:
		c.Person(t, string(id), users.Role(who))
	}
	return id
}

// A client sends requests with a token, and compares each exchange with the OpenAPI document.
type client struct {
	base   string
	header http.Header
	http   *http.Client
}

// client returns a client with a token; empty for none.
func (c *console) client(t testing.TB, secret string) *client {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	header := http.Header{}
	if secret != "" {
		header.Set("Authorization", "Bearer "+secret)
	}
	return &client{c.server.URL, header, &http.Client{
		Transport:     openapitest.Transport(t, transport),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// with returns a client that sends a further header.
func (c *client) with(name, value string) *client {
	header := c.header.Clone()
	header[name] = []string{value}
	return &client{c.base, header, c.http}
}

// unchecked returns a client that does not compare its exchanges with the OpenAPI document.
func (c *client) unchecked() *client {
	return &client{c.base, c.header, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
}

// on returns a client for another console.
func (c *client) on(other *console) *client { return &client{other.server.URL, c.header, c.http} }

// do sends a request. A body is JSON; empty for none.
func (c *client) do(t testing.TB, method, path, body string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	} else {
		r.Body = http.NoBody
	}
	for name, values := range c.header {
		r.Header[name] = values
	}
	res, err := c.http.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{res.StatusCode, res.Header, string(content), method + " " + path}
}

func (c *client) get(t testing.TB, path string) answer {
	t.Helper()
	return c.do(t, http.MethodGet, path, "")
}

// A logBuffer holds a program's log.
type logBuffer struct {
	out io.Writer // of the test

	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	return l.out.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// write writes to the database directly.
func (c *console) write(t testing.TB, statement string, args ...any) {
	t.Helper()
	err := c.DB.Transact(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), statement, args...)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
