package doctor

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/auth"
)

// issuer compares the provider's issuer with the setting, exactly.
func (e *examination) issuer(doc *document) Finding {
	ours, theirs := e.Provider.Issuer, doc.Issuer
	if ours == theirs {
		return ok("issuer", "The provider's issuer is "+ours+", as configured.")
	}
	if strings.Contains(theirs, "{tenantid}") {
		return wrong("issuer", fmt.Sprintf("%s is Entra ID's issuer for all tenants, with which people of every tenant could sign in.", ours),
			"Set "+issuerSetting+" to https://login.microsoftonline.com/TENANT-ID/v2.0, with the ID of your own tenant.")
	}
	difference := "is different"
	us, err := url.Parse(ours)
	them, theirErr := url.Parse(theirs)
	switch {
	case strings.TrimSuffix(ours, "/") == strings.TrimSuffix(theirs, "/"):
		difference = "differs in the trailing slash"
	case err != nil || theirErr != nil:
	case us.Host != them.Host:
		difference = "has another host"
	case us.Scheme != them.Scheme:
		difference = "has another scheme"
	}
	if auth.ValidateIssuer(theirs) != nil {
		return wrong("issuer", fmt.Sprintf("The provider's issuer is %s, which %s and is no valid issuer.", quoted(theirs), difference),
			"Configure the provider's public https address; often that is its setting for a reverse proxy.")
	}
	return wrong("issuer", fmt.Sprintf("The provider's issuer is %s, which %s: %s is %s.", quoted(theirs), difference, issuerSetting, ours),
		fmt.Sprintf("Set %s to exactly %s.", issuerSetting, shortened(theirs)))
}

// endpoints checks the provider's endpoints.
func (e *examination) endpoints(doc *document) Finding {
	for _, needed := range []struct{ name, address string }{
		{"authorization_endpoint", doc.AuthorizationURL}, {"token_endpoint", doc.TokenURL}, {"jwks_uri", doc.KeysURL},
	} {
		if needed.address == "" {
			return wrong("endpoints", "The provider has no "+needed.name+".",
				"Turn on the code flow of OpenID Connect at the provider, or correct "+issuerSetting+": this is not an OpenID provider.")
		}
	}
	for _, address := range []string{doc.AuthorizationURL, doc.TokenURL, doc.KeysURL, doc.UserInfoURL, doc.EndSessionURL} {
		if err := auth.ValidateEndpoint(address); address != "" && err != nil {
			return wrong("endpoints", fmt.Sprintf("An endpoint of the provider is not safe: %s.", truncated(err.Error())),
				"Configure the provider's public https address; often that is its setting for a reverse proxy.")
		}
	}
	if doc.UserInfoURL == "" {
		return warning("endpoints", "The provider has no UserInfo endpoint, so all claims must be in the ID token.",
			"Have the provider put name and address into the ID token.")
	}
	if doc.EndSessionURL == "" {
		return ok("endpoints", "All required endpoints are there. There is none to sign out at the provider: signing out ends only the console's session.")
	}
	return ok("endpoints", "All endpoints are there.")
}

// codeFlow checks the response types and PKCE methods that the provider lists.
func (e *examination) codeFlow(doc *document) Finding {
	lacks := func(list []string, what string) bool { return len(list) > 0 && !slices.Contains(list, what) }
	switch {
	case lacks(doc.ResponseTypes, "code"), lacks(doc.GrantTypes, "authorization_code"):
		return wrong("code flow", "The provider does not list the authorization code flow.",
			"Enable it at the provider; in Keycloak it is the standard flow.")
	case lacks(doc.ChallengeMethods, "S256"):
		return wrong("code flow", "The provider does not list PKCE with S256.", "Enable PKCE with S256 at the provider, or update it.")
	case len(doc.ChallengeMethods) == 0:
		return ok("code flow", "The provider supports the authorization code flow. It does not say whether it supports PKCE.")
	}
	return ok("code flow", "The provider supports the authorization code flow, and PKCE with S256.")
}

// scopes compares the requested scopes with those that the provider lists.
func (e *examination) scopes(doc *document) Finding {
	claim := cmp.Or(e.Provider.EmailClaim, "email")
	if claim == "email" && !slices.Contains(e.Provider.Scopes, "email") {
		return warning("scopes", "The scope email, for which providers send the address, is not requested.",
			"Add email to --oidc-scopes, unless this provider sends the address without it.")
	}
	var unknownScopes []string
	for _, scope := range e.Provider.Scopes {
		if len(doc.Scopes) > 0 && !slices.Contains(doc.Scopes, scope) {
			unknownScopes = append(unknownScopes, scope)
		}
	}
	if len(unknownScopes) > 0 {
		return warning("scopes", "The provider does not list "+strings.Join(unknownScopes, ", ")+" among its scopes.",
			"Remove it from --oidc-scopes, or allow the scope for the console at the provider.")
	}
	return ok("scopes", "The requested scopes are "+strings.Join(e.Provider.Scopes, ", ")+"; the provider lists them, or lists none.")
}

// claims checks that the provider lists the claims of the address and its verification.
func (e *examination) claims(doc *document) Finding {
	claim := cmp.Or(e.Provider.EmailClaim, "email")
	verification := slices.Contains(doc.Claims, "email_verified") || slices.Contains(doc.Claims, "xms_edov")
	switch {
	case len(doc.Claims) == 0:
		return ok("claims", "The provider does not say which claims it sends; console doctor --sign-in shows them.")
	case !slices.Contains(doc.Claims, claim):
		return warning("claims", fmt.Sprintf("The provider does not list the claim %s.", claim),
			"Name the claim that holds a person's address with --oidc-email-claim, or have the provider send this one; console doctor --sign-in shows the claims.")
	case !verification && !e.TrustEmail:
		return unknown("claims", "The provider does not list email_verified, which some providers, such as Keycloak, send without listing it.",
			"Run console doctor --sign-in, which shows whether it is sent. At Entra ID add the optional ID-token claim xms_edov under Token configuration.")
	}
	return ok("claims", fmt.Sprintf("The provider lists %s, and a claim that says whether it is verified, unless --oidc-trust-email is set.", claim))
}
