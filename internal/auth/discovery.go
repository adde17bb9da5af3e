package auth

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	discoveryLife = time.Hour        // how long a discovery document and its keys are used
	pauseLength   = 10 * time.Second // how long a provider that fails is left alone
)

// A discovery is what the provider says of itself (OpenID Connect Discovery, section
// 3), as far as go-oidc does not keep it.
type discovery struct {
	at       time.Time // when it said so
	provider *oidc.Provider
	keys     *oidc.RemoteKeySet // cached, and fetched again for a key they lack

	KeysURL       string   `json:"jwks_uri"`
	EndSessionURL string   `json:"end_session_endpoint"`
	SendsIssuer   bool     `json:"authorization_response_iss_parameter_supported"`
	TokenAuth     []string `json:"token_endpoint_auth_methods_supported"`
}

// discovered returns what the provider says of itself, asking it if need be. All
// who wait share one question. A provider that fails is not asked again for a
// while; what it said before is good until it answers.
func (p *Provider) discovered(ctx context.Context) (*discovery, error) {
	if known := p.fresh(); known != nil {
		return known, nil
	}
	answer := p.asking.DoChan("", func() (any, error) {
		return nil, p.discover(context.WithoutCancel(ctx))
	})
	var err error
	select {
	case <-ctx.Done():
		err = fault(ctx, "discovery", ctx.Err())
	case result := <-answer:
		err = result.Err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		return nil, err
	}
	return p.known, nil
}

// fresh returns what the provider has said of itself not long ago, or nil.
func (p *Provider) fresh() *discovery {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil || p.now().Sub(p.known.at) >= discoveryLife {
		return nil
	}
	return p.known
}

// discover asks the provider and keeps its answer, unless it failed a moment ago
// or has just answered somebody else.
func (p *Provider) discover(ctx context.Context) error {
	if p.fresh() != nil {
		return nil
	}
	if err := p.discoveryPause.check(p.now()); err != nil {
		return err
	}
	d, err := p.fetchDiscovery(ctx)
	if err != nil {
		p.log.WarnContext(ctx, "OpenID discovery", "issuer", p.config.Issuer, "error", err)
		p.discoveryPause.begin(p.now(), err)
		return err
	}
	p.discoveryPause.end()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known = d
	return nil
}

// fetchDiscovery asks the provider (OpenID Connect Discovery, section 4). It refuses
// one that goes by another name than the settings say, and endpoints that tokens
// may not travel to.
func (p *Provider) fetchDiscovery(ctx context.Context) (*discovery, error) {
	if err := ValidateIssuer(p.config.Issuer); err != nil {
		return nil, untrusted("the issuer in the settings: %v", err)
	}
	ctx = oidc.ClientContext(ctx, p.client)
	provider, err := oidc.NewProvider(ctx, p.config.Issuer) // compares the issuer
	if err != nil {
		return nil, fault(ctx, "discovery", err)
	}
	d := &discovery{at: p.now(), provider: provider}
	if err := provider.Claims(d); err != nil {
		return nil, fault(ctx, "discovery", err)
	}
	endpoint := provider.Endpoint()
	addresses := []string{endpoint.AuthURL, endpoint.TokenURL, d.KeysURL}
	for _, optional := range []string{provider.UserInfoEndpoint(), d.EndSessionURL} {
		if optional != "" {
			addresses = append(addresses, optional)
		}
	}
	for _, address := range addresses {
		if _, err := parseEndpoint(address); err != nil {
			return nil, untrusted("discovery: an endpoint is refused: %v", err)
		}
	}
	// The keys are fetched long after the request that led here has been answered.
	d.keys = oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), p.client), d.KeysURL)
	return d, nil
}

// oauth returns the OAuth 2.0 client for the provider. The secret travels in the
// header unless the provider wants it elsewhere (OpenID Connect Core, section 9).
func (d *discovery) oauth(c Config) *oauth2.Config {
	endpoint := d.provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader // what is meant where nothing is said
	if c.ClientSecret == "" || len(d.TokenAuth) > 0 && !slices.Contains(d.TokenAuth, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{
		ClientID: c.ClientID, ClientSecret: c.ClientSecret,
		Endpoint: endpoint, RedirectURL: c.RedirectURL, Scopes: c.Scopes,
	}
}

// A pause keeps a provider that fails from being asked on every request. When it
// is over one caller tries, and the others wait for what comes of it.
type pause struct {
	mu    sync.Mutex
	until time.Time
	cause error
}

// check returns why the provider is not to be asked now, or nil if it is.
func (p *pause) check(now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.cause == nil:
		return nil
	case now.Before(p.until):
		return fmt.Errorf("not asked again yet: %w", p.cause)
	}
	p.until = now.Add(pauseLength)
	return nil
}

// begin leaves the provider alone from now on, because of cause.
func (p *pause) begin(now time.Time, cause error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until, p.cause = now.Add(pauseLength), cause
}

// end lets the provider be asked again.
func (p *pause) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until, p.cause = time.Time{}, nil
}
