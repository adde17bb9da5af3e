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

// Config says which provider signs people in, and how we are known there.
type Config struct {
	Issuer        string // exactly as the provider writes it; see [ValidateIssuer]
	ClientID      string
	ClientSecret  string   // empty for a public client
	RedirectURL   string   // where the provider sends people back to
	PostLogoutURL string   // where it sends them after signing out
	Scopes        []string // empty: openid, profile and email
	EmailClaim    string   // empty: email

	Timeout time.Duration    // for each call to the provider; zero: five seconds
	Now     func() time.Time // nil: time.Now
	Log     *slog.Logger     // nil: nothing is logged

	// Watch is put around each call to the provider, with the context that led to it.
	// It hands the call on and leaves request and answer as they are. nil: nobody
	// watches.
	Watch func(http.RoundTripper) http.RoundTripper
}

// A Provider signs people in at an OpenID provider. It is safe for use by several
// goroutines at once.
type Provider struct {
	config Config
	client *http.Client
	now    func() time.Time
	log    *slog.Logger

	asking singleflight.Group // for the discovery document
	mu     sync.Mutex
	known  *discovery // nil until the provider has been asked
	reread time.Time  // when the document was last read before its time

	discoveryCircuit circuit                // of asking for the discovery document
	signInCircuit    circuit                // of the calls that complete a sign-in
	clientAuth       atomic.Pointer[string] // see ClientAuth; nil before any was accepted
}

// NewProvider returns the client of a provider. It calls nobody: the provider is
// asked about itself when somebody first signs in.
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
	return &Provider{config: c, client: client, now: c.Now, log: c.Log, discoveryCircuit: circuit{early: time.Second}}
}

// An Attempt is one sign-in under way. It belongs to the browser that began it, is
// good for one use, and is a secret.
type Attempt struct {
	Seed     string // the next three follow from it, see [AttemptOf]
	State    string // comes back with the browser
	Nonce    string // comes back in the ID token (OpenID Connect Core, section 15.5.2)
	Verifier string // proves to the provider that the code is redeemed by us (RFC 7636)
	MaxAge   *int   // as in [BeginOptions]; does not follow from Seed
}

// AttemptOf returns the attempt of a seed of 256 random bits, as [NewSecret] makes
// them. State, nonce and verifier are derived from it (HKDF, RFC 5869), so that only
// the seed has to be kept while the browser is at the provider: none of the three
// tells another, nor the seed.
func AttemptOf(seed string) Attempt {
	derive := func(use string) string {
		key, err := hkdf.Expand(sha256.New, []byte(seed), use, secretBytes)
		if err != nil {
			panic(err) // only for a length that no hash has
		}
		return base64.RawURLEncoding.EncodeToString(key)
	}
	return Attempt{Seed: seed, State: derive("state"), Nonce: derive("nonce"), Verifier: derive("verifier")}
}

// Values of the parameter prompt (OpenID Connect Core, section 3.1.2.1).
const (
	// PromptSelectAccount has the provider ask which of its accounts to sign in with.
	PromptSelectAccount = "select_account"
	// PromptNone has the provider ask nothing. Where it would have to, it refuses with a
	// code such as "login_required": [CauseInteraction].
	PromptNone = "none"
)

// BeginOptions say how a provider is asked to sign a person in (OpenID Connect Core,
// section 3.1.2.1).
type BeginOptions struct {
	Prompt    string // one of the values of prompt; empty: as the provider likes
	LoginHint string // address of who is likely to sign in; empty: not known
	MaxAge    *int   // seconds since the person has signed in at the provider; nil: any
}

// parameters returns what the options add to the address.
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

// Begin starts a sign-in. It returns the address to send the browser to (OpenID
// Connect Core, section 3.1.2.1, with PKCE: RFC 7636, section 4.3) and the attempt
// to keep until it comes back. The error is [ErrUnavailable] or [ErrUntrusted].
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

// maxHint is the longest hint, in bytes, that is sent in an address.
const maxHint = 1000

// SignOutURL returns the address at the provider that ends the session there and
// comes back to the configured place with state, which may be empty (OpenID Connect
// RP-Initiated Logout, section 2). hint, which may be empty, tells the provider who
// signs out, as it knows them; without an ID token it may ask them. SignOutURL returns
// "" where the provider has no such address or cannot be asked for it.
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
