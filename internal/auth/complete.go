package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/url"
	"strings"
	"time"
)

// An Identity holds who has signed in at the provider, and the claims about them. Issuer and
// Subject identify the person.
type Identity struct {
	Issuer        string
	Subject       string
	SessionID     string    // sid: the session at the provider (OpenID Connect Back-Channel Logout 1.0, section 2.1); may be empty
	IssuedAt      time.Time // of the ID token
	AuthTime      time.Time // auth_time: when the person authenticated at the provider; zero if absent
	Address       string    // value of the e-mail claim; may be empty
	Verified      *bool     // whether Address is verified; nil if the provider sends no such claim
	Unclear       string    // name of the verification claim whose value is invalid; Verified is then false
	Name          string
	NameParts     string // given and family name, used if Name is invalid
	PictureURL    string
	TimeZone      string
	Department    string // this and the next two: values of the claims that [Config] names
	Title         string
	Manager       string
	Claims        string // names of all received claims, sorted, separated by spaces
	UserInfoError string // why the UserInfo endpoint gave no claims; empty if it did, or if there is none
}

// Complete finishes the sign-in that a began, and returns who has signed in. query is that of
// the callback (RFC 6749, section 4.1.2). The caller ensures that a is used once, by the
// browser that began it.
//
// The error is a [*Fault] or a [*ProviderError]; it wraps [ErrBadAttempt], [ErrUnavailable] or
// [ErrUntrusted] according to its cause.
func (p *Provider) Complete(ctx context.Context, a Attempt, query url.Values) (Identity, error) {
	if !single(query, "state") || !equalSecrets(query.Get("state"), a.State) {
		return Identity{}, newFault(CauseState, "state does not match")
	}
	d, err := p.discovered(ctx)
	if err != nil {
		return Identity{}, err
	}
	if err := p.checkIssuer(d, query); err != nil {
		return Identity{}, err
	}
	if code := query.Get("error"); code != "" {
		return Identity{}, providerError(code, query.Get("error_description"))
	}
	if !single(query, "code") {
		return Identity{}, newFault(CauseNoCode, "%d codes", len(query["code"]))
	}
	started := p.now()
	if err := p.signInCircuit.check(started); err != nil {
		return Identity{}, err
	}
	id, err := p.redeem(ctx, a, query.Get("code"))
	switch {
	case ctx.Err() != nil: // the browser closed the connection: no failure of the provider
	case errors.Is(err, ErrUnavailable):
		p.signInCircuit.fail(started, p.now(), err, false)
	default:
		p.signInCircuit.close()
	}
	return id, err
}

// checkIssuer checks the issuer of the callback (RFC 9207, section 2.4): a code of one provider
// must never be sent to another (mix-up attack).
func (p *Provider) checkIssuer(d *discovery, query url.Values) error {
	switch iss, sent := query["iss"]; {
	case !sent && d.sendsIssuer:
		return newFault(CauseNoIssuer, "the callback has no iss, which the discovery document announces")
	case sent && (len(iss) != 1 || iss[0] != p.config.Issuer):
		return newFault(CauseOtherIssuer, "the callback's iss is %q", iss)
	}
	return nil
}

// redeem exchanges the code for tokens, verifies the ID token and requests UserInfo.
func (p *Provider) redeem(ctx context.Context, a Attempt, code string) (Identity, error) {
	var issued tokens
	var signed object
	var claims claimSources
	err := p.withRediscovery(ctx, func(d *discovery) (err error) {
		issued, err = p.exchange(ctx, d, code, a.Verifier)
		return err
	})
	if err == nil {
		err = p.withRediscovery(ctx, func(d *discovery) (err error) {
			signed, err = p.idToken(ctx, d, a, issued.id)
			return err
		})
	}
	if err == nil {
		claims, err = p.sources(ctx, signed, issued.access)
	}
	if err != nil {
		return Identity{}, err
	}
	id := claims.identity(p.config)
	id.Issuer, id.Subject = signed.text("iss"), signed.text("sub")
	issuedAt, _ := signed.seconds("iat")
	id.IssuedAt = numericDate(issuedAt)
	id.AuthTime = authTime(signed, p.now())
	if sid := signed.text("sid"); validID(sid) {
		id.SessionID = sid
	}
	return id, nil
}

// idToken verifies an ID token (OpenID Connect Core, section 3.1.3.7) and returns its claims:
// signature, issuer, audience, times, the nonce of the attempt and, if asked for, the age of
// the authentication. The error is a [*Fault].
func (p *Provider) idToken(ctx context.Context, d *discovery, a Attempt, raw string) (object, error) {
	h, err := parseHeader(raw)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(h.kind, "+jwt") { // a token for another purpose (RFC 8725, section 3.11)
		return nil, newFault(CauseTokenType, "typ %q", h.kind)
	}
	claims, err := p.verifiedClaims(ctx, d, raw, h, 0)
	if err != nil {
		return nil, err
	}
	now := p.now()
	if err := checkTimes(claims, now); err != nil {
		return nil, err
	}
	switch {
	case !claims.has("sub"):
		return nil, newFault(CauseSubject, "sub is missing")
	case !claims.has("nonce"):
		return nil, newFault(CauseNoNonce, "nonce is missing")
	case !equalSecrets(claims.text("nonce"), a.Nonce):
		return nil, newFault(CauseNonce, "nonce does not match")
	}
	return claims, checkMaxAge(claims, a.MaxAge, now)
}

// checkMaxAge checks auth_time against the requested max_age in seconds (OpenID Connect Core,
// section 3.1.3.7, rule 13). It checks nothing if maxAge is nil.
func checkMaxAge(claims object, maxAge *int, now time.Time) error {
	if maxAge == nil {
		return nil
	}
	at := authTime(claims, now)
	switch age := now.Sub(at); {
	case at.IsZero():
		return newFault(CauseAuthTime, "auth_time is missing, not a number or in the future")
	case age > time.Duration(*maxAge)*time.Second+clockSkew:
		return newFault(CauseAuthTime, "signed in at the provider %.0f seconds ago, asked for %d", age.Seconds(), *maxAge)
	}
	return nil
}

// authTime returns the claim auth_time. It returns zero if the claim is missing, no number, or
// later than now by more than clockSkew; the result is never later than now.
func authTime(claims object, now time.Time) time.Time {
	seconds, dated := claims.seconds("auth_time")
	at := numericDate(seconds)
	switch {
	case !dated || at.After(now.Add(clockSkew)):
		return time.Time{}
	case at.After(now):
		return now.UTC()
	}
	return at
}

// single reports whether query has exactly one value for key, and not an empty one: parameters
// must not be repeated (RFC 6749, section 3.1).
func single(query url.Values, key string) bool {
	return len(query[key]) == 1 && query.Get(key) != ""
}

// equalSecrets compares secrets in constant time. An empty secret equals nothing.
func equalSecrets(a, b string) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
