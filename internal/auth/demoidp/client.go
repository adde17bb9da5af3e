package demoidp

import (
	"crypto/rsa"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// A client is the console, the only client. It implements [op.Client].
type client struct{ config Config }

func (c client) GetID() string                       { return c.config.ClientID }
func (c client) RedirectURIs() []string              { return []string{c.config.RedirectURL} }
func (c client) PostLogoutRedirectURIs() []string    { return []string{c.config.PostLogoutURL} }
func (c client) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }
func (c client) AuthMethod() oidc.AuthMethod         { return oidc.AuthMethodBasic }
func (c client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c client) GrantTypes() []oidc.GrantType         { return []oidc.GrantType{oidc.GrantTypeCode} }
func (c client) AccessTokenType() op.AccessTokenType  { return op.AccessTokenTypeBearer }
func (c client) IDTokenLifetime() time.Duration       { return tokenLife }
func (c client) DevMode() bool                        { return false }
func (c client) IsScopeAllowed(string) bool           { return false } // standard scopes are always allowed
func (c client) IDTokenUserinfoClaimsAssertion() bool { return false } // claims are in UserInfo
func (c client) ClockSkew() time.Duration             { return 0 }

// LoginURL returns the page on which a person is chosen for a request.
func (c client) LoginURL(id string) string { return "/sign-in?request=" + url.QueryEscape(id) }

// RestrictAdditionalIdTokenScopes restricts nothing.
func (c client) RestrictAdditionalIdTokenScopes() func([]string) []string { return allScopes }

// RestrictAdditionalAccessTokenScopes restricts nothing.
func (c client) RestrictAdditionalAccessTokenScopes() func([]string) []string { return allScopes }

func allScopes(scopes []string) []string { return scopes }

// A request is a sign-in in progress. It implements [op.AuthRequest] and is immutable once
// stored.
type request struct {
	asked   oidc.AuthRequest
	id      string
	expires time.Time
	subject string    // subject of the chosen person
	at      time.Time // when the person was chosen
	done    bool      // a person has been chosen
	hasCode bool      // a code has been issued
}

func (r *request) GetID() string                      { return r.id }
func (r *request) GetACR() string                     { return "" }
func (r *request) GetAMR() []string                   { return nil }
func (r *request) GetAudience() []string              { return []string{r.asked.ClientID} }
func (r *request) GetAuthTime() time.Time             { return r.at }
func (r *request) GetClientID() string                { return r.asked.ClientID }
func (r *request) GetNonce() string                   { return r.asked.Nonce }
func (r *request) GetRedirectURI() string             { return r.asked.RedirectURI }
func (r *request) GetResponseType() oidc.ResponseType { return r.asked.ResponseType }
func (r *request) GetResponseMode() oidc.ResponseMode { return oidc.ResponseModeQuery }
func (r *request) GetScopes() []string                { return r.asked.Scopes }
func (r *request) GetState() string                   { return r.asked.State }
func (r *request) GetSubject() string                 { return r.subject }
func (r *request) Done() bool                         { return r.done }

// GetCodeChallenge returns the PKCE challenge.
func (r *request) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: r.asked.CodeChallenge, Method: r.asked.CodeChallengeMethod}
}

// A signingKey implements [op.SigningKey].
type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

func (k signingKey) ID() string                                  { return k.id }
func (k signingKey) Key() any                                    { return k.private }
func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }

// A publicKey implements [op.Key].
type publicKey struct{ signingKey }

func (k publicKey) Key() any                           { return k.private.Public() }
func (k publicKey) Algorithm() jose.SignatureAlgorithm { return k.SignatureAlgorithm() }
func (k publicKey) Use() string                        { return oidc.KeyUseSignature }
