// Package authtest is an OpenID provider for tests. It implements discovery, PKCE, signed
// tokens, UserInfo and sign-out on loopback, and can be made to violate the protocol in any way
// ([Lies]) or to fail ([Fault]).
//
//	op := authtest.New(t)
//	op.SignsIn(authtest.Person{Subject: "1", Email: "ana@example.com", Verified: true})
//	// sign in at op.Issuer() as op.ClientID with op.ClientSecret
//
// It asks for no password: everyone signs in as the person of the last SignsIn.
package authtest

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// A Provider is an OpenID provider. Its methods are safe for concurrent use.
type Provider struct {
	ClientID     string
	ClientSecret string

	server   *httptest.Server
	detour   *httptest.Server // another host, for [Provider.RedirectsOn]
	closed   chan struct{}    // ends requests with the fault [Hangs] or [Drips]
	released chan struct{}    // ends requests with the fault [Holds]

	mu        sync.Mutex
	called    *sync.Cond // signals a change of calls
	now       func() time.Time
	person    Person
	since     time.Time  // when person authenticated; zero: at each sign-in
	refusal   url.Values // parameters sent back instead of a code, if any
	redirects bool
	addresses []string // registered redirect addresses; nil: any
	signedOut []string // registered addresses after a sign-out; nil: any
	dateless  bool     // responses have no header Date
	connector bool     // see HasConnector
	signs     bool     // UserInfo is a signed JWT
	verbatim  bool     // Basic credentials are not form-decoded
	moved     map[Endpoint]bool
	lies      Lies
	keys      []key // the last one signs
	grants    map[string]grant
	calls     map[Endpoint]int
	asked     map[Endpoint][]url.Values
	issued    []string // see Secrets
}

// New starts a provider that stops when the test ends. Until SignsIn is called, a person
// without name and address signs in.
func New(tb testing.TB) *Provider {
	tb.Helper()
	p := &Provider{
		ClientID: "console", ClientSecret: "secret of the console &=%",
		closed: make(chan struct{}), now: time.Now, person: Person{Subject: "somebody"},
		keys: []key{sharedKey()}, grants: map[string]grant{}, moved: map[Endpoint]bool{},
		calls: map[Endpoint]int{}, asked: map[Endpoint][]url.Values{},
	}
	p.issued, p.released, p.called = []string{p.ClientSecret}, make(chan struct{}), sync.NewCond(&p.mu)
	p.server = httptest.NewServer(p.routes())
	p.detour = httptest.NewServer(http.HandlerFunc(redirectBack))
	tb.Cleanup(func() {
		close(p.closed)
		p.server.Close()
		p.detour.Close()
	})
	return p
}

// Issuer returns the provider's issuer, an http URL on loopback.
func (p *Provider) Issuer() string { return p.server.URL }

// SignsIn sets the person who signs in from now on.
func (p *Provider) SignsIn(who Person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.person, p.since, p.refusal = who, time.Time{}, nil
}

// HasSession gives the person a session at the provider that began at that time. Only a max_age
// that the session exceeds makes them authenticate again.
func (p *Provider) HasSession(since time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.since = since
}

// Refuses makes the provider return an error instead of a code.
func (p *Provider) Refuses(code, description string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refusal = url.Values{"error": {code}, "error_description": {description}}
}

// Registers limits the redirect addresses to these.
func (p *Provider) Registers(addresses ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.addresses = addresses
}

// RegistersSignOut limits the redirect addresses after a sign-out to these.
func (p *Provider) RegistersSignOut(addresses ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.signedOut = addresses
}

// SendsNoDate removes the header Date from responses.
func (p *Provider) SendsNoDate() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dateless = true
}

// HasConnector makes the provider redirect to another path of its own before it validates a
// request, as Dex does with one connector.
func (p *Provider) HasConnector() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.connector = true
}

// Dies stops the provider: it refuses all connections.
func (p *Provider) Dies() { p.server.Close() }

// RedirectsOn makes the provider redirect by way of another host, as with a federated provider.
func (p *Provider) RedirectsOn() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.redirects = true
}

// SignsUserInfo makes UserInfo a JWT, signed like ID tokens.
func (p *Provider) SignsUserInfo() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.signs = true
}

// TakesBasicVerbatim makes the provider compare Basic credentials without form-decoding them,
// against RFC 6749, section 2.3.1.
func (p *Provider) TakesBasicVerbatim() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.verbatim = true
}

// Moves changes an endpoint's address, also in the discovery document. The old address answers
// 404.
func (p *Provider) Moves(e Endpoint) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.moved[e] = true
}

// movedTo is the prefix of the path of an endpoint that has moved.
const movedTo = "/moved"

// address returns an endpoint's address.
func (p *Provider) address(e Endpoint) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.moved[e] {
		return p.Issuer() + movedTo + string(e)
	}
	return p.Issuer() + string(e)
}

// Lie changes how the provider violates the protocol from now on. Lies accumulate; assign
// Lies{} to end them.
func (p *Provider) Lie(change func(*Lies)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lies = p.lies.clone()
	change(&p.lies)
}

// SetClock sets the clock that tokens are issued by. The default is time.Now.
func (p *Provider) SetClock(now func() time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = now
}

// SignsWith makes the provider sign with a new key for alg, and publish it in addition to the
// previous keys.
func (p *Provider) SignsWith(tb testing.TB, alg jose.SignatureAlgorithm) {
	tb.Helper()
	k := newKey(tb, alg)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = append(p.keys, k)
}

// RotatesKeys makes the provider sign with a new key, and no longer publish the previous ones.
func (p *Provider) RotatesKeys(tb testing.TB) {
	tb.Helper()
	k := newKey(tb, jose.ES256)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = []key{k}
}

// Calls returns the number of requests to the endpoint.
func (p *Provider) Calls(e Endpoint) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[e]
}

// WaitForCalls waits until the endpoint has received that many requests.
func (p *Provider) WaitForCalls(tb testing.TB, e Endpoint, calls int) {
	tb.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.calls[e] < calls {
		p.called.Wait()
	}
}

// Release answers the requests with the fault [Holds].
func (p *Provider) Release() { close(p.released) }

// Asked returns the parameters of each request to the endpoint, in order.
func (p *Provider) Asked(e Endpoint) []url.Values {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked[e])
}

// Secrets returns the client secret and all issued codes and tokens, for tests that search for
// leaks.
func (p *Provider) Secrets() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.issued)
}

// IDTokens returns the issued ID tokens, in order.
func (p *Provider) IDTokens() []string {
	return slices.DeleteFunc(p.Secrets(), func(s string) bool { return strings.Count(s, ".") != 2 })
}

// lie returns the current lies.
func (p *Provider) lie() Lies {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lies
}

// overlay returns claims with the layers applied in order. A nil value removes a claim.
func overlay(claims map[string]any, layers ...map[string]any) map[string]any {
	out := maps.Clone(claims)
	for _, layer := range layers {
		for name, value := range layer {
			if value == nil {
				delete(out, name)
			} else {
				out[name] = value
			}
		}
	}
	return out
}
