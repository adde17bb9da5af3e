package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// A receiver receives spans like a collector, by OTLP over HTTP.
type receiver struct {
	server *httptest.Server

	mu    sync.Mutex
	paths []string
	spans []*spans.Span
	text  string // of all requests
}

// newReceiver starts a receiver that lives as long as the test.
func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		var sent collector.ExportTraceServiceRequest
		if err != nil || proto.Unmarshal(body, &sent) != nil {
			t.Errorf("%s: what was sent cannot be read: %v", req.URL.Path, err)
		}
		r.take(req.URL.Path, &sent)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(r.server.Close)
	return r
}

// take stores the spans of a request.
func (r *receiver) take(path string, sent *collector.ExportTraceServiceRequest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.paths = append(r.paths, path)
	r.text += protojson.Format(sent)
	for _, of := range sent.GetResourceSpans() {
		for _, in := range of.GetScopeSpans() {
			r.spans = append(r.spans, in.GetSpans()...)
		}
	}
}

// named returns the spans of that name.
func (r *receiver) named(name string) []*spans.Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.spans), func(s *spans.Span) bool { return s.GetName() != name })
}

// A visit holds the requests of one browser to a console that sends traces.
type visit struct {
	*receiver
	op      *authtest.Provider
	secrets []string
}

// visitTraced runs a console, visits it with header in each request, and stops it.
func visitTraced(t *testing.T, header http.Header, more ...string) visit {
	t.Helper()
	const base = "http://127.0.0.1:1" // where the provider sends the browser back to
	v := visit{receiver: newReceiver(t), op: authtest.New(t)}
	v.op.SignsIn(authtest.Person{Subject: "1", Email: "owner@example.com", Verified: true})
	r := startIn(t, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": v.server.URL, "OTEL_SERVICE_NAME": "console of the test"},
		"sign-out address", append([]string{
			"serve", "--listen", "127.0.0.1:0", "--drain", "0s", "--database", databasetest.URL(t), "--owners", "owner@example.com",
			"--base-url", base, "--oidc-issuer", v.op.Issuer(), "--oidc-client-id", v.op.ClientID, "--oidc-client-secret", v.op.ClientSecret,
		}, more...)...)
	b := newBrowser(t, map[string]string{strings.TrimPrefix(base, "http://"): r.address(t)}, header)
	for _, path := range []string{"/sign-in/start?return_to=/users", "/users?q=canary-search", "/users/canary@example.com", "/no/canary-path", "/readyz"} {
		b.get(t, base+path)
	}
	v.secrets = append(b.secrets(), v.op.Secrets()...)
	for _, asked := range v.op.Asked(authtest.Token) {
		v.secrets = append(v.secrets, asked.Get("code_verifier"), asked.Get("code"))
	}
	r.stop()
	if err := <-r.done; err != nil {
		t.Fatalf("stopped: %v", err)
	}
	return v
}

// TestTraces visits a console that sends traces, and checks them.
func TestTraces(t *testing.T) {
	t.Parallel()
	v := visitTraced(t, http.Header{"Traceparent": {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}})
	if len(v.paths) == 0 || v.paths[0] != "/v1/traces" {
		t.Fatalf("sent to %q", v.paths)
	}
	for name, parent := range map[string]string{
		"GET /sign-in/start": "", "GET /sign-in/callback": "", "GET /users": "", "GET /users/:id": "", "GET": "",
		"provider openid-configuration": "GET /sign-in/start", "provider token": "GET /sign-in/callback", "provider keys": "GET /sign-in/callback",
	} {
		v.within(t, name, parent)
	}
	for _, statement := range []string{"BEGIN", "COMMIT", "INSERT", "SELECT"} {
		v.within(t, statement, "GET /sign-in/callback")
	}
	v.within(t, "SELECT", "GET /users")
	if len(v.named("GET /readyz")) > 0 {
		t.Error("it tells of being asked whether it is ready")
	}
	if !strings.Contains(v.text, "console of the test") {
		t.Error("it does not tell its name")
	}
	if strings.Contains(v.text, "0af7651916cd43dd8448eb211c80319c") {
		t.Error("a stranger's request is part of a trace of theirs")
	}
	v.checkSecrets(t)
}

// within checks that there is a span of that name with a parent of the other name; without a
// parent, if parent is empty.
func (v visit) within(t *testing.T, name, parent string) {
	t.Helper()
	for _, s := range v.named(name) {
		if parent == "" && len(s.GetParentSpanId()) == 0 {
			return
		}
		for _, p := range v.named(parent) {
			if string(p.GetSpanId()) == string(s.GetParentSpanId()) && string(p.GetTraceId()) == string(s.GetTraceId()) {
				return
			}
		}
	}
	t.Errorf("there is no span %q in one of %q", name, parent)
}

// checkSecrets checks that no span contains a secret of the visit.
func (v visit) checkSecrets(t *testing.T) {
	t.Helper()
	if len(v.secrets) < 8 {
		t.Errorf("the visit had only %d secrets", len(v.secrets))
	}
	for _, secret := range append(v.secrets, "canary", "owner@example.com", "usr_", "req_", "eyJ") {
		if secret != "" && strings.Contains(v.text, secret) {
			t.Errorf("a span holds %q", secret)
		}
	}
}

// TestTracesOfAProxy checks that the trace ID of a trusted proxy is used.
func TestTracesOfAProxy(t *testing.T) {
	t.Parallel()
	v := visitTraced(t, http.Header{"Traceparent": {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}, "--trusted-proxies", "127.0.0.1")
	for _, s := range v.named("GET /users") {
		if string(s.GetParentSpanId()) != "\xb7\xad\x6b\x71\x69\x20\x33\x31" {
			t.Errorf("the request is part of %x, want that of the proxy", s.GetParentSpanId())
		}
	}
	v.within(t, "SELECT", "GET /users")
	v.checkSecrets(t)
}

// A traceBrowser keeps cookies, follows redirects, and collects the secrets it sees.
type traceBrowser struct {
	client *http.Client
	header http.Header
	seen   *[]string
}

// newBrowser returns a browser that dials other addresses for some hosts, as at says.
func newBrowser(t *testing.T, at map[string]string, header http.Header) traceBrowser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if to, ok := at[address]; ok {
			address = to
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	transport := &http.Transport{DialContext: dial}
	t.Cleanup(transport.CloseIdleConnections)
	b := traceBrowser{header: header, seen: new([]string)}
	b.client = &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		b.note(r.URL.Query(), r.Response.Cookies())
		return nil
	}}
	return b
}

// note collects the secrets in a query and in cookies.
func (b traceBrowser) note(query url.Values, cookies []*http.Cookie) {
	for _, name := range []string{"state", "nonce", "code"} {
		*b.seen = append(*b.seen, query.Get(name))
	}
	for _, c := range cookies {
		*b.seen = append(*b.seen, c.Value)
	}
}

// secrets returns the secrets so far.
func (b traceBrowser) secrets() []string {
	return slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(*b.seen))), func(s string) bool { return s == "" })
}

// get opens an address and follows redirects.
func (b traceBrowser) get(t *testing.T, address string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range b.header {
		r.Header[name] = values
	}
	resp, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b.note(nil, resp.Cookies())
	if resp.StatusCode >= 500 {
		t.Errorf("%s: got status %d", address, resp.StatusCode)
	}
}
