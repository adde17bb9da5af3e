package api

import (
	"mime"
	"net/netip"
	"net/url"

	"github.com/roboto-ai/console/internal/users"
)

// An introspection is the answer of POST /v1/tokens/introspect (RFC 7662 section 2.2), without an
// envelope. For a token that is not active it has only that member.
type introspection struct {
	Active    bool          `json:"active"`
	Subject   users.Key     `json:"sub,omitempty"`      // the key, which never changes
	Username  users.ID      `json:"username,omitempty"` // the current user_id
	Kind      users.Kind    `json:"kind,omitempty"`
	Role      users.Role    `json:"role,omitempty"`
	Scope     string        `json:"scope,omitempty"` // separated by spaces
	Expires   int64         `json:"exp,omitempty"`   // seconds since 1970
	TokenID   users.TokenID `json:"token_id,omitempty"`
	TokenType string        `json:"token_type,omitempty"`
}

// introspect serves POST /v1/tokens/introspect, by which other systems check a token.
func introspect(c *call) (any, error) {
	form, err := c.form("token", "client_address")
	if err != nil {
		return nil, err
	}
	client := form.Get("client_address")
	if _, err := netip.ParseAddr(client); client != "" && err != nil {
		return nil, invalid("client_address", "Send an IP address, or leave it out.")
	}
	found, err := c.h.users.Introspect(c.ctx(), c.actor, form.Get("token"), client)
	if err != nil {
		return nil, err
	}
	answer := introspection{Active: found.Active}
	if u, t := found.User, found.Token; found.Active {
		answer = introspection{
			true, u.Key, u.ID, u.Kind, found.Role(), users.ScopeSet(t.Scopes).String(), t.EndsAt.Unix(), t.ID, "Bearer",
		}
	}
	c.sendUnwrapped(answer)
	return nil, nil
}

// form returns the body of the call as a form. It returns an [*users.InvalidError] if it is not one,
// if the first known field is missing, or if a known field occurs twice.
func (c *call) form(known ...string) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, invalid("Content-Type", "Send the body as application/x-www-form-urlencoded.")
	}
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, invalid("body", "This form cannot be read.")
	}
	for i, name := range known {
		if n := len(form[name]); n > 1 || n == 0 && i == 0 {
			return nil, invalid(name, "Send this once.")
		}
	}
	return form, nil
}
