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

// callbackPath is the path of the sign-in callback, logoutPath that of back-channel logout.
const (
	callbackPath = "/sign-in/callback"
	logoutPath   = "/sign-out/backchannel"
)

// signedOutPath is the path after a sign-out at the provider.
const signedOutPath = "/sign-in"

// An environment is all that surrounds a console, configured correctly: a provider, a proxy
// with TLS, a database file, a secret file. A test damages one part.
type environment struct {
	op       *authtest.Provider
	config   doctor.Config
	database string // path of the file
	secret   string // path of the file
	proxy    *proxy
	plain    http.HandlerFunc // serves plain http
	cert     certificate      // of the proxy

	log       *slog.Logger // log of a running console; nil: that of the test
	signedOut string       // registered address after a sign-out; empty: the console's
}

// newEnvironment returns a correct environment. Its proxy is not started.
func newEnvironment(t *testing.T) *environment {
	t.Helper()
	w := &environment{op: authtest.New(t), cert: certificate{address: "127.0.0.1", ends: time.Now().Add(90 * 24 * time.Hour)}}
	w.op.SignsIn(authtest.Person{Subject: "op-1", Email: "owner@example.com", Verified: true, Name: "Olivia"})
	dsn := databasetest.SQLiteURL(t)
	w.database = dsn[len("sqlite:"):]
	w.secret = filepath.Join(t.TempDir(), "secret")
	must(t, os.Chmod(filepath.Dir(w.database), 0o700))
	must(t, os.WriteFile(w.secret, []byte(w.op.ClientSecret), 0o400))
	listen := freeAddress(t)
	w.proxy = &proxy{to: listen, ids: map[string]string{}}
	w.config = doctor.Config{
		Listen: listen, LocalAddress: listen, CallbackPath: callbackPath, LogoutPath: logoutPath, SignedOutPath: signedOutPath,
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

// ports counts the ports returned by freeAddress. They are below the ephemeral ports, so that
// no other process takes one meanwhile.
var ports atomic.Int64

// freeAddress returns a loopback address on which nothing listens.
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

// examine starts the proxy and plain http, and runs the doctor.
func (w *environment) examine(t *testing.T) []doctor.Finding {
	t.Helper()
	w.start(t)
	return doctor.Run(t.Context(), w.config)
}

// start starts the proxy and plain http.
func (w *environment) start(t *testing.T) {
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
	} else { // another address is registered
		w.op.Registers(w.config.Provider.RedirectURL)
	}
	w.op.RegistersSignOut(cmp.Or(w.signedOut, w.config.BaseURL.String()+signedOutPath))
}

// A proxy is a reverse proxy, configured correctly or not.
type proxy struct {
	to       string
	request  func(*httputil.ProxyRequest)
	response func(*http.Response) error
	http10   bool // speaks HTTP/1.0
	keeps    bool // keeps idle connections to the console

	mu      sync.Mutex
	cached  map[string][]byte // pages by path; nil: no caching
	ids     map[string]string // request IDs of cached pages
	buffers bool              // buffers whole responses
}

// handler returns the proxy's handler.
func (p *proxy) handler() http.Handler {
	var transport http.RoundTripper = &http.Transport{DisableKeepAlives: !p.keeps}
	if p.http10 {
		transport = http10Transport{}
	}
	return &httputil.ReverseProxy{
		Transport: transport, ErrorLog: discard,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", p.to
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
			r.SetXForwarded()
			if p.request != nil {
				p.request(r)
			}
		},
		ModifyResponse: func(res *http.Response) error {
			if p.buffers {
				if err := buffer(res); err != nil {
					return err
				}
			}
			if err := p.fromCache(res); err != nil {
				return err
			}
			if p.response != nil {
				return p.response(res)
			}
			return nil
		},
	}
}

// fromCache replaces body and request ID of a response by the cached ones, or caches them.
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

// emptyResolver returns a resolver that finds no name and makes no network request.
func emptyResolver(t *testing.T) *net.Resolver {
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
			question[2] |= 0x80                       // a response:
			question[3] = question[3]&^0x0f | 0x03    // NXDOMAIN (RFC 1035, section 4.1.1)
			_, _ = server.WriteTo(question[:n], from) // fails only after the test has ended
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
