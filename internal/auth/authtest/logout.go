package authtest

import (
	"crypto/rand"
	"encoding/json"
	"testing"
)

// logoutEvent is the member of the claim events that marks a logout token (OpenID Connect
// Back-Channel Logout 1.0, section 2.4).
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// LogoutToken returns a signed logout token. claims are added to the claims that every logout
// token has; a nil value removes one. The caller gives sub or sid. Lies about headers and
// signatures apply.
func (p *Provider) LogoutToken(tb testing.TB, claims map[string]any) string {
	tb.Helper()
	p.mu.Lock()
	now, how := p.now(), p.lies.Signature
	p.mu.Unlock()
	payload, err := json.Marshal(overlay(map[string]any{
		"iss": p.Issuer(), "aud": p.ClientID, "iat": now.Unix(), "exp": now.Unix() + 120, "jti": rand.Text(),
		"events": map[string]any{logoutEvent: map[string]any{}},
	}, claims))
	if err != nil {
		tb.Fatal(err)
	}
	token, err := p.sign("logout+jwt", payload, how)
	if err != nil {
		tb.Fatal(err)
	}
	return token
}
