package auth

import (
	"context"
	"time"
)

// A Logout is the content of a logout token: a session at the provider has ended, or, without a
// SessionID, all sessions of the subject.
type Logout struct {
	Issuer    string
	Subject   string // may be empty where SessionID is not
	SessionID string // sid; may be empty where Subject is not
	JTI       string // unique per token: the caller refuses a replay
	IssuedAt  time.Time
	Expires   time.Time
}

const (
	logoutType  = "logout+jwt"
	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

	maxLogout    = 16 << 10        // maximum size of a logout token in bytes
	logoutAge    = 2 * time.Minute // maximum age of a logout token by its iat
	logoutKeyAge = time.Second     // minimum time between two fetches of keys for logout tokens
)

// VerifyLogout verifies a logout token (OpenID Connect Back-Channel Logout, sections 2.4 to
// 2.6), which must not be older than two minutes, and returns its content. The error is
// [ErrUnavailable] if the keys could not be fetched, else [ErrUntrusted].
func (p *Provider) VerifyLogout(ctx context.Context, raw string) (Logout, error) {
	if len(raw) > maxLogout {
		return Logout{}, newFault(CauseLogoutToken, "%d bytes long", len(raw))
	}
	h, err := parseHeader(raw)
	if err != nil {
		return Logout{}, err
	}
	if h.kind != logoutType {
		return Logout{}, newFault(CauseTokenType, "typ %q", h.kind)
	}
	var claims object
	err = p.withRediscovery(ctx, func(d *discovery) (err error) {
		claims, err = p.verifiedClaims(ctx, d, raw, h, logoutKeyAge)
		return err
	})
	if err != nil {
		return Logout{}, err
	}
	if err := checkTimes(claims, p.now()); err != nil {
		return Logout{}, err
	}
	return parseLogout(claims, p.now())
}

// parseLogout parses the claims specific to a logout token. Signature, issuer, audience and
// times have been checked.
func parseLogout(claims object, now time.Time) (Logout, error) {
	issued, _ := claims.seconds("iat")
	expiry, _ := claims.seconds("exp")
	out := Logout{
		Issuer: claims.text("iss"), Subject: claims.text("sub"), SessionID: claims.text("sid"), JTI: claims.text("jti"),
		IssuedAt: numericDate(issued), Expires: numericDate(expiry),
	}
	events, err := parseObject(claims["events"])
	if err == nil {
		_, err = parseObject(events[logoutEvent])
	}
	_, nonce := claims["nonce"]
	switch {
	case err != nil:
		return Logout{}, newFault(CauseLogoutToken, "events has no logout event: %v", err)
	case nonce:
		return Logout{}, newFault(CauseLogoutToken, "has a nonce")
	case now.Sub(out.IssuedAt) > logoutAge:
		return Logout{}, newFault(CauseLogoutToken, "issued %s ago", now.Sub(out.IssuedAt).Round(time.Second))
	case !validID(out.JTI):
		return Logout{}, newFault(CauseLogoutToken, "jti %q", out.JTI)
	case claims.has("sid") && !validID(out.SessionID):
		return Logout{}, newFault(CauseLogoutToken, "sid %q", out.SessionID)
	case out.Subject == "" && out.SessionID == "":
		return Logout{}, newFault(CauseLogoutToken, "neither sub nor sid")
	}
	return out, nil
}

// numericDate returns a NumericDate (RFC 7519, section 2) as a time in milliseconds, clamped to
// the years 1970 to 9999.
func numericDate(seconds float64) time.Time {
	const last = 253402300799 // 9999-12-31
	return time.UnixMilli(int64(min(max(seconds, 0), last) * 1000)).UTC()
}
