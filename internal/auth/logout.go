package auth

import (
	"context"
	"time"
)

// A Logout is what a logout token says: a session at the provider has ended, or with no
// SessionID all sessions of the subject.
type Logout struct {
	Issuer    string
	Subject   string // may be empty where SessionID is not
	SessionID string // sid; may be empty where Subject is not
	JTI       string // of this token alone: the caller refuses one that it has seen
	IssuedAt  time.Time
	Expires   time.Time
}

const (
	logoutType  = "logout+jwt"
	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

	maxLogout  = 16 << 10        // bytes of a logout token
	logoutAge  = 2 * time.Minute // how far a logout token's iat may be from now
	logoutRest = time.Second     // between two fetches of keys for logout tokens
)

// VerifyLogout returns what a logout token says, if it is one of the provider's for
// this client, and not older than two minutes (OpenID Connect Back-Channel Logout,
// sections 2.4 to 2.6). The error is [ErrUnavailable] where the keys could not be
// fetched, else [ErrUntrusted].
func (p *Provider) VerifyLogout(ctx context.Context, raw string) (Logout, error) {
	if len(raw) > maxLogout {
		return Logout{}, untrusted(CauseLogoutToken, "it has %d bytes", len(raw))
	}
	h, err := parseHeader(raw)
	if err != nil {
		return Logout{}, err
	}
	if h.kind != logoutType {
		return Logout{}, untrusted(CauseTokenType, "typ %q", h.kind)
	}
	var claims object
	err = p.following(ctx, func(d *discovery) (err error) {
		claims, err = p.verified(ctx, d, raw, h, logoutRest)
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

// parseLogout reads the claims that are a logout token's own, of one whose signature,
// issuer, audience and times are good.
func parseLogout(claims object, now time.Time) (Logout, error) {
	issued, _ := claims.seconds("iat")
	expiry, _ := claims.seconds("exp")
	out := Logout{
		Issuer: claims.text("iss"), Subject: claims.text("sub"), SessionID: claims.text("sid"), JTI: claims.text("jti"),
		IssuedAt: instant(issued), Expires: instant(expiry),
	}
	events, err := parseObject(claims["events"])
	if err == nil {
		_, err = parseObject(events[logoutEvent])
	}
	_, nonce := claims["nonce"]
	switch {
	case err != nil:
		return Logout{}, untrusted(CauseLogoutToken, "events lack that of a logout: %v", err)
	case nonce:
		return Logout{}, untrusted(CauseLogoutToken, "it has a nonce")
	case now.Sub(out.IssuedAt) > logoutAge:
		return Logout{}, untrusted(CauseLogoutToken, "it was issued %s ago", now.Sub(out.IssuedAt).Round(time.Second))
	case !soundID(out.JTI):
		return Logout{}, untrusted(CauseLogoutToken, "jti %q", out.JTI)
	case claims.has("sid") && !soundID(out.SessionID):
		return Logout{}, untrusted(CauseLogoutToken, "sid %q", out.SessionID)
	case out.Subject == "" && out.SessionID == "":
		return Logout{}, untrusted(CauseLogoutToken, "it has neither sub nor sid")
	}
	return out, nil
}

// instant returns a time that is given in seconds since 1970, to the millisecond. What
// is far from now, as only an expiry can be, is cut to the year 9999.
func instant(seconds float64) time.Time {
	const last = 253402300799 // 9999-12-31
	return time.UnixMilli(int64(min(max(seconds, 0), last) * 1000)).UTC()
}
