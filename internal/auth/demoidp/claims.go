package demoidp

import (
	"context"
	"crypto/subtle"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// SetUserinfoFromToken sets the claims of an access token's person.
func (s *storage) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, id, subject, _ string) error {
	s.mu.Lock()
	t, ok := s.tokens[id]
	s.mu.Unlock()
	if !ok || t.subject != subject || time.Now().After(t.expires) {
		return errUnknown
	}
	return s.setClaims(info, t.subject, t.scopes)
}

// SetUserinfoFromScopes sets the claims of an ID token's person.
func (s *storage) SetUserinfoFromScopes(_ context.Context, info *oidc.UserInfo, subject, _ string, scopes []string) error {
	return s.setClaims(info, subject, scopes)
}

// setClaims sets the claims that the scopes include.
func (s *storage) setClaims(info *oidc.UserInfo, subject string, scopes []string) error {
	p, ok := s.people[subject]
	if !ok {
		return errUnknown
	}
	for _, scope := range scopes {
		switch scope {
		case oidc.ScopeOpenID:
			info.Subject = subject
		case oidc.ScopeProfile:
			info.Name, info.Picture, info.Zoneinfo = p.Name, p.PictureURL, p.TimeZone
		case oidc.ScopeEmail:
			info.Email = p.UserID
			info.AppendClaims("email_verified", p.EmailVerified) // the field would omit false
		}
	}
	return nil
}

// GetClientByClientID returns the console.
func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != s.client.config.ClientID {
		return nil, errUnknown
	}
	return s.client, nil
}

// AuthorizeClientIDSecret returns an error if the secret is not the console's.
func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	c := s.client.config
	if id != c.ClientID || subtle.ConstantTimeCompare([]byte(secret), []byte(c.ClientSecret)) != 1 {
		return oidc.ErrInvalidClient()
	}
	return nil
}

// GetPrivateClaimsFromScopes returns none: access tokens are opaque.
func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}
