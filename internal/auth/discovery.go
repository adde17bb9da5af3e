package auth

import (
	"context"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

const (
	discoveryLife = time.Hour        // how long a discovery document and its keys are cached
	rereadPause   = 10 * time.Second // minimum time between two fetches before the document has expired
)

// A discovery is the part of a discovery document that is used (OpenID Connect Discovery,
// section 3).
type discovery struct {
	at   time.Time // when it was fetched
	keys *keySet

	authorizationURL string
	tokenURL         string
	userInfoURL      string   // may be empty
	endSessionURL    string   // may be empty
	sendsIssuer      bool     // authorization_response_iss_parameter_supported (RFC 9207)
	tokenAuth        []string // token_endpoint_auth_methods_supported; may be empty
}

// discovered returns the cached discovery document, or fetches it if there is none or it has
// expired. Concurrent calls share one request. If the fetch fails, an expired document is used.
func (p *Provider) discovered(ctx context.Context) (*discovery, error) {
	known := p.latest()
	if known != nil && p.now().Sub(known.at) < discoveryLife {
		return known, nil
	}
	return p.rediscovered(ctx, known)
}

// rediscovered fetches the document to replace old, which may be nil. It returns old if the
// fetch fails.
func (p *Provider) rediscovered(ctx context.Context, old *discovery) (*discovery, error) {
	answer := p.flight.DoChan("", func() (any, error) {
		return nil, p.discover(context.WithoutCancel(ctx), old)
	})
	var err error
	select {
	case <-ctx.Done():
		err = requestFault(ctx, CauseDiscovery, ctx.Err())
	case result := <-answer:
		err = result.Err
	}
	if known := p.latest(); known != nil {
		return known, nil
	}
	return nil, err
}

// withRediscovery calls an endpoint. If the endpoint does not exist any more, it fetches the
// discovery document and, if that has changed, calls again.
func (p *Provider) withRediscovery(ctx context.Context, call func(*discovery) error) error {
	d, err := p.discovered(ctx)
	if err != nil {
		return err
	}
	if err = call(d); !endpointGone(err) {
		return err
	}
	if newer, ok := p.newerThan(ctx, d); ok {
		return call(newer)
	}
	return err
}

// newerThan returns a document newer than d, an endpoint of which does not exist any more. It
// reports false if the document was fetched for this reason less than rereadPause ago.
func (p *Provider) newerThan(ctx context.Context, d *discovery) (*discovery, bool) {
	p.mu.Lock()
	known, now := p.known, p.now()
	paused := now.Sub(p.reread) < rereadPause
	if known == d && !paused {
		p.reread = now
	}
	p.mu.Unlock()
	switch {
	case known != d: // another sign-in has fetched it
		return known, true
	case paused:
		return nil, false
	}
	again, err := p.rediscovered(ctx, d)
	return again, err == nil && again != d
}

// latest returns the cached document, or nil.
func (p *Provider) latest() *discovery {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.known
}

// discover fetches the document and caches it, unless old has been replaced meanwhile or the
// circuit is open. With a cached document to fall back on, a single failure opens the circuit.
func (p *Provider) discover(ctx context.Context, old *discovery) error {
	if p.latest() != old {
		return nil
	}
	started := p.now()
	if err := p.discoveryCircuit.check(started); err != nil {
		return err
	}
	d, err := p.fetchDiscovery(ctx)
	if err != nil {
		p.log.WarnContext(ctx, "OpenID discovery", "issuer", p.config.Issuer, "cause", CauseOf(err), "error", err)
		p.discoveryCircuit.fail(started, p.now(), err, old != nil)
		return err
	}
	p.discoveryCircuit.close()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known = d
	return nil
}

// fetchDiscovery fetches and checks the document (OpenID Connect Discovery, section 4): its
// issuer must be that of the settings, and its endpoints must be safe.
func (p *Provider) fetchDiscovery(ctx context.Context) (*discovery, error) {
	if err := ValidateIssuer(p.config.Issuer); err != nil {
		return nil, newFault(CauseDiscovery, "the issuer in the settings: %v", err)
	}
	body, err := get(ctx, p.client, strings.TrimSuffix(p.config.Issuer, "/")+"/.well-known/openid-configuration", CauseDiscovery)
	if err != nil {
		return nil, err
	}
	document, err := parseObject(body)
	if err != nil {
		return nil, newFault(CauseDiscovery, "%v", err)
	}
	if issuer := document.text("issuer"); issuer != p.config.Issuer {
		return nil, newFault(CauseIssuerDiffers, "the document's issuer is %q", issuer)
	}
	d := &discovery{
		at:               p.now(),
		authorizationURL: document.text("authorization_endpoint"),
		tokenURL:         document.text("token_endpoint"),
		userInfoURL:      document.text("userinfo_endpoint"),
		endSessionURL:    document.text("end_session_endpoint"),
		tokenAuth:        document.texts("token_endpoint_auth_methods_supported"),
		keys:             &keySet{client: p.client, url: document.text("jwks_uri"), now: p.now},
	}
	d.sendsIssuer, _ = as[bool](document, "authorization_response_iss_parameter_supported")
	return d, d.check()
}

// check returns an error if a required endpoint is missing, or one is neither https nor on
// loopback.
func (d *discovery) check() error {
	for _, endpoint := range []struct {
		name, address string
		optional      bool
	}{
		{"authorization_endpoint", d.authorizationURL, false},
		{"token_endpoint", d.tokenURL, false},
		{"jwks_uri", d.keys.url, false},
		{"userinfo_endpoint", d.userInfoURL, true},
		{"end_session_endpoint", d.endSessionURL, true},
	} {
		if endpoint.address == "" && endpoint.optional {
			continue
		}
		if endpoint.address == "" {
			return newFault(CauseDiscovery, "no %s", endpoint.name)
		}
		if _, err := parseEndpoint(endpoint.address); err != nil {
			return newFault(CauseEndpoint, "%s: %v", endpoint.name, err)
		}
	}
	return nil
}

// oauth returns the OAuth 2.0 client that builds the authorization URL.
func (d *discovery) oauth(c Config) *oauth2.Config {
	return &oauth2.Config{
		ClientID: c.ClientID, RedirectURL: c.RedirectURL, Scopes: c.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: d.authorizationURL},
	}
}
