package auth

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// clockSkew is the tolerated difference between the provider's clock and this machine's.
const clockSkew = 2 * time.Minute

// A header holds the fields used of a JOSE header (RFC 7515, section 4).
type header struct {
	algorithm string
	keyID     string // may be empty
	kind      string // typ in lower case, without "application/"; may be empty
}

// parseHeader parses the header of a JWT in compact serialization (RFC 7515, section 7.1), the
// only one that OpenID Connect uses. The error is a [*Fault].
func parseHeader(raw string) (header, error) {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return header{}, newFault(CauseTokenForm, "not a signed JWT")
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(parts[0])
	if err != nil {
		return header{}, newFault(CauseTokenForm, "header: not base64url")
	}
	members, err := parseObject(data)
	if err != nil {
		return header{}, newFault(CauseTokenForm, "header: %v", err)
	}
	h := header{
		algorithm: members.text("alg"), keyID: members.text("kid"),
		kind: strings.TrimPrefix(strings.ToLower(members.text("typ")), "application/"),
	}
	_, extended := members["crit"]
	switch {
	case algorithms[h.algorithm] == "":
		return header{}, newFault(CauseAlgorithm, "signed with %q", h.algorithm)
	case extended: // RFC 7515, section 4.1.11: extensions that must be understood
		return header{}, newFault(CauseTokenForm, "header: unsupported crit")
	}
	return h, nil
}

// verifiedClaims returns the claims of a token after it has checked signature, issuer,
// audience, authorized party and the form of the subject; the caller checks the other claims.
// minKeyAge is that of [keySet.payload]. The error is a [*Fault].
func (p *Provider) verifiedClaims(ctx context.Context, d *discovery, raw string, h header, minKeyAge time.Duration) (object, error) {
	payload, err := d.keys.payload(ctx, raw, h, minKeyAge)
	if err != nil {
		return nil, err
	}
	claims, err := parseObject(payload)
	if err != nil {
		return nil, newFault(CauseTokenForm, "claims: %v", err)
	}
	audience := claims.texts("aud")
	switch {
	case claims.text("iss") != p.config.Issuer:
		return nil, newFault(CauseTokenIssuer, "issuer %q", claims.text("iss"))
	case !slices.Contains(audience, p.config.ClientID):
		return nil, newFault(CauseAudience, "audience %q", audience)
	case claims.has("azp") && claims.text("azp") != p.config.ClientID:
		return nil, newFault(CauseAuthorizedParty, "authorized party %q", claims.text("azp"))
	case claims.has("sub") && !validID(claims.text("sub")):
		return nil, newFault(CauseSubject, "subject %q", claims.text("sub"))
	}
	return claims, nil
}

// checkTimes checks exp, iat and nbf (RFC 7519, sections 4.1.4 to 4.1.6). The error is a
// [*Fault] with a cause of its own for each violation.
func checkTimes(claims object, now time.Time) error {
	at := float64(now.UnixMilli()) / 1000
	skew := clockSkew.Seconds()
	expiry, expires := claims.seconds("exp")
	issued, dated := claims.seconds("iat")
	begins, waits := claims.seconds("nbf")
	switch {
	case !expires:
		return newFault(CauseNoExpiry, "exp is missing or not a number")
	case !dated:
		return newFault(CauseNoIssueTime, "iat is missing or not a number")
	case claims.has("nbf") && !waits:
		return newFault(CauseNotYetGood, "nbf is not a number")
	case expiry+skew <= at:
		return newFault(CauseExpired, "expired %.0f seconds ago", at-expiry)
	case issued-skew > at:
		return newFault(CauseIssuedAhead, "issued %.0f seconds ahead of this machine's clock", issued-at)
	case waits && begins-skew > at:
		return newFault(CauseNotYetGood, "not valid for another %.0f seconds", begins-at)
	}
	return nil
}

// maxID is the maximum length of a subject or session ID, in bytes (OpenID Connect Core,
// section 2).
const maxID = 255

// validID reports whether id can be a subject or session ID: not empty, at most maxID bytes,
// without control characters, and without U+FFFD. The decoder replaces every invalid sequence
// by U+FFFD, so different subjects would become equal.
func validID(id string) bool {
	return id != "" && len(id) <= maxID && sanitize(id) == id && !strings.ContainsRune(id, utf8.RuneError)
}
