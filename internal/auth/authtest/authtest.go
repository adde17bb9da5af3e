// Package authtest is an OpenID provider for tests. It is a real one, with
// discovery, PKCE, signed tokens, UserInfo and sign-out, that listens on loopback
// within the test; and it lies on request, in every way a hostile or broken
// provider might.
//
//	op := authtest.New(t)
//	op.SignsIn(authtest.Person{Subject: "1", Email: "ana@example.com", Verified: true})
//	// sign in at op.Issuer() as op.ClientID with op.ClientSecret
//
// It asks nobody for a password: whoever comes to sign in is the person last named,
// and goes straight back.
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

// A Provider is an OpenID provider. Its methods may be called at any time, also
// while it is in use.
type Provider struct {
	ClientID     string
	ClientSecret string

	server *httptest.Server
	detour *httptest.Server // another host, for [Provider.RedirectsOn]
	closed chan struct{}    // lets go of what hangs
	letGo  chan struct{}    // lets go of what is held

	mu        sync.Mutex
	counted   *sync.Cond // of calls
	now       func() time.Time
	person    Person
	since     time.Time  // when they authenticated; zero: they are asked each time
	refusal   url.Values // what goes back instead of a code, if anything
	redirects bool
	addresses []string // that people may be sent back to; nil: any
	signedOut []string // the same after signing out
	dateless  bool     // answers have no header Date
	connector bool     // one redirect stays on the provider's host
	signs     bool     // UserInfo
	verbatim  bool     // Basic credentials are not decoded
	moved     map[Endpoint]bool
	lies      Lies
	keys      []key // the last one signs
	grants    map[string]grant
	calls     map[Endpoint]int
	asked     map[Endpoint][]url.Values
	secrets   []string
}

// New starts a provider that lives as long as the test. Until it is told who signs
// in, that is a person without a name or an address.
func New(tb testing.TB) *Provider {
	tb.Helper()
	p := &Provider{
		ClientID: "console", ClientSecret: "secret of the console &=%",
		closed: make(chan struct{}), now: time.Now, person: Person{Subject: "somebody"},
		keys: []key{sharedKey()}, grants: map[string]grant{}, moved: map[Endpoint]bool{},
		calls: map[Endpoint]int{}, asked: map[Endpoint][]url.Values{},
	}
	p.secrets, p.letGo, p.counted = []string{p.ClientSecret}, make(chan struct{}), sync.NewCond(&p.mu)
	p.server = httptest.NewServer(p.routes())
	p.detour = httptest.NewServer(http.HandlerFunc(passOn))
	tb.Cleanup(func() {
		close(p.closed)
		p.server.Close()
		p.detour.Close()
	})
	return p
}

// Issuer returns the provider's issuer, an http URL on loopback.
func (p *Provider) Issuer() string { return p.server.URL }

// SignsIn says who signs in from now on.
func (p *Provider) SignsIn(who Person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.person, p.since, p.refusal = who, time.Time{}, nil
}

// HasSession makes the provider ask the person who signs in for nothing from now on: they
// authenticated at that time. Only a max_age that this exceeds has them authenticate again.
func (p *Provider) HasSession(since time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.since = since
}

// Refuses makes the provider send people back with an error instead of a code.
func (p *Provider) Refuses(code, description string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refusal = url.Values{"error": {code}, "error_description": {description}}
}

// Registers makes the provider send people back to those addresses alone.
func (p *Provider) Registers(addresses ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.addresses = addresses
}

// RegistersSignOut makes the provider send people back to those addresses alone after they
// have signed out.
func (p *Provider) RegistersSignOut(addresses ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.signedOut = addresses
}

// SendsNoDate makes the provider answer without the header Date.
func (p *Provider) SendsNoDate() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dateless = true
}

// HasConnector makes the provider redirect people to another path of its own before it looks
// at what is asked, as Dex does where it has one connector.
func (p *Provider) HasConnector() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.connector = true
}

// Dies makes the provider refuse all connections from now on, for good.
func (p *Provider) Dies() { p.server.Close() }

// RedirectsOn makes the provider send people to another host first, as one does
// that relies on a further provider. The other host sends them back.
func (p *Provider) RedirectsOn() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.redirects = true
}

// SignsUserInfo makes the provider sign what it tells at the UserInfo endpoint, with
// the key and in the way in which it signs ID tokens.
func (p *Provider) SignsUserInfo() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.signs = true
}

// TakesBasicVerbatim makes the provider compare Basic credentials without decoding them
// (RFC 6749, section 2.3.1, encodes them as in a form).
func (p *Provider) TakesBasicVerbatim() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.verbatim = true
}

// Moves gives an endpoint another address, which the discovery document names. At the
// old one there is nothing any more.
func (p *Provider) Moves(e Endpoint) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.moved[e] = true
}

// movedTo begins the path of an endpoint that has moved.
const movedTo = "/moved"

// address returns where an endpoint is.
func (p *Provider) address(e Endpoint) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.moved[e] {
		return p.Issuer() + movedTo + string(e)
	}
	return p.Issuer() + string(e)
}

// Lie changes how the provider lies from now on. Lies add up; to tell the truth
// again, assign Lies{}.
func (p *Provider) Lie(change func(*Lies)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lies = p.lies.clone()
	change(&p.lies)
}

// SetClock sets the time that tokens are issued at. It is the real time otherwise.
func (p *Provider) SetClock(now func() time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = now
}

// SignsWith makes the provider sign with a new key for alg from now on, and
// publish it beside the keys before it.
func (p *Provider) SignsWith(tb testing.TB, alg jose.SignatureAlgorithm) {
	tb.Helper()
	k := newKey(tb, alg)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = append(p.keys, k)
}

// RotatesKeys makes the provider sign with a new key, and forget those before it.
func (p *Provider) RotatesKeys(tb testing.TB) {
	tb.Helper()
	k := newKey(tb, jose.ES256)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = []key{k}
}

// Calls returns how often the endpoint has been called.
func (p *Provider) Calls(e Endpoint) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[e]
}

// Held waits until the endpoint has been called that often.
func (p *Provider) Held(tb testing.TB, e Endpoint, calls int) {
	tb.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.calls[e] < calls {
		p.counted.Wait()
	}
}

// LetGo answers what an endpoint holds that [Holds].
func (p *Provider) LetGo() { close(p.letGo) }

// Asked returns the parameters of each call of the endpoint, in order.
func (p *Provider) Asked(e Endpoint) []url.Values {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked[e])
}

// Secrets returns the client secret and every code and token given out, for tests
// that look for them where they must not be.
func (p *Provider) Secrets() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.secrets)
}

// IDTokens returns every ID token given out, in order.
func (p *Provider) IDTokens() []string {
	return slices.DeleteFunc(p.Secrets(), func(s string) bool { return strings.Count(s, ".") != 2 })
}

// lie returns the lies in force.
func (p *Provider) lie() Lies {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lies
}

// overlay returns claims with those of each layer over them, later ones on top. A
// nil value takes the claim away.
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
