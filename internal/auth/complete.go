package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// An Identity is who the provider says has signed in. Issuer and Subject together
// are the identity; the rest is what the provider tells of them.
type Identity struct {
	Issuer     string
	Subject    string
	Address    string // from the e-mail claim; may be empty
	Verified   *bool  // whether the provider vouches for Address; nil if it does not say
	Name       string
	PictureURL string
	TimeZone   string
	SessionID  string    // sid: the session at the provider (OpenID Connect Back-Channel Logout 1.0, section 2.1); may be empty
	IssuedAt   time.Time // of the ID token
	Claims     string    // names of all claims that came, in order, between spaces
}

// Complete ends the sign-in that a began, and returns who has signed in. query is
// what the browser came back with (RFC 6749, section 4.1.2). The caller makes sure
// that a is used once and by the browser it belongs to.
//
// The error is [ErrBadAttempt], [ErrUnavailable], [ErrUntrusted] or a
// [*ProviderError].
func (p *Provider) Complete(ctx context.Context, a Attempt, query url.Values) (Identity, error) {
	if !single(query, "state") || !same(query.Get("state"), a.State) {
		return Identity{}, fmt.Errorf("%w: another state", ErrBadAttempt)
	}
	d, err := p.discovered(ctx)
	if err != nil {
		return Identity{}, err
	}
	if err := p.checkIssuer(d, query); err != nil {
		return Identity{}, err
	}
	if code := query.Get("error"); code != "" {
		return Identity{}, p.refused(ctx, code, query.Get("error_description"))
	}
	if !single(query, "code") {
		return Identity{}, fmt.Errorf("%w: not one code", ErrBadAttempt)
	}
	if err := p.signInPause.check(p.now()); err != nil {
		return Identity{}, err
	}
	id, err := p.redeem(oidc.ClientContext(ctx, p.client), d, a, query.Get("code"))
	switch {
	case ctx.Err() != nil: // the browser went away, which says nothing of the provider
	case errors.Is(err, ErrUnavailable):
		p.signInPause.begin(p.now(), err)
	default:
		p.signInPause.end()
	}
	return id, err
}

// checkIssuer refuses an answer that another provider sent (RFC 9207, section 2.4):
// a code of the one must never be redeemed at the other.
func (p *Provider) checkIssuer(d *discovery, query url.Values) error {
	switch iss, sent := query["iss"]; {
	case !sent && d.SendsIssuer:
		return fmt.Errorf("%w: no issuer in the answer", ErrBadAttempt)
	case sent && (len(iss) != 1 || iss[0] != p.config.Issuer):
		return fmt.Errorf("%w: another issuer in the answer", ErrBadAttempt)
	}
	return nil
}

// refused logs why the provider refused and returns the error for it.
func (p *Provider) refused(ctx context.Context, code, description string) error {
	p.log.WarnContext(ctx, "OpenID provider refused", "code", plain(code), "description", plain(description))
	return providerError(code)
}

// redeem turns the code into an identity: the code into tokens (RFC 6749, section
// 4.1.3; RFC 7636, section 4.5), the ID token into claims, and asks UserInfo for
// those that the token leaves out.
func (p *Provider) redeem(ctx context.Context, d *discovery, a Attempt, code string) (Identity, error) {
	tokens, err := d.oauth(p.config).Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		refusal, answered := errors.AsType[*oauth2.RetrieveError](err)
		switch {
		case answered && refusal.ErrorCode != "":
			return Identity{}, p.refused(ctx, refusal.ErrorCode, refusal.ErrorDescription)
		case answered: // in words that may repeat what it was asked, secrets and all
			return Identity{}, untrusted("token: it answered %d", refusal.Response.StatusCode)
		}
		return Identity{}, fault(ctx, "token", err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	if raw == "" {
		return Identity{}, untrusted("no ID token")
	}
	token, err := p.verify(ctx, d, raw)
	if err != nil {
		return Identity{}, err
	}
	if !same(token.Nonce, a.Nonce) {
		return Identity{}, fmt.Errorf("%w: another nonce", ErrBadAttempt)
	}
	told, err := p.sources(ctx, d, token, tokens)
	if err != nil {
		return Identity{}, err
	}
	id := told.identity(p.config.EmailClaim)
	id.Issuer, id.Subject, id.SessionID, id.IssuedAt, id.Claims = token.Issuer, token.Subject, told[0].sessionID(), token.IssuedAt, told.names()
	return id, nil
}

// algorithms are those an ID token may be signed with: with a private key, never
// with a shared secret, never not at all (RFC 8725, sections 3.1 and 3.2).
var algorithms = []string{
	oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512,
	oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA,
}

// Algorithms returns the algorithms that an ID token may be signed with.
func Algorithms() []string { return slices.Clone(algorithms) }

// verify returns the ID token if its signature, issuer, audience and times are good
// (OpenID Connect Core, section 3.1.3.7). The nonce is left to the caller. The
// error is [ErrUntrusted], or [ErrUnavailable] if the keys could not be fetched.
func (p *Provider) verify(ctx context.Context, d *discovery, raw string) (*oidc.IDToken, error) {
	keys := &watchedKeys{KeySet: d.keys}
	verifier := oidc.NewVerifier(p.config.Issuer, keys, &oidc.Config{
		ClientID:             p.config.ClientID,
		SupportedSigningAlgs: algorithms,
		SkipExpiryCheck:      true, // checkTimes does, with our own allowance
	})
	token, err := verifier.Verify(ctx, raw)
	if keys.err != nil {
		return nil, fault(ctx, "keys", keys.err)
	}
	if err != nil {
		return nil, untrusted("ID token: %v", err)
	}
	var more moreClaims
	if err := token.Claims(&more); err != nil {
		return nil, untrusted("ID token: %v", err)
	}
	switch {
	case token.Issuer != p.config.Issuer: // go-oidc lets one provider write it in two ways
		return nil, untrusted("ID token: issuer %q", token.Issuer)
	case token.Subject == "" || len(token.Subject) > maxSubject || plain(token.Subject) != token.Subject:
		return nil, untrusted("ID token: subject %q", token.Subject)
	case more.Party == nil && len(token.Audience) > 1, more.Party != nil && *more.Party != p.config.ClientID:
		return nil, untrusted("ID token: it is meant for another party")
	}
	return token, more.checkTimes(p.now())
}

// maxSubject is the longest subject, in bytes (OpenID Connect Core, section 2).
const maxSubject = 255

// watchedKeys notes why a signature could not be checked, which go-oidc keeps only
// as text.
type watchedKeys struct {
	oidc.KeySet
	err error
}

// VerifySignature implements [oidc.KeySet].
func (k *watchedKeys) VerifySignature(ctx context.Context, raw string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, raw)
	k.err = err
	return payload, err
}

// moreClaims are those claims of an ID token that go-oidc does not check as we do.
// They are pointers because some must be there, and zero is a value.
type moreClaims struct {
	Party     *string  `json:"azp"`
	Expiry    *float64 `json:"exp"` // seconds, like all times in a token
	IssuedAt  *float64 `json:"iat"`
	NotBefore *float64 `json:"nbf"`
}

// clockSkew is how far the provider's clock may be from ours.
const clockSkew = 2 * time.Minute

// checkTimes returns an error if the token is not good at now.
func (c moreClaims) checkTimes(now time.Time) error {
	at, skew := float64(now.Unix()), clockSkew.Seconds()
	switch {
	case c.Expiry == nil || *c.Expiry+skew <= at:
		return untrusted("ID token: it has expired")
	case c.IssuedAt == nil || *c.IssuedAt-skew > at:
		return untrusted("ID token: it was issued in the future")
	case c.NotBefore != nil && *c.NotBefore-skew > at:
		return untrusted("ID token: it is not good yet")
	}
	return nil
}

// single reports whether query has one value for key, and not an empty one. A
// parameter that comes twice is refused (RFC 6749, section 3.1).
func single(query url.Values, key string) bool {
	return len(query[key]) == 1 && query.Get(key) != ""
}

// same compares secrets in a time that tells nothing of them. An empty secret is
// the same as none.
func same(a, b string) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
