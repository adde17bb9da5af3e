package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"
)

// An Identity is who the provider says has signed in. Issuer and Subject together
// are the identity; the rest is what the provider tells of them.
type Identity struct {
	Issuer     string
	Subject    string
	SessionID  string    // sid: the session at the provider (OpenID Connect Back-Channel Logout 1.0, section 2.1); may be empty
	IssuedAt   time.Time // of the ID token
	AuthTime   time.Time // auth_time: when the person authenticated at the provider; zero if it does not say
	Address    string    // from the e-mail claim; may be empty
	Verified   *bool     // whether the provider vouches for Address; nil if it does not say
	Unclear    string    // the claim about that whose value is not understood, for which Verified is false
	Name       string
	NameParts  string // given and family name, for where Name cannot be used
	PictureURL string
	TimeZone   string
	Claims     string // names of all claims that came, in order, between spaces
	NoUserInfo string // why UserInfo gave no claims, where the provider has such an endpoint; else empty
}

// Complete ends the sign-in that a began, and returns who has signed in. query is
// what the browser came back with (RFC 6749, section 4.1.2). The caller makes sure
// that a is used once and by the browser it belongs to.
//
// The error is a [*Fault] or a [*ProviderError], and by its cause [ErrBadAttempt],
// [ErrUnavailable] or [ErrUntrusted].
func (p *Provider) Complete(ctx context.Context, a Attempt, query url.Values) (Identity, error) {
	if !single(query, "state") || !same(query.Get("state"), a.State) {
		return Identity{}, untrusted(CauseState, "another state")
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
		return Identity{}, untrusted(CauseNoCode, "%d codes", len(query["code"]))
	}
	begun := p.now()
	if err := p.signInCircuit.check(begun); err != nil {
		return Identity{}, err
	}
	id, err := p.redeem(ctx, a, query.Get("code"))
	switch {
	case ctx.Err() != nil: // the browser went away, which says nothing of the provider
	case errors.Is(err, ErrUnavailable):
		p.signInCircuit.fail(begun, p.now(), err, false)
	default:
		p.signInCircuit.close()
	}
	return id, err
}

// checkIssuer refuses an answer that another provider sent (RFC 9207, section 2.4):
// a code of the one must never be redeemed at the other.
func (p *Provider) checkIssuer(d *discovery, query url.Values) error {
	switch iss, sent := query["iss"]; {
	case !sent && d.sendsIssuer:
		return untrusted(CauseNoIssuer, "no iss in the answer, which the discovery document announces")
	case sent && (len(iss) != 1 || iss[0] != p.config.Issuer):
		return untrusted(CauseOtherIssuer, "another iss in the answer: %q", iss)
	}
	return nil
}

// redeem turns the code into an identity: the code into tokens, the ID token into
// claims, and asks UserInfo for those that the token leaves out.
func (p *Provider) redeem(ctx context.Context, a Attempt, code string) (Identity, error) {
	var answer tokens
	var signed object
	var told sources
	err := p.following(ctx, func(d *discovery) (err error) {
		answer, err = p.exchange(ctx, d, code, a.Verifier)
		return err
	})
	if err == nil {
		err = p.following(ctx, func(d *discovery) (err error) {
			signed, err = p.idToken(ctx, d, a, answer.id)
			return err
		})
	}
	if err == nil {
		told, err = p.sources(ctx, signed, answer.access)
	}
	if err != nil {
		return Identity{}, err
	}
	id := told.identity(p.config.EmailClaim)
	id.Issuer, id.Subject = signed.text("iss"), signed.text("sub")
	issued, _ := signed.seconds("iat")
	id.IssuedAt = instant(issued)
	id.AuthTime = authTime(signed, p.now())
	if sid := signed.text("sid"); soundID(sid) {
		id.SessionID = sid
	}
	return id, nil
}

// Algorithms returns the algorithms that an ID token may be signed with, in order.
func Algorithms() []string {
	all := make([]string, 0, len(algorithms))
	for name := range algorithms {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// idToken returns the claims of an ID token that belongs to the attempt, if its
// signature, issuer, audience, times and nonce are good (OpenID Connect Core, section
// 3.1.3.7). The error is a [*Fault].
func (p *Provider) idToken(ctx context.Context, d *discovery, a Attempt, raw string) (object, error) {
	h, err := parseHeader(raw)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(h.kind, "+jwt") { // of another purpose (RFC 8725, section 3.11)
		return nil, untrusted(CauseTokenType, "typ %q", h.kind)
	}
	claims, err := p.verified(ctx, d, raw, h, 0)
	if err != nil {
		return nil, err
	}
	now := p.now()
	if err := checkTimes(claims, now); err != nil {
		return nil, err
	}
	switch {
	case !claims.has("sub"):
		return nil, untrusted(CauseSubject, "sub is missing")
	case !claims.has("nonce"):
		return nil, untrusted(CauseNoNonce, "nonce is missing")
	case !same(claims.text("nonce"), a.Nonce):
		return nil, untrusted(CauseNonce, "another nonce")
	}
	return claims, checkAge(claims, a.MaxAge, now)
}

// checkAge refuses an authentication at the provider that is older than asked for, in
// seconds, or not dated (OpenID Connect Core, section 3.1.3.7, rule 13). nil asks for
// nothing.
func checkAge(claims object, maxAge *int, now time.Time) error {
	if maxAge == nil {
		return nil
	}
	at := authTime(claims, now)
	switch age := now.Sub(at); {
	case at.IsZero():
		return untrusted(CauseAuthTime, "auth_time is missing, not a number or in the future")
	case age > time.Duration(*maxAge)*time.Second+clockSkew:
		return untrusted(CauseAuthTime, "signed in at the provider %.0f seconds ago, asked for %d", age.Seconds(), *maxAge)
	}
	return nil
}

// authTime returns the claim auth_time, or zero where it is missing, not a number, or
// further ahead of now than clocks differ. It is never later than now.
func authTime(claims object, now time.Time) time.Time {
	seconds, dated := claims.seconds("auth_time")
	at := instant(seconds)
	switch {
	case !dated || at.After(now.Add(clockSkew)):
		return time.Time{}
	case at.After(now):
		return now.UTC()
	}
	return at
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
