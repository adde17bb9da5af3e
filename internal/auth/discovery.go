package auth

import (
	"context"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

const (
	discoveryLife = time.Hour        // how long a discovery document and its keys are used
	rereadPause   = 10 * time.Second // between two early readings of the document
)

// A discovery is what is used of what the provider says of itself (OpenID Connect
// Discovery, section 3).
type discovery struct {
	at   time.Time // when it said so
	keys *keySet

	authorizationURL string
	tokenURL         string
	userInfoURL      string   // may be empty
	endSessionURL    string   // may be empty
	sendsIssuer      bool     // authorization_response_iss_parameter_supported (RFC 9207)
	tokenAuth        []string // token_endpoint_auth_methods_supported; empty where it does not say
}

// discovered returns what the provider says of itself, asking it if need be. All
// who wait share one question. A provider that fails is not asked again for a
// while; what it said before is good until it answers.
func (p *Provider) discovered(ctx context.Context) (*discovery, error) {
	known := p.latest()
	if known != nil && p.now().Sub(known.at) < discoveryLife {
		return known, nil
	}
	return p.rediscovered(ctx, known)
}

// rediscovered returns what the provider says of itself after old, which may be nil. It
// returns old where the provider does not answer.
func (p *Provider) rediscovered(ctx context.Context, old *discovery) (*discovery, error) {
	answer := p.asking.DoChan("", func() (any, error) {
		return nil, p.discover(context.WithoutCancel(ctx), old)
	})
	var err error
	select {
	case <-ctx.Done():
		err = callFault(ctx, CauseDiscovery, ctx.Err())
	case result := <-answer:
		err = result.Err
	}
	if known := p.latest(); known != nil {
		return known, nil
	}
	return nil, err
}

// following makes a call at an endpoint that the provider names. Where there is nothing
// there any more, it asks the provider for the new address and makes the call again.
func (p *Provider) following(ctx context.Context, call func(*discovery) error) error {
	d, err := p.discovered(ctx)
	if err != nil {
		return err
	}
	if err = call(d); !gone(err) {
		return err
	}
	if again, news := p.moved(ctx, d); news {
		return call(again)
	}
	return err
}

// moved returns what the provider says of itself now that there is nothing at an
// endpoint of d any more. It reports false where that is no news: the document was read
// for that reason a moment ago.
func (p *Provider) moved(ctx context.Context, d *discovery) (*discovery, bool) {
	p.mu.Lock()
	known, now := p.known, p.now()
	rest := now.Sub(p.reread) < rereadPause
	if known == d && !rest {
		p.reread = now
	}
	p.mu.Unlock()
	switch {
	case known != d: // another sign-in has read it
		return known, true
	case rest:
		return nil, false
	}
	again, err := p.rediscovered(ctx, d)
	return again, err == nil && again != d
}

// latest returns what the provider said of itself last, or nil.
func (p *Provider) latest() *discovery {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.known
}

// discover asks the provider and keeps its answer, unless old has been replaced
// meanwhile, or the circuit is open. A document that is known keeps its place after a
// failure, so one failure is enough to open it.
func (p *Provider) discover(ctx context.Context, old *discovery) error {
	if p.latest() != old {
		return nil
	}
	begun := p.now()
	if err := p.discoveryCircuit.check(begun); err != nil {
		return err
	}
	d, err := p.fetchDiscovery(ctx)
	if err != nil {
		p.log.WarnContext(ctx, "OpenID discovery", "issuer", p.config.Issuer, "cause", CauseOf(err), "error", err)
		p.discoveryCircuit.fail(begun, p.now(), err, old != nil)
		return err
	}
	p.discoveryCircuit.close()
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
		return nil, untrusted(CauseDiscovery, "the issuer in the settings: %v", err)
	}
	body, err := get(ctx, p.client, strings.TrimSuffix(p.config.Issuer, "/")+"/.well-known/openid-configuration", CauseDiscovery)
	if err != nil {
		return nil, err
	}
	document, err := parseObject(body)
	if err != nil {
		return nil, untrusted(CauseDiscovery, "%v", err)
	}
	if issuer := document.text("issuer"); issuer != p.config.Issuer {
		return nil, untrusted(CauseIssuerDiffers, "the document is of the issuer %q", issuer)
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

// check refuses a document without an endpoint that is needed, and endpoints that
// tokens may not travel to.
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
			return untrusted(CauseDiscovery, "it has no %s", endpoint.name)
		}
		if _, err := parseEndpoint(endpoint.address); err != nil {
			return untrusted(CauseEndpoint, "%s: %v", endpoint.name, err)
		}
	}
	return nil
}

// oauth returns the OAuth 2.0 client that people are sent to the provider with.
func (d *discovery) oauth(c Config) *oauth2.Config {
	return &oauth2.Config{
		ClientID: c.ClientID, RedirectURL: c.RedirectURL, Scopes: c.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: d.authorizationURL},
	}
}
