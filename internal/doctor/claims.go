package doctor

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/auth"
)

// issuer compares what the provider calls itself with the setting, letter by letter.
func (e *examination) issuer(doc *document) Finding {
	ours, theirs := e.Provider.Issuer, doc.Issuer
	if ours == theirs {
		return ok("issuer", "The provider calls itself "+ours+", as the setting does.")
	}
	if strings.Contains(theirs, "{tenantid}") {
		return wrong("issuer", fmt.Sprintf("%s is the address for all tenants of Entra ID, and anybody's tenant could sign in there.", ours),
			"Write "+issuerSetting+" https://login.microsoftonline.com/TENANT-ID/v2.0, with the ID of your own tenant.")
	}
	difference := "is another name"
	us, err := url.Parse(ours)
	them, theirErr := url.Parse(theirs)
	switch {
	case strings.TrimSuffix(ours, "/") == strings.TrimSuffix(theirs, "/"):
		difference = "differs in the slash at the end"
	case err != nil || theirErr != nil:
	case us.Host != them.Host:
		difference = "has another host"
	case us.Scheme != them.Scheme:
		difference = "has another scheme"
	}
	if auth.ValidateIssuer(theirs) != nil {
		return wrong("issuer", fmt.Sprintf("The provider calls itself %s, which %s and is no address that the console accepts.", quoted(theirs), difference),
			"Set the provider up so that it knows its own address, with https; often that is its setting for a proxy in front.")
	}
	return wrong("issuer", fmt.Sprintf("The provider calls itself %s, which %s: %s says %s.", quoted(theirs), difference, issuerSetting, ours),
		fmt.Sprintf("Write %s %s, to the letter.", issuerSetting, shortened(theirs)))
}

// endpoints looks at the addresses that the provider gives.
func (e *examination) endpoints(doc *document) Finding {
	for _, needed := range []struct{ name, address string }{
		{"authorization_endpoint", doc.AuthorizationURL}, {"token_endpoint", doc.TokenURL}, {"jwks_uri", doc.KeysURL},
	} {
		if needed.address == "" {
			return wrong("endpoints", "The provider gives no "+needed.name+".",
				"Turn on the code flow of OpenID Connect at the provider, or correct "+issuerSetting+": this is not an OpenID provider.")
		}
	}
	for _, address := range []string{doc.AuthorizationURL, doc.TokenURL, doc.KeysURL, doc.UserInfoURL, doc.EndSessionURL} {
		if err := auth.ValidateEndpoint(address); address != "" && err != nil {
			return wrong("endpoints", fmt.Sprintf("The provider gives an address that is not safe: %s.", cut(err.Error())),
				"Set the provider up so that it knows that people reach it by https; often that is its setting for a proxy in front.")
		}
	}
	if doc.UserInfoURL == "" {
		return warning("endpoints", "The provider has no UserInfo, so all claims have to be in the ID token.",
			"Have the provider put name and address into the ID token.")
	}
	if doc.EndSessionURL == "" {
		return ok("endpoints", "All are there, save one to sign out at the provider: signing out ends the session of the console alone.")
	}
	return ok("endpoints", "All are there.")
}

// codeFlow looks at what the provider says it can do.
func (e *examination) codeFlow(doc *document) Finding {
	lacks := func(list []string, what string) bool { return len(list) > 0 && !slices.Contains(list, what) }
	switch {
	case lacks(doc.ResponseTypes, "code"), lacks(doc.GrantTypes, "authorization_code"):
		return wrong("code flow", "The provider says that it does not know the authorization code flow.",
			"Turn it on at the provider; Keycloak calls it the standard flow.")
	case lacks(doc.ChallengeMethods, "S256"):
		return wrong("code flow", "The provider says that it does not know PKCE with S256.", "Turn on PKCE with S256 at the provider, or update it.")
	case len(doc.ChallengeMethods) == 0:
		return ok("code flow", "The provider knows the authorization code flow. It does not say whether it knows PKCE.")
	}
	return ok("code flow", "The provider knows the authorization code flow, and PKCE with S256.")
}

// scopes compares the scopes that are asked for with those that the provider lists.
func (e *examination) scopes(doc *document) Finding {
	claim := cmp.Or(e.Provider.EmailClaim, "email")
	if claim == "email" && !slices.Contains(e.Provider.Scopes, "email") {
		return warning("scopes", "The scope email is not asked for, with which providers send the address.",
			"Add email to --oidc-scopes, unless this provider sends the address without it.")
	}
	var strange []string
	for _, scope := range e.Provider.Scopes {
		if len(doc.Scopes) > 0 && !slices.Contains(doc.Scopes, scope) {
			strange = append(strange, scope)
		}
	}
	if len(strange) > 0 {
		return warning("scopes", "The provider does not list "+strings.Join(strange, ", ")+" among the scopes that it knows.",
			"Leave it out of --oidc-scopes, or have the provider give that scope to the console.")
	}
	return ok("scopes", "The provider knows "+strings.Join(e.Provider.Scopes, ", ")+", or does not say.")
}

// claims looks for the address, and whether it is verified, among the claims that
// the provider lists.
func (e *examination) claims(doc *document) Finding {
	claim := cmp.Or(e.Provider.EmailClaim, "email")
	vouches := slices.Contains(doc.Claims, "email_verified") || slices.Contains(doc.Claims, "xms_edov")
	switch {
	case len(doc.Claims) == 0:
		return ok("claims", "The provider does not say which claims it sends; console doctor --sign-in shows it.")
	case !slices.Contains(doc.Claims, claim):
		return warning("claims", fmt.Sprintf("The provider does not list the claim %s.", claim),
			"Name the claim that holds a person's address with --oidc-email-claim, or have the provider send this one; console doctor --sign-in shows what comes.")
	case !vouches && !e.TrustEmail:
		return unknown("claims", "The provider does not list email_verified, which some providers, such as Keycloak, send all the same.",
			"Run console doctor --sign-in, which shows whether it comes. At Entra ID add the optional ID-token claim xms_edov under Token configuration.")
	}
	return ok("claims", fmt.Sprintf("The provider lists %s, and whether it is verified, or is trusted with that.", claim))
}
