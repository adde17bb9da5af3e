package auth

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// clockSkew is how far the provider's clock may be from ours.
const clockSkew = 2 * time.Minute

// A header is what is read of a token's header (RFC 7515, section 4).
type header struct {
	algorithm string
	keyID     string // may be empty
	kind      string // typ in lower case, without "application/"; may be empty
}

// parseHeader returns the header of a token in the compact form (RFC 7515, section
// 7.1), the only one that OpenID Connect knows. The error is a [*Fault].
func parseHeader(raw string) (header, error) {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return header{}, untrusted(CauseTokenForm, "it is no signed JWT")
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(parts[0])
	if err != nil {
		return header{}, untrusted(CauseTokenForm, "header: it is not base64url")
	}
	members, err := parseObject(data)
	if err != nil {
		return header{}, untrusted(CauseTokenForm, "header: %v", err)
	}
	h := header{
		algorithm: members.text("alg"), keyID: members.text("kid"),
		kind: strings.TrimPrefix(strings.ToLower(members.text("typ")), "application/"),
	}
	_, extended := members["crit"]
	switch {
	case algorithms[h.algorithm] == "":
		return header{}, untrusted(CauseAlgorithm, "signed with %q", h.algorithm)
	case extended: // RFC 7515, section 4.1.11: extensions that must be understood
		return header{}, untrusted(CauseTokenForm, "header: its crit is not understood")
	}
	return h, nil
}

// verified returns the claims of a token whose signature, issuer, audience and
// subject's form are good; the rest is left to the caller. rest is that of
// [keySet.payload]. The error is a [*Fault].
func (p *Provider) verified(ctx context.Context, d *discovery, raw string, h header, rest time.Duration) (object, error) {
	payload, err := d.keys.payload(ctx, raw, h, rest)
	if err != nil {
		return nil, err
	}
	claims, err := parseObject(payload)
	if err != nil {
		return nil, untrusted(CauseTokenForm, "claims: %v", err)
	}
	audience := claims.texts("aud")
	switch {
	case claims.text("iss") != p.config.Issuer:
		return nil, untrusted(CauseTokenIssuer, "issuer %q", claims.text("iss"))
	case !slices.Contains(audience, p.config.ClientID):
		return nil, untrusted(CauseAudience, "audience %q", audience)
	case claims.has("azp") && claims.text("azp") != p.config.ClientID:
		return nil, untrusted(CauseParty, "authorized party %q", claims.text("azp"))
	case claims.has("sub") && !soundID(claims.text("sub")):
		return nil, untrusted(CauseSubject, "subject %q", claims.text("sub"))
	}
	return claims, nil
}

// checkTimes refuses a token that has expired, is not good yet, or does not say (RFC
// 7519, sections 4.1.4 to 4.1.6). Each cause is told by its own name.
func checkTimes(claims object, now time.Time) error {
	at := float64(now.UnixMilli()) / 1000
	skew := clockSkew.Seconds()
	expiry, expires := claims.seconds("exp")
	issued, dated := claims.seconds("iat")
	begins, waits := claims.seconds("nbf")
	switch {
	case !expires:
		return untrusted(CauseNoExpiry, "exp is missing or not a number")
	case !dated:
		return untrusted(CauseNoIssueTime, "iat is missing or not a number")
	case claims.has("nbf") && !waits:
		return untrusted(CauseNotYetGood, "nbf is not a number")
	case expiry+skew <= at:
		return untrusted(CauseExpired, "it expired %.0f seconds ago", at-expiry)
	case issued-skew > at:
		return untrusted(CauseIssuedAhead, "it was issued %.0f seconds ahead of this machine's clock", issued-at)
	case waits && begins-skew > at:
		return untrusted(CauseNotYetGood, "it is not good for %.0f seconds", begins-at)
	}
	return nil
}

// maxID is the longest subject or session identifier, in bytes (OpenID Connect Core,
// section 2).
const maxID = 255

// soundID reports whether id can be an identifier: not empty, not too long, on one
// line, and without U+FFFD, which stands for whatever could not be decoded and would
// make one identifier of several.
func soundID(id string) bool {
	return id != "" && len(id) <= maxID && plain(id) == id && !strings.ContainsRune(id, utf8.RuneError)
}
