package auth

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"
)

// Config says which provider signs people in, and how the console is registered there.
type Config struct {
	Issuer        string // exactly as in the discovery document; see [ValidateIssuer]
	ClientID      string
	ClientSecret  string   // empty for a public client
	RedirectURL   string   // callback address of a sign-in
	PostLogoutURL string   // callback address of a sign-out
	Scopes        []string // empty: openid, profile and email
	EmailClaim    string   // empty: email

	DepartmentClaim string // names of the claims with department, title and manager; empty: none
	TitleClaim      string
	ManagerClaim    string

	Timeout time.Duration    // for each request to the provider; zero: five seconds
	Now     func() time.Time // nil: time.Now
	Log     *slog.Logger     // nil: no logging

	// Watch wraps the transport of requests to the provider, for metrics and tracing. It must
	// not alter request or response. nil: no wrapper.
	Watch func(http.RoundTripper) http.RoundTripper
}

// A Provider is a client of an OpenID provider. It is safe for concurrent use.
type Provider struct {
	config Config
	client *http.Client
	now    func() time.Time
	log    *slog.Logger

	flight singleflight.Group // requests for the discovery document
	mu     sync.Mutex
	known  *discovery // cached document; nil before the first request
	reread time.Time  // when it was last fetched before it expired

	discoveryCircuit circuit                // of requests for the discovery document
	signInCircuit    circuit                // of the requests that complete a sign-in
	clientAuth       atomic.Pointer[string] // see ClientAuth; nil before the first accepted one
}

// NewProvider returns a client of a provider. It makes no request: the discovery document is
// fetched at the first sign-in.
func NewProvider(c Config) *Provider {
	if len(c.Scopes) == 0 {
		c.Scopes = []string{oidc.ScopeOpenID, oidc.ScopeProfile, oidc.ScopeEmail}
	}
	if !slices.Contains(c.Scopes, oidc.ScopeOpenID) {
		c.Scopes = append([]string{oidc.ScopeOpenID}, c.Scopes...)
	}
	if c.EmailClaim == "" {
		c.EmailClaim = "email"
	}
	if c.Timeout == 0 {
		c.Timeout = callTimeout
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	client := newClient(c.Timeout)
	if c.Watch != nil {
		client.Transport = c.Watch(client.Transport)
	}
	return &Provider{config: c, client: client, now: c.Now, log: c.Log, discoveryCircuit: circuit{retryAfter: time.Second}}
}

// An Attempt is a sign-in in progress. It is bound to the browser that began it, valid once,
// and secret.
type Attempt struct {
	Seed     string // the next three are derived from it, see [AttemptOf]
	State    string // returned in the callback
	Nonce    string // returned in the ID token (OpenID Connect Core, section 15.5.2)
	Verifier string // PKCE code verifier (RFC 7636)
	MaxAge   *int   // as in [BeginOptions]; not derived from Seed
}

// AttemptOf returns the attempt of a seed, which is a [NewSecret]. State, nonce and verifier
// are derived from it (HKDF, RFC 5869), so that only the seed has to be stored while the
// browser is at the provider. None of the three reveals another, or the seed.
func AttemptOf(seed string) Attempt {
	derive := func(use string) string {
		key, err := hkdf.Expand(sha256.New, []byte(seed), use, secretBytes)
		if err != nil {
			panic(err) // only for an invalid key length
		}
		return base64.RawURLEncoding.EncodeToString(key)
	}
	return Attempt{Seed: seed, State: derive("state"), Nonce: derive("nonce"), Verifier: derive("verifier")}
}

// Values of the parameter prompt (OpenID Connect Core, section 3.1.2.1).
const (
	// PromptSelectAccount has the provider ask which account to use.
	PromptSelectAccount = "select_account"
	// PromptNone forbids the provider to ask the person anything. If it would have to, it
	// returns an error such as login_required: [CauseInteraction].
	PromptNone = "none"
)

// BeginOptions are optional parameters of an authentication request (OpenID Connect Core,
// section 3.1.2.1).
type BeginOptions struct {
	Prompt    string // value of prompt; empty: none is sent
	LoginHint string // expected e-mail address; empty: none is sent
	MaxAge    *int   // maximum seconds since the person authenticated; nil: none is sent
}

// parameters returns the options as query parameters.
func (o BeginOptions) parameters() (all []oauth2.AuthCodeOption) {
	if o.Prompt != "" {
		all = append(all, oauth2.SetAuthURLParam("prompt", o.Prompt))
	}
	if o.LoginHint != "" {
		all = append(all, oauth2.SetAuthURLParam("login_hint", o.LoginHint))
	}
	if o.MaxAge != nil {
		all = append(all, oauth2.SetAuthURLParam("max_age", strconv.Itoa(*o.MaxAge)))
	}
	return all
}

// Begin starts a sign-in. It returns the URL to redirect the browser to (OpenID Connect Core,
// section 3.1.2.1; PKCE: RFC 7636, section 4.3) and the attempt to keep until the callback. The
// error is [ErrUnavailable] or [ErrUntrusted].
func (p *Provider) Begin(ctx context.Context, o BeginOptions) (string, Attempt, error) {
	d, err := p.discovered(ctx)
	if err != nil {
		return "", Attempt{}, err
	}
	a := AttemptOf(NewSecret())
	a.MaxAge = o.MaxAge
	parameters := append(o.parameters(), oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier))
	return d.oauth(p.config).AuthCodeURL(a.State, parameters...), a, nil
}

// maxHint is the maximum length of a logout_hint, in bytes.
const maxHint = 1000

// SignOutURL returns the URL that ends the session at the provider and returns to PostLogoutURL
// with state, which may be empty (OpenID Connect RP-Initiated Logout, section 2). hint is sent
// as logout_hint unless it is empty; without it the provider may ask who signs out. SignOutURL
// returns "" if the provider has no such endpoint or is unavailable.
func (p *Provider) SignOutURL(ctx context.Context, hint, state string) string {
	d, err := p.discovered(ctx)
	if err != nil || d.endSessionURL == "" {
		return ""
	}
	address, err := url.Parse(d.endSessionURL)
	if err != nil {
		return ""
	}
	query := address.Query()
	query.Set("client_id", p.config.ClientID)
	if hint != "" && len(hint) <= maxHint {
		query.Set("logout_hint", hint)
	}
	if p.config.PostLogoutURL != "" {
		query.Set("post_logout_redirect_uri", p.config.PostLogoutURL)
		if state != "" {
			query.Set("state", state)
		}
	}
	address.RawQuery = query.Encode()
	return address.String()
}
