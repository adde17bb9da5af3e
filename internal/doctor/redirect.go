package doctor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/web/words"
)

// registered checks the redirect address with prompt=none (OpenID Connect Core, section
// 3.1.2.1). The provider responds at the redirect address if that is registered, and shows an
// error page if not (RFC 6749, section 4.1.2.1). unknownClient says that the provider does not
// accept the client.
func (e *examination) registered(ctx context.Context, client *http.Client, address string, unknownClient bool) Finding {
	const check = "redirect address"
	ours := e.redirectURL()
	got, back, err := e.getFollowing(ctx, client, address+"&prompt=none")
	if err != nil {
		return unknown(check, "The request to the provider's authorization endpoint failed: "+reason(err)+".", "")
	}
	fix := "Register exactly " + ours + " at the provider."
	switch {
	case withoutQuery(back) == ours:
		return e.redirectResult(back)
	case unknownClient:
		return unknown(check, "The provider does not accept the client, so this cannot be checked.", "")
	case got.status >= 400 && got.status < 500:
		return wrong(check, fmt.Sprintf("The provider does not redirect to %s: it responds with status %d.", ours, got.status), fix)
	case got.status < 500 && e.distinguishes(ctx, client, address+"&prompt=none", "redirect_uri", got.status, back):
		return ok(check, ours+" is registered: the provider responds differently to another one.")
	}
	return unknown(check, "The provider's response does not show whether "+ours+" is registered.", fix)
}

// distinguishes reports whether the provider responds differently if the parameter of address
// is an unregistered redirect address.
func (e *examination) distinguishes(ctx context.Context, client *http.Client, address, parameter string, status int, back string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	query := u.Query()
	query.Set(parameter, query.Get(parameter)+"/"+auth.NewSecret())
	u.RawQuery = query.Encode()
	other, otherBack, err := e.getFollowing(ctx, client, u.String())
	return err == nil && (other.status != status || withoutQuery(otherBack) != withoutQuery(back))
}

// asksPerson are the codes with which a provider refuses because it would have to ask the
// person (OpenID Connect Core, section 3.1.2.6): the request itself was accepted.
var asksPerson = map[string]bool{
	"login_required": true, "interaction_required": true, "consent_required": true, "account_selection_required": true,
}

// redirectResult returns the finding on the provider's redirect back to the console.
func (e *examination) redirectResult(back string) Finding {
	const check = "redirect address"
	query := url.Values{}
	if u, err := url.Parse(back); err == nil {
		query = u.Query()
	}
	code, description := query.Get("error"), query.Get("error_description")
	ours := e.redirectURL()
	switch {
	case asksPerson[code], code == "" && query.Get("code") != "":
		return ok(check, ours+" is registered.")
	case code == "":
		return unknown(check, "The provider redirects to "+ours+" with neither a code nor an error.", "Have it respond in the query (response_mode=query) with response_type=code.")
	}
	refused := &auth.ProviderError{Code: code, Description: description}
	r := words.Refusals[string(refused.Cause())]
	found := fmt.Sprintf("The provider refuses a sign-in with the error %s%s.", quoted(code), e.quotedDescription(description))
	if refused.Cause() == auth.CauseServerError {
		return unknown(check, found+" "+r.Found, r.Fix)
	}
	for _, one := range requestFixes {
		if one.code == code && one.description.MatchString(description) {
			return wrong(check, found, strings.ReplaceAll(one.fix, "ADDRESS", ours))
		}
	}
	return wrong(check, found, r.Fix)
}

// quotedDescription returns the provider's description of an error as part of a sentence,
// without the client secret, which it may repeat.
func (e *examination) quotedDescription(description string) string {
	if description == "" {
		return ""
	}
	if e.Provider.ClientSecret != "" {
		description = strings.ReplaceAll(description, e.Provider.ClientSecret, "(client secret)")
	}
	return " and the description " + quoted(description)
}

// requestFixes are the fixes for error codes, by their description; the first match is used.
// Other codes have the fix of the table of refusals.
var requestFixes = []struct {
	code        string
	description *regexp.Regexp
	fix         string
}{
	{"invalid_request", regexp.MustCompile(`(?i)pkce|code.?challenge`),
		"Have the provider take PKCE with S256 from this client, which is what the console sends. Keycloak: Clients, the client, Advanced, “Proof Key for Code Exchange Code Challenge Method” S256, not plain."},
	{"invalid_request", regexp.MustCompile(`(?i)pushed|request_uri|\bpar\b`),
		"Have the provider not require pushed authorization requests (PAR) of this client: the console sends none. Keycloak: Clients, the client, Advanced, “Pushed authorization request required” off."},
	{"invalid_request", regexp.MustCompile(`(?i)request.object|\bjar\b`),
		"Have the provider not require request objects (JAR) of this client: the console sends none."},
	{"invalid_request", regexp.MustCompile(`(?i)redirect.?ur[il]`), "Register exactly ADDRESS at the provider."},
	{"invalid_redirect_uri", regexp.MustCompile(``), "Register exactly ADDRESS at the provider."},
	{"unsupported_response_type", regexp.MustCompile(``), "Allow the client the response type “code” at the provider: the authorization code flow."},
	{"unauthorized_client", regexp.MustCompile(``), "Turn on the authorization code flow for the client at the provider. Keycloak: Clients, the client, Settings, “Standard flow”."},
}

// signOut checks the address that the provider redirects to after a sign-out (OpenID Connect
// RP-Initiated Logout 1.0, section 2). It ends no session.
func (e *examination) signOut(ctx context.Context, client *http.Client, doc *document) []Finding {
	const check = "sign-out address"
	if doc.EndSessionURL == "" || e.Provider.ClientID == "" || e.BaseURL == nil || auth.ValidateEndpoint(doc.EndSessionURL) != nil {
		return nil
	}
	ours := e.base() + e.SignedOutPath
	address := withQuery(doc.EndSessionURL, url.Values{"client_id": {e.Provider.ClientID}, "post_logout_redirect_uri": {ours}})
	got, back, err := e.getFollowing(ctx, client, address)
	fix := "Register " + ours + " at the provider as a post-logout redirect address; Keycloak: “Valid post logout redirect URIs”."
	settle := "Sign out once and check that the provider redirects back."
	switch {
	case err != nil:
		return []Finding{unknown(check, "The request to the provider's end_session_endpoint failed: "+reason(err)+".", settle)}
	case withoutQuery(back) == ours:
		return []Finding{ok(check, ours+" is registered.")}
	case got.status >= 500:
		return []Finding{unknown(check, fmt.Sprintf("The provider's end_session_endpoint responds with status %d.", got.status), settle)}
	case got.status >= 400:
		bare, _, err := e.getFollowing(ctx, client, withQuery(doc.EndSessionURL, url.Values{"client_id": {e.Provider.ClientID}}))
		if err == nil && bare.status < 400 {
			return []Finding{wrong(check, fmt.Sprintf("The provider does not redirect to %s after a sign-out: it responds with status %d, but not without that address.", ours, got.status), fix)}
		}
		return []Finding{unknown(check, "Without an ID token the provider does not show whether "+ours+" is registered.", settle)}
	case e.distinguishes(ctx, client, address, "post_logout_redirect_uri", got.status, back):
		return []Finding{ok(check, ours+" is registered: the provider responds differently to another one.")}
	}
	return []Finding{unknown(check, "The provider's response does not show whether "+ours+" is registered.", settle)}
}

// withQuery returns address with parameters added to its query.
func withQuery(address string, add url.Values) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	query := u.Query()
	for name, values := range add {
		query[name] = values
	}
	u.RawQuery = query.Encode()
	return u.String()
}
