package doctor_test

import (
	"crypto/tls"
	"database/sql"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/doctor"

	_ "modernc.org/sqlite"
)

// A setup is a damaged environment, and the expected finding.
type setup struct {
	damage   func(*testing.T, *environment)
	check    string
	level    doctor.Level
	contains string // part of what was found and of the fix
}

// lies returns a function that makes the provider violate the protocol.
func lies(change func(*authtest.Lies)) func(*testing.T, *environment) {
	return func(_ *testing.T, w *environment) { w.op.Lie(change) }
}

// refuses returns a function that makes the provider refuse each request with a code.
func refuses(code, description string) func(*testing.T, *environment) {
	return func(_ *testing.T, w *environment) { w.op.Refuses(code, description) }
}

// fails returns a function that makes an endpoint of the provider fail.
func fails(e authtest.Endpoint, how authtest.Fault) func(*testing.T, *environment) {
	return lies(func(l *authtest.Lies) { l.Faults[e] = how })
}

// providerSetups damage the provider, or its settings.
var providerSetups = map[string]setup{
	"a provider whose name is mistyped": {func(t *testing.T, w *environment) {
		w.config.Provider.Issuer, w.config.Resolver = "https://id.exmaple.test", emptyResolver(t)
	}, "discovery", doctor.Wrong, "Correct the host in --oidc-issuer"},
	"a provider that is not there": {func(t *testing.T, w *environment) { w.config.Provider.Issuer = "http://" + freeAddress(t) },
		"discovery", doctor.Wrong, "correct host and port in --oidc-issuer"},
	"a provider with a certificate of its own making": {func(t *testing.T, w *environment) {
		server := httptest.NewUnstartedServer(http.NotFoundHandler())
		server.Config.ErrorLog = discard
		server.StartTLS()
		t.Cleanup(server.Close)
		w.config.Provider.Issuer = server.URL
	}, "discovery", doctor.Wrong, "SSL_CERT_FILE"},
	"a provider that speaks plain http on that port": {func(_ *testing.T, w *environment) {
		w.config.Provider.Issuer = strings.Replace(w.op.Issuer(), "http:", "https:", 1)
	}, "discovery", doctor.Wrong, "speaks plain http instead of https"},
	"a provider that hangs": {func(t *testing.T, w *environment) {
		fails(authtest.Discovery, authtest.Hangs)(t, w)
		w.config.Limit = time.Second
	}, "discovery", doctor.Wrong, "did not respond in time. Allow this machine's outgoing connections"},
	"an issuer with a path that is not there": {func(_ *testing.T, w *environment) { w.config.Provider.Issuer += "/realms/staff" },
		"discovery", doctor.Wrong, "Correct the path in --oidc-issuer"},
	"a provider in trouble":      {fails(authtest.Discovery, authtest.Fails), "discovery", doctor.Wrong, "responds with status 500. Check the provider"},
	"a site that is no provider": {fails(authtest.Discovery, authtest.Garbles), "discovery", doctor.Wrong, "no OpenID provider"},
	"an issuer that has moved":   {fails(authtest.Discovery, authtest.Redirects), "discovery", doctor.Wrong, "to the target of the redirect"},
	"an issuer with a slash too many": {func(_ *testing.T, w *environment) { w.config.Provider.Issuer += "/" },
		"issuer", doctor.Wrong, "differs in the trailing slash"},
	"an issuer by another name of its host": {func(_ *testing.T, w *environment) {
		w.config.Provider.Issuer = strings.Replace(w.op.Issuer(), "127.0.0.1", "localhost", 1)
	}, "issuer", doctor.Wrong, "has another host: --oidc-issuer is http://localhost"},
	"a provider that does not know that it is reached by https": {
		lies(func(l *authtest.Lies) { l.Discovery["issuer"] = "http://id.example.com" }), "issuer", doctor.Wrong, "Configure the provider's public https address"},
	"the address for all tenants": {
		lies(func(l *authtest.Lies) { l.Discovery["issuer"] = "https://login.microsoftonline.com/{tenantid}/v2.0" }), "issuer", doctor.Wrong, "of your own tenant"},
	"a provider without tokens": {lies(func(l *authtest.Lies) { l.Discovery["token_endpoint"] = nil }), "endpoints", doctor.Wrong, "no token_endpoint"},
	"an endpoint in plain http": {lies(func(l *authtest.Lies) { l.Discovery["userinfo_endpoint"] = "http://id.example.com/me" }),
		"endpoints", doctor.Wrong, "public https address"},
	"a provider whose keys are gone":   {fails(authtest.Keys, authtest.NotFound), "keys", doctor.Wrong, "not with a key set"},
	"a provider of the implicit flow":  {lies(func(l *authtest.Lies) { l.Discovery["response_types_supported"] = []string{"id_token"} }), "code flow", doctor.Wrong, "Enable it at the provider"},
	"a provider with plain PKCE alone": {lies(func(l *authtest.Lies) { l.Discovery["code_challenge_methods_supported"] = []string{"plain"} }), "code flow", doctor.Wrong, "PKCE with S256"},
	"a scope that nobody knows": {lies(func(l *authtest.Lies) { l.Discovery["scopes_supported"] = []string{"openid", "email"} }),
		"scopes", doctor.Warning, "does not list profile"},
	"addresses that nobody vouches for": {lies(func(l *authtest.Lies) { l.Discovery["claims_supported"] = []string{"sub", "email"} }),
		"claims", doctor.Unknown, "Run console doctor --sign-in, which shows whether it is sent."},
	"a client without the standard flow": {refuses("unauthorized_client", "Client is not allowed to initiate browser login with given response_type. Standard flow is disabled for the client."),
		"redirect address", doctor.Wrong, "“Standard flow”"},
	"a client with plain PKCE": {refuses("invalid_request", "Invalid parameter: code challenge method is not matching the configured one"),
		"redirect address", doctor.Wrong, "PKCE with S256 from this client"},
	"a client that has to push its requests": {refuses("invalid_request", "Pushed Authorization Request is only allowed."),
		"redirect address", doctor.Wrong, "pushed authorization requests (PAR)"},
	"a client that has to sign its requests": {refuses("invalid_request", "Missing parameter: request object is required"),
		"redirect address", doctor.Wrong, "request objects (JAR)"},
	"a client without the response type code": {refuses("unsupported_response_type", ""), "redirect address", doctor.Wrong, "response type “code”"},
	"a redirect address refused by its code":  {refuses("invalid_redirect_uri", ""), "redirect address", doctor.Wrong, "Register exactly https://127.0.0.1"},
	"a scope that is not given":               {refuses("invalid_scope", "Invalid scopes: profile"), "redirect address", doctor.Wrong, "--oidc-scopes"},
	"a request refused for another reason":    {refuses("invalid_request", "because of \u202ethat"), "redirect address", doctor.Wrong, `because of \u202ethat`},
	"a code of the provider's own":            {refuses("KC\u202e\x1b[31m-17", ""), "redirect address", doctor.Wrong, `"KC\u202e\x1b[31m-17"`},
	"a sign-out address that is not registered": {func(_ *testing.T, w *environment) { w.signedOut = "https://old.example.com/sign-in" },
		"sign-out address", doctor.Wrong, "Valid post logout redirect URIs"},
	"a sign-out address that is not registered, behind a connector": {func(_ *testing.T, w *environment) {
		w.op.HasConnector()
		w.signedOut = "https://old.example.com/sign-in"
	}, "sign-out address", doctor.Wrong, "Valid post logout redirect URIs"},
	"a redirect address that is not registered, behind a connector": {func(_ *testing.T, w *environment) {
		w.op.HasConnector()
		w.config.Provider.RedirectURL = "https://old.example.com" + callbackPath
	}, "redirect address", doctor.Wrong, "Register exactly https://127.0.0.1"},
	"a provider without a clock": {func(_ *testing.T, w *environment) { w.op.SendsNoDate() }, "clock", doctor.Unknown, "no header Date"},
	"a wrong client ID":          {func(_ *testing.T, w *environment) { w.config.Provider.ClientID = "konsole" }, "client", doctor.Wrong, "Compare --oidc-client-id"},
	"a secret that expired":      {func(_ *testing.T, w *environment) { w.config.Provider.ClientSecret = "old" }, "client", doctor.Wrong, "make a new secret there"},
	"no secret":                  {func(_ *testing.T, w *environment) { w.config.Provider.ClientSecret = "" }, "client", doctor.Wrong, "Set --oidc-client-secret"},
	"a redirect address that is not registered": {func(_ *testing.T, w *environment) {
		w.config.Provider.RedirectURL = "https://old.example.com" + callbackPath
	},
		"redirect address", doctor.Wrong, "Register exactly https://127.0.0.1"},
	"a clock that is five minutes ahead": {func(_ *testing.T, w *environment) {
		w.config.Now = func() time.Time { return time.Now().Add(5 * time.Minute) }
	}, "clock", doctor.Wrong, "timedatectl"},
	"a clock that is a minute behind": {func(_ *testing.T, w *environment) {
		w.config.Now = func() time.Time { return time.Now().Add(-time.Minute) }
	}, "clock", doctor.Warning, "behind the provider's"},
}

// machineSetups damage this machine.
var machineSetups = map[string]setup{
	"settings that cannot be read": {func(_ *testing.T, w *environment) { w.config.Mistakes = []string{"--drain (CONSOLE_DRAIN): no"} }, "settings", doctor.Wrong, "--drain"},
	"a database that everybody may read": {func(t *testing.T, w *environment) { must(t, os.Chmod(w.database, 0o644)) },
		"database file", doctor.Wrong, "Run chmod 600"},
	"a directory that everybody may write to": {func(t *testing.T, w *environment) { must(t, os.Chmod(filepath.Dir(w.database), 0o777)) },
		"database directory", doctor.Wrong, "Run chmod 700"},
	"a directory that everybody may look into": {func(t *testing.T, w *environment) { must(t, os.Chmod(filepath.Dir(w.database), 0o755)) },
		"database directory", doctor.Warning, "Run chmod 700"},
	"a database of a newer console": {func(t *testing.T, w *environment) {
		db, err := sql.Open("sqlite", w.database)
		must(t, err)
		_, err = db.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`)
		must(t, err)
		must(t, db.Close())
	}, "database schema", doctor.Wrong, "Start the newer console"},
	"a database that is none": {func(t *testing.T, w *environment) {
		must(t, os.WriteFile(w.database, []byte(strings.Repeat("Dear diary. ", 900)), 0o600))
	},
		"database schema", doctor.Wrong, "put a backup in its place"},
	"nobody to become owner": {func(_ *testing.T, w *environment) { w.config.Owners = nil }, "owner", doctor.Wrong, "Set --owners"},
	"a secret that everybody may read": {func(t *testing.T, w *environment) { must(t, os.Chmod(w.secret, 0o644)) },
		"secret files", doctor.Wrong, "Run chmod 400"},
	"settings that others may change": {func(t *testing.T, w *environment) {
		w.config.SettingsFile = filepath.Join(t.TempDir(), "console.env")
		must(t, os.WriteFile(w.config.SettingsFile, nil, 0o600))
		must(t, os.Chmod(w.config.SettingsFile, 0o620))
	}, "secret files", doctor.Wrong, "be changed by others"},
	"another program at the listen address": {func(t *testing.T, w *environment) {
		var lc net.ListenConfig
		l, err := lc.Listen(t.Context(), "tcp", w.config.Listen)
		must(t, err)
		server := &http.Server{Handler: http.NotFoundHandler()}
		go func() { _ = server.Serve(l) }()
		t.Cleanup(func() { _ = server.Close() })
	}, "listen address", doctor.Wrong, "choose another address with --listen"},
	"a port that is open to all in plain http": {func(_ *testing.T, w *environment) {
		w.config.Listen = strings.Replace(w.config.Listen, "127.0.0.1", "0.0.0.0", 1)
	},
		"listen address", doctor.Warning, "Set --listen to 127.0.0.1"},
	"metrics that are open to all":                {func(_ *testing.T, w *environment) { w.config.MetricsListen = "[::]:9090" }, "metrics address", doctor.Warning, "Set --metrics-listen to 127.0.0.1"},
	"metrics on every address, by leaving it out": {func(_ *testing.T, w *environment) { w.config.MetricsListen = ":9090" }, "metrics address", doctor.Warning, ":9090 is every interface of this machine"},
	"a listen address of another machine": {func(_ *testing.T, w *environment) { w.config.Listen = "192.0.2.1:8080" },
		"listen address", doctor.Wrong, "not an address of this machine"},
}

// proxySetups damage the proxy.
var proxySetups = map[string]setup{
	"a proxy that does not run": {func(t *testing.T, w *environment) { w.config.BaseURL = &url.URL{Scheme: "https", Host: freeAddress(t)} },
		"base URL", doctor.Wrong, "correct host and port in --base-url"},
	"a proxy that points elsewhere": {func(t *testing.T, w *environment) { w.proxy.to = freeAddress(t) }, "base URL", doctor.Wrong, "Point the proxy at http://127.0.0.1"},
	"another site at the base URL": {func(t *testing.T, w *environment) {
		other := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(out, "Welcome to nginx!") }))
		t.Cleanup(other.Close)
		w.proxy.to = strings.TrimPrefix(other.URL, "http://")
	}, "base URL", doctor.Wrong, "Not this console, but another program responds"},
	"a certificate that has expired":    {func(_ *testing.T, w *environment) { w.cert.ends = time.Now().Add(-time.Hour) }, "certificate", doctor.Wrong, "Renew it"},
	"a certificate that ends next week": {func(_ *testing.T, w *environment) { w.cert.ends = time.Now().Add(7 * 24 * time.Hour) }, "certificate", doctor.Warning, "Renew it"},
	"a short certificate in the last third of its life": {func(_ *testing.T, w *environment) {
		w.cert.ends, w.cert.lives = time.Now().Add(40*time.Hour), 6*24*time.Hour
	}, "certificate", doctor.Warning, "in 39 hours. Renew it"},
	"a certificate for another name": {func(_ *testing.T, w *environment) { w.cert.address = "192.0.2.1" }, "certificate", doctor.Wrong, "for other names"},
	"a certificate of an unknown authority": {func(t *testing.T, w *environment) {
		_, w.config.RootCAs = certificate{address: "127.0.0.1", ends: time.Now().Add(time.Hour)}.sign(t)
	}, "certificate", doctor.Wrong, "authority"},
	"pages in plain http": {func(_ *testing.T, w *environment) {
		w.plain = func(out http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(out, "a page") }
	}, "plain http", doctor.Wrong, "permanent redirect"},
	"a proxy that takes HSTS away":             {changingResponse(func(h http.Header) { h.Del("Strict-Transport-Security") }), "headers", doctor.Wrong, "pass the console's headers on"},
	"a proxy with a content policy of its own": {changingResponse(func(h http.Header) { h.Set("Content-Security-Policy", "default-src *") }), "headers", doctor.Warning, "Content-Security-Policy"},
	"a proxy that takes cookies away":          {changingResponse(func(h http.Header) { h.Del("Set-Cookie") }), "cookies", doctor.Wrong, "pass Set-Cookie on"},
	"a proxy that changes cookies": {changingResponse(func(h http.Header) {
		h.Set("Set-Cookie", strings.Replace(h.Get("Set-Cookie"), "; Secure", "", 1))
	}), "cookies", doctor.Wrong, "they lack Secure"},
	"a proxy that keeps browsers' cookies": {changingRequest(func(h http.Header) { h.Del("Cookie") }), "cookies", doctor.Wrong, "pass the header Cookie on"},
	"a proxy that does not say who comes":  {changingRequest(func(h http.Header) { h.Del("X-Forwarded-For") }), "forwarded address", doctor.Wrong, "proxy_add_x_forwarded_for"},
	"a proxy that passes on what browsers claim": {func(_ *testing.T, w *environment) {
		w.proxy.request = func(r *httputil.ProxyRequest) { r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"] }
	}, "forwarded address", doctor.Wrong, "clients can forge their address"},
	"a proxy that writes no address": {changingRequest(func(h http.Header) { h.Set("X-Forwarded-For", "unknown") }), "forwarded address", doctor.Wrong, "which is no IP address"},
	"a proxy that is not trusted":    {func(_ *testing.T, w *environment) { w.config.TrustedProxies = nil }, "forwarded address", doctor.Wrong, "Add 127.0.0.1"},
	"a proxy of the last century":    {func(_ *testing.T, w *environment) { w.proxy.http10 = true }, "HTTP version", doctor.Warning, "proxy_http_version 1.1"},
	"a proxy that keeps pages":       {func(_ *testing.T, w *environment) { w.proxy.cached = map[string][]byte{} }, "cache", doctor.Wrong, "remove proxy_cache"},
	"a proxy that refuses forms":     {refusing(http.StatusMethodNotAllowed, http.MethodPost, "/doctor/"), "forms", doctor.Wrong, "responds to POST with status 405"},
	"a proxy that drops what is posted": {func(_ *testing.T, w *environment) {
		w.proxy.request = func(r *httputil.ProxyRequest) {
			if r.Out.Body != nil && !strings.HasSuffix(r.Out.URL.Path, logoutPath) {
				r.Out.Body, r.Out.ContentLength = http.NoBody, 0
			}
		}
	}, "forms", doctor.Wrong, "with their body"},
	"a proxy that says that it keeps connections for ten minutes": {changingRequest(func(h http.Header) { h.Set("Keep-Alive", "timeout=600, max=100") }),
		"idle connections", doctor.Warning, "keepalive_timeout 60s"},
	"a proxy that keeps connections": {func(_ *testing.T, w *environment) { w.proxy.keeps = true }, "idle connections", doctor.Unknown, "after less than 120 seconds"},
	"a proxy that hoards answers": {func(_ *testing.T, w *environment) { w.proxy.buffers, w.config.Limit = true, time.Second },
		"streaming", doctor.Warning, "proxy_buffering off"},
}

// TestConsoleWithItsOwnTLS has no proxy: the console speaks TLS itself, and ignores
// X-Forwarded-For.
func TestConsoleWithItsOwnTLS(t *testing.T) {
	t.Parallel()
	w := newEnvironment(t)
	w.config.BaseURL, w.config.TrustedProxies = &url.URL{Scheme: "https", Host: w.config.Listen}, nil
	chain, pool := w.cert.sign(t)
	w.config.TLS, w.config.RootCAs = &tls.Config{Certificates: []tls.Certificate{chain}}, pool
	w.plain = func(out http.ResponseWriter, r *http.Request) {
		http.Redirect(out, r, w.config.BaseURL.String()+"/", http.StatusPermanentRedirect)
	}
	found := w.examine(t)
	mustBlameOnly(t, found)
	expect(t, found, "forwarded address", doctor.OK, "there is no proxy in front")
	expect(t, found, "cookies", doctor.OK, "")
}

// refusing returns a function that makes the proxy refuse a method below a path with a status.
func refusing(status int, method, below string) func(*testing.T, *environment) {
	return func(_ *testing.T, w *environment) {
		w.proxy.response = func(res *http.Response) error {
			if res.Request.Method == method && strings.HasPrefix(res.Request.URL.Path, below) {
				res.StatusCode, res.Body, res.Header = status, http.NoBody, http.Header{}
			}
			return nil
		}
	}
}

// changingResponse returns a function that makes the proxy change response headers.
func changingResponse(change func(http.Header)) func(*testing.T, *environment) {
	return func(_ *testing.T, w *environment) {
		w.proxy.response = func(res *http.Response) error { change(res.Header); return nil }
	}
}

// changingRequest returns a function that makes the proxy change request headers.
func changingRequest(change func(http.Header)) func(*testing.T, *environment) {
	return func(_ *testing.T, w *environment) {
		w.proxy.request = func(r *httputil.ProxyRequest) { change(r.Out.Header) }
	}
}
