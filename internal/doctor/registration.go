package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/roboto-ai/console/internal/auth"
)

// registration asks the provider whether it knows the console, as far as it tells
// without a person.
func (e *examination) registration(ctx context.Context, client *http.Client, doc *document) []Finding {
	if e.Provider.ClientID == "" || e.BaseURL == nil {
		return nil
	}
	p := auth.NewProvider(e.providerConfig(doc))
	address, attempt, err := p.Begin(ctx, auth.BeginOptions{})
	if err != nil {
		return nil // and other checks say why
	}
	known := e.knownClient(ctx, p, attempt, doc)
	return []Finding{known, e.registered(ctx, client, address, known.Level == Wrong)}
}

// providerConfig returns the settings by which the console asks the provider. Where
// the provider on the same host writes its name otherwise than the setting, it is
// asked by that, so that the rest can be found out.
func (e *examination) providerConfig(doc *document) auth.Config {
	c := e.Provider
	c.RedirectURL = e.redirectURL()
	c.Timeout, c.Now = e.Limit, e.Now
	if doc != nil && hostOf(doc.Issuer) == hostOf(c.Issuer) && auth.ValidateIssuer(doc.Issuer) == nil {
		c.Issuer = doc.Issuer
	}
	return c
}

// redirectURL is the address to register at the provider.
func (e *examination) redirectURL() string {
	return strings.TrimSuffix(e.BaseURL.String(), "/") + e.CallbackPath
}

// knownClient redeems a code that nobody gave: a provider that knows the client
// refuses the code, and one that does not refuses the client (RFC 6749, section 5.2).
func (e *examination) knownClient(ctx context.Context, p *auth.Provider, a auth.Attempt, doc *document) Finding {
	if e.Unread["oidc-client-secret"] {
		return unknown("client", "The client secret could not be read.", "")
	}
	err := redeem(ctx, p, a, doc)
	switch {
	case err == nil:
		return wrong("client", "The provider accepts a code that it never gave.", "Do not use this provider: it lets anyone in.")
	case refusesCode(err) && e.looksAtCodeFirst(ctx, doc):
		return unknown("client", "The provider looks at the code before it looks at the client, so it does not tell.", "Try a sign-in with console doctor --sign-in.")
	case refusesCode(err):
		return ok("client", "The provider knows the client, and accepts how it shows who it is: "+p.ClientAuth()+".")
	case refusesClient(err) && e.Provider.ClientSecret == "":
		return wrong("client", "The provider does not accept the client ID without a secret.",
			"Set --oidc-client-secret, or register the console as a public client; compare --oidc-client-id with the provider's.")
	case refusesClient(err):
		return wrong("client", "The provider does not accept client ID and secret.",
			"Compare --oidc-client-id with the provider's, and make a new secret there for --oidc-client-secret: the old one may have expired.")
	case errors.Is(err, auth.ErrUnavailable):
		return wrong("client", "The provider's token endpoint does not answer, or is in trouble.",
			"Look at the provider; nobody can sign in until it works.")
	}
	return unknown("client", fmt.Sprintf("The provider's answer to a made-up code does not tell: %s.", shortened(err.Error())),
		"Try a sign-in with console doctor --sign-in.")
}

// redeem has p redeem a code that nobody gave.
func redeem(ctx context.Context, p *auth.Provider, a auth.Attempt, doc *document) error {
	_, err := p.Complete(ctx, a, url.Values{"state": {a.State}, "code": {auth.NewSecret()}, "iss": {doc.Issuer}})
	return err
}

// looksAtCodeFirst reports whether the provider refuses the code also of a client
// that shows a secret which is surely wrong.
func (e *examination) looksAtCodeFirst(ctx context.Context, doc *document) bool {
	c := e.providerConfig(doc)
	if c.ClientSecret == "" {
		return false
	}
	c.ClientSecret = auth.NewSecret()
	p := auth.NewProvider(c)
	_, attempt, err := p.Begin(ctx, auth.BeginOptions{})
	return err == nil && refusesCode(redeem(ctx, p, attempt, doc))
}

// refusesCode reports whether err is a provider's refusal of a code.
func refusesCode(err error) bool { return auth.CauseOf(err) == auth.CauseCode }

// refusesClient reports whether err is a provider's refusal of a client.
func refusesClient(err error) bool {
	return auth.CauseOf(err) == auth.CauseClient || auth.CauseOf(err) == auth.CauseUnauthorized
}
