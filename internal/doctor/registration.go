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
	return append([]Finding{known}, e.registered(ctx, client, address, known.Level == Wrong)...)
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

// registered asks the provider to sign somebody in without asking them (OpenID Connect
// Core, section 3.1.2.1), which cannot succeed: the answer goes back to the redirect
// address if that is registered, and nowhere if it is not.
func (e *examination) registered(ctx context.Context, client *http.Client, address string, strange bool) []Finding {
	ours := e.redirectURL()
	got, err := e.get(ctx, client, address+"&prompt=none", nil)
	if err != nil {
		return []Finding{unknown("redirect address", "The provider's authorization endpoint could not be asked: "+reason(err)+".", "")}
	}
	back := got.header.Get("Location")
	fix := "Register " + ours + " at the provider, to the letter."
	switch {
	case withoutQuery(back) == ours:
		return append([]Finding{ok("redirect address", ours+" is registered.")}, refusedScopes(back)...)
	case strange:
		return []Finding{unknown("redirect address", "The provider does not know the client, so it does not tell.", "")}
	case got.status >= 400 && got.status < 500:
		return []Finding{wrong("redirect address", fmt.Sprintf("The provider does not send people back to %s: it answers %d.", ours, got.status), fix)}
	case got.status < 500 && e.tellsApart(ctx, client, address, got):
		return []Finding{ok("redirect address", ours+" is registered: another one is answered otherwise.")}
	}
	return []Finding{unknown("redirect address", "The provider's answer does not tell whether "+ours+" is registered.", fix)}
}

// tellsApart reports whether the provider answers otherwise than got for a redirect
// address that is surely not registered.
func (e *examination) tellsApart(ctx context.Context, client *http.Client, address string, got answer) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	query := u.Query()
	query.Set("redirect_uri", e.redirectURL()+"/"+auth.NewSecret())
	query.Set("prompt", "none")
	u.RawQuery = query.Encode()
	other, err := e.get(ctx, client, u.String(), nil)
	return err == nil && (other.status != got.status ||
		withoutQuery(other.header.Get("Location")) != withoutQuery(got.header.Get("Location")))
}

// refusedScopes tells of scopes that the provider refused when it came back.
func refusedScopes(back string) []Finding {
	u, err := url.Parse(back)
	if err != nil || u.Query().Get("error") != "invalid_scope" {
		return nil
	}
	return []Finding{wrong("scopes", "The provider refuses the scopes that are asked for.",
		"Take from --oidc-scopes what the console is not given at the provider, or have it given there.")}
}
