package doctor_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/doctor"
	"github.com/roboto-ai/console/internal/users"
)

// callbackPath is where the provider sends people back to, and logoutPath where it posts
// logout tokens to.
const (
	callbackPath = "/sign-in/callback"
	logoutPath   = "/sign-out/backchannel"
)

// signedOutPath is where the provider sends people after signing out.
const signedOutPath = "/sign-in"

// A world is all that a console has around it, set up rightly: a provider, a proxy
// that speaks TLS, a database file, a secret file. A test sets one thing up wrongly.
type world struct {
	op       *authtest.Provider
	config   doctor.Config
	database string // path of the file
	secret   string // path of the file
	proxy    *proxy
	plain    http.HandlerFunc // what answers in plain http
	cert     certificate      // of the proxy

	log       *slog.Logger // of a console that runs; nil: that of the test
	signedOut string       // address that the provider sends people to after signing out; empty: the console's
}

// newWorld returns a world in which all is right, without its proxy.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{op: authtest.New(t), cert: certificate{address: "127.0.0.1", ends: time.Now().Add(90 * 24 * time.Hour)}}
	w.op.SignsIn(authtest.Person{Subject: "op-1", Email: "owner@example.com", Verified: true, Name: "Olivia"})
	dsn := databasetest.SQLiteURL(t)
	w.database = dsn[len("sqlite:"):]
	w.secret = filepath.Join(t.TempDir(), "secret")
	must(t, os.Chmod(filepath.Dir(w.database), 0o700))
	must(t, os.WriteFile(w.secret, []byte(w.op.ClientSecret), 0o400))
	listen := freeAddress(t)
	w.proxy = &proxy{to: listen, ids: map[string]string{}}
	w.config = doctor.Config{
		Listen: listen, Near: listen, CallbackPath: callbackPath, LogoutPath: logoutPath, SignedOutPath: signedOutPath,
		MetricsListen: "127.0.0.1:9090", IdleLimit: 2 * time.Minute, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
		Database: dsn, Owners: []string{"owner@example.com"}, Signup: users.SignupInvited, SecretFiles: []string{w.secret},
		Provider: auth.Config{
			Issuer: w.op.Issuer(), ClientID: w.op.ClientID, ClientSecret: w.op.ClientSecret, Scopes: []string{"openid", "profile", "email"},
		},
		Limit: 3 * time.Second,
	}
	return w
}

// must fails the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ports counts those that freeAddress has returned: below those that systems give
// away by themselves, so that nobody else takes one meanwhile.
var ports atomic.Int64

// freeAddress returns an address on loopback where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 1000 {
		address := fmt.Sprintf("127.0.0.1:%d", 20_000+ports.Add(1))
		var lc net.ListenConfig
		if l, err := lc.Listen(t.Context(), "tcp", address); err == nil {
			must(t, l.Close())
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}

// examine starts the proxy and what answers in plain http, and runs the doctor.
func (w *world) examine(t *testing.T) []doctor.Finding {
	t.Helper()
	w.start(t)
	return doctor.Run(t.Context(), w.config)
}

// start starts the proxy and what answers in plain http.
func (w *world) start(t *testing.T) {
	t.Helper()
	server := httptest.NewUnstartedServer(w.proxy.handler())
	chain, pool := w.cert.sign(t)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{chain}}
	server.Config.ErrorLog = discard
	server.StartTLS()
	t.Cleanup(server.Close)
	if w.config.BaseURL == nil {
		base, err := url.Parse(server.URL)
		must(t, err)
		w.config.BaseURL = base
	}
	if w.config.RootCAs == nil {
		w.config.RootCAs = pool
	}
	if w.plain == nil {
		w.plain = func(out http.ResponseWriter, r *http.Request) {
			http.Redirect(out, r, server.URL+r.URL.Path, http.StatusPermanentRedirect)
		}
	}
	plain := httptest.NewServer(w.plain)
	t.Cleanup(plain.Close)
	u, err := url.Parse(plain.URL)
	must(t, err)
	w.config.PlainPort = u.Port()
	if w.config.Provider.RedirectURL == "" {
		w.op.Registers(w.config.BaseURL.String() + callbackPath)
	} else { // another one is registered
		w.op.Registers(w.config.Provider.RedirectURL)
	}
	w.op.RegistersSignOut(cmp.Or(w.signedOut, w.config.BaseURL.String()+signedOutPath))
}

// A proxy is a reverse proxy, set up rightly or not.
type proxy struct {
	to     string
	ask    func(*httputil.ProxyRequest)
	answer func(*http.Response) error
	old    bool // speaks HTTP/1.0
	keeps  bool // keeps idle connections to the console

	mu     sync.Mutex
	cached map[string][]byte // pages by their paths; nil: it keeps none
	ids    map[string]string // of the requests that they answered
	hoards bool              // keeps an answer until it is whole
}

// handler returns the proxy.
func (p *proxy) handler() http.Handler {
	var transport http.RoundTripper = &http.Transport{DisableKeepAlives: !p.keeps}
	if p.old {
		transport = oldTransport{}
	}
	return &httputil.ReverseProxy{
		Transport: transport, ErrorLog: discard,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", p.to
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
			r.SetXForwarded()
			if p.ask != nil {
				p.ask(r)
			}
		},
		ModifyResponse: func(res *http.Response) error {
			if p.hoards {
				if err := hoard(res); err != nil {
					return err
				}
			}
			if err := p.fromCache(res); err != nil {
				return err
			}
			if p.answer != nil {
				return p.answer(res)
			}
			return nil
		},
	}
}

// fromCache replaces the body and the request's ID of a page that was answered before, and
// keeps one that was not.
func (p *proxy) fromCache(res *http.Response) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cached == nil || res.Request.Method != http.MethodGet || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		return nil
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	path := res.Request.URL.Path
	if kept, there := p.cached[path]; there {
		body = kept
		res.Header.Set("X-Request-Id", p.ids[path])
	}
	p.cached[path], p.ids[path] = body, res.Header.Get("X-Request-Id")
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	res.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}

// deafResolver returns a resolver that finds no name, without asking anybody else.
func deafResolver(t *testing.T) *net.Resolver {
	t.Helper()
	var lc net.ListenConfig
	server, err := lc.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = server.Close() })
	go func() {
		question := make([]byte, 512)
		for {
			n, from, err := server.ReadFrom(question)
			if err != nil {
				return
			}
			question[2] |= 0x80                       // an answer:
			question[3] = question[3]&^0x0f | 0x03    // there is no such name (RFC 1035, section 4.1.1)
			_, _ = server.WriteTo(question[:n], from) // a test that has ended does not want it
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// pool returns a pool of one certificate.
func pool(c *x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(c)
	return p
}
