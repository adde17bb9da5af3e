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

// registration checks the console's registration at the provider as far as possible without a
// person.
func (e *examination) registration(ctx context.Context, client *http.Client, doc *document) []Finding {
	if e.Provider.ClientID == "" || e.BaseURL == nil {
		return nil
	}
	p := auth.NewProvider(e.providerConfig(doc))
	address, attempt, err := p.Begin(ctx, auth.BeginOptions{})
	if err != nil {
		return nil // reported by other checks
	}
	known := e.checkClient(ctx, p, attempt, doc)
	return []Finding{known, e.registered(ctx, client, address, known.Level == Wrong)}
}

// providerConfig returns the settings of a client of the provider. If the provider on the same
// host has another issuer than the setting, that is used, so that the other checks can be made.
func (e *examination) providerConfig(doc *document) auth.Config {
	c := e.Provider
	c.RedirectURL = e.redirectURL()
	c.Timeout, c.Now = e.Limit, e.Now
	if doc != nil && hostOf(doc.Issuer) == hostOf(c.Issuer) && auth.ValidateIssuer(doc.Issuer) == nil {
		c.Issuer = doc.Issuer
	}
	return c
}

// redirectURL returns the address to register at the provider.
func (e *examination) redirectURL() string {
	return strings.TrimSuffix(e.BaseURL.String(), "/") + e.CallbackPath
}

// checkClient exchanges a made-up code: a provider that accepts the client refuses the code,
// and one that does not refuses the client (RFC 6749, section 5.2).
func (e *examination) checkClient(ctx context.Context, p *auth.Provider, a auth.Attempt, doc *document) Finding {
	if e.Unread["oidc-client-secret"] {
		return unknown("client", "The client secret could not be read.", "")
	}
	err := exchangeMadeUpCode(ctx, p, a, doc)
	switch {
	case err == nil:
		return wrong("client", "The provider accepts a made-up code.", "Do not use this provider: everyone could sign in as anyone.")
	case refusesCode(err) && e.checksCodeFirst(ctx, doc):
		return unknown("client", "The provider checks the code before the client, so this cannot be checked.", "Try a sign-in with console doctor --sign-in.")
	case refusesCode(err):
		return ok("client", "The provider accepts the client, with the authentication method "+p.ClientAuth()+".")
	case refusesClient(err) && e.Provider.ClientSecret == "":
		return wrong("client", "The provider does not accept the client ID without a secret.",
			"Set --oidc-client-secret, or register the console as a public client; compare --oidc-client-id with the provider's.")
	case refusesClient(err):
		return wrong("client", "The provider does not accept client ID and secret.",
			"Compare --oidc-client-id with the provider's, and make a new secret there for --oidc-client-secret: the old one may have expired.")
	case errors.Is(err, auth.ErrUnavailable):
		return wrong("client", "The provider's token endpoint does not respond, or reports an error.",
			"Check the provider; sign-ins fail until it works.")
	}
	return unknown("client", fmt.Sprintf("The provider's response to a made-up code is inconclusive: %s.", shortened(err.Error())),
		"Try a sign-in with console doctor --sign-in.")
}

// exchangeMadeUpCode exchanges a random code.
func exchangeMadeUpCode(ctx context.Context, p *auth.Provider, a auth.Attempt, doc *document) error {
	_, err := p.Complete(ctx, a, url.Values{"state": {a.State}, "code": {auth.NewSecret()}, "iss": {doc.Issuer}})
	return err
}

// checksCodeFirst reports whether the provider refuses the code also with a wrong client
// secret.
func (e *examination) checksCodeFirst(ctx context.Context, doc *document) bool {
	c := e.providerConfig(doc)
	if c.ClientSecret == "" {
		return false
	}
	c.ClientSecret = auth.NewSecret()
	p := auth.NewProvider(c)
	_, attempt, err := p.Begin(ctx, auth.BeginOptions{})
	return err == nil && refusesCode(exchangeMadeUpCode(ctx, p, attempt, doc))
}

// refusesCode reports whether the provider refused the code.
func refusesCode(err error) bool { return auth.CauseOf(err) == auth.CauseCode }

// refusesClient reports whether the provider refused the client.
func refusesClient(err error) bool {
	return auth.CauseOf(err) == auth.CauseClient || auth.CauseOf(err) == auth.CauseUnauthorized
}
