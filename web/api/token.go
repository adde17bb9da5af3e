package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// tokenRoutes are the calls about tokens of the caller.
func (h *Handler) tokenRoutes() []route {
	return []route{
		{Method: http.MethodGet, Pattern: "/v1/tokens", Scope: users.ScopeTokensSelf, handle: listTokens},
		{Method: http.MethodPost, Pattern: "/v1/tokens", Scope: users.ScopeTokensSelf, Secret: true, handle: createToken},
		{Method: http.MethodGet, Pattern: "/v1/tokens/self", Scope: anyToken, handle: readOwnToken},
		{Method: http.MethodDelete, Pattern: "/v1/tokens/self", Scope: anyToken, handle: deleteOwnToken},
		{Method: http.MethodPost, Pattern: "/v1/tokens/self/rotate", Scope: users.ScopeTokensSelf, Secret: true, handle: rotateOwnToken},
		{Method: http.MethodGet, Pattern: "/v1/tokens/id/{token_id}", Scope: users.ScopeTokensSelf, handle: readToken},
		{Method: http.MethodDelete, Pattern: "/v1/tokens/id/{token_id}", Scope: users.ScopeTokensSelf, handle: deleteToken},
		{Method: http.MethodPost, Pattern: "/v1/tokens/id/{token_id}/enable", Scope: users.ScopeTokensSelf, handle: enableToken},
		{Method: http.MethodPost, Pattern: "/v1/tokens/id/{token_id}/disable", Scope: users.ScopeTokensSelf, handle: disableToken},
		{Method: http.MethodPost, Pattern: "/v1/tokens/introspect", Scope: users.ScopeTokensIntrospect, Form: true, handle: introspect},
	}
}

// listTokens serves GET /v1/tokens, which leaves out revoked tokens.
func listTokens(c *call) (any, error) {
	found, err := c.h.users.Tokens(c.ctx(), c.actor, c.actor.ID)
	if err != nil {
		return nil, err
	}
	all := make([]tokenRecord, 0, len(found))
	for _, t := range found {
		if t.RevokedAt.IsZero() {
			all = append(all, tokenRecordOf(t))
		}
	}
	return all, nil
}

// ownToken returns the token in the path. It returns [users.ErrNotFound] for tokens of other users
// and for revoked ones.
func (c *call) ownToken() (users.Token, error) {
	t, err := c.h.users.Token(c.ctx(), c.actor, users.TokenID(idOf(c.param("token_id"))))
	if err == nil && (t.User.Key != c.actor.Key || !t.RevokedAt.IsZero()) {
		err = users.ErrNotFound
	}
	return t, err
}

// readToken serves GET /v1/tokens/id/{token_id}.
func readToken(c *call) (any, error) {
	t, err := c.ownToken()
	if err != nil {
		return nil, err
	}
	return tokenRecordOf(t), nil
}

// changeToken calls change with the token in the path.
func (c *call) changeToken(change func(users.TokenID) error) (any, error) {
	t, err := c.ownToken()
	if err != nil {
		return nil, err
	}
	return nil, change(t.ID)
}

// deleteToken serves DELETE /v1/tokens/id/{token_id}.
func deleteToken(c *call) (any, error) {
	return c.changeToken(func(id users.TokenID) error {
		return c.h.users.RevokeToken(c.once(noData), c.actor, id, users.TokenEnd{LeaveNone: true})
	})
}

// enableToken serves POST /v1/tokens/id/{token_id}/enable.
func enableToken(c *call) (any, error) {
	return c.changeToken(func(id users.TokenID) error {
		return c.h.users.EnableToken(c.once(noData), c.actor, id, "")
	})
}

// disableToken serves POST /v1/tokens/id/{token_id}/disable.
func disableToken(c *call) (any, error) {
	return c.changeToken(func(id users.TokenID) error {
		return c.h.users.DisableToken(c.once(noData), c.actor, id, users.TokenEnd{LeaveNone: true})
	})
}

const (
	day           = 24 * time.Hour
	maxExpiryDays = 365
)

// createToken serves POST /v1/tokens: it issues a token for the caller.
func createToken(c *call) (any, error) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	n, err := c.readNewToken(o)
	if err != nil {
		return nil, err
	}
	t, secret, err := c.h.users.IssueToken(c.ctx(), c.actor, c.actor.ID, n)
	return withSecret(t, secret, err)
}

// readNewToken reads the body of POST /v1/tokens.
func (c *call) readNewToken(o *object) (users.NewToken, error) {
	n := users.NewToken{Name: textOf(o.text("name")), Description: textOf(o.text("description")), Twice: true}
	days := o.number("expiry_days")
	for i, scope := range o.texts("api_scopes") {
		if i == 0 {
			n.Scopes = []users.Scope{}
		}
		n.Scopes = append(n.Scopes, users.Scope(scope))
	}
	if o.isSet("api_scopes") && n.Scopes == nil {
		o.fail("api_scopes", "Send at least one scope, or null for those of this token.")
	}
	if n.Name == "" {
		o.fail("name", "Send a name of 1 to 100 characters.")
	}
	switch {
	case days != nil && *days >= 1 && *days <= maxExpiryDays:
		n.Lifetime = time.Duration(*days) * day
	case days != nil || !o.isSet("expiry_days"): // else it is a mistake already
		o.fail("expiry_days", "Send a whole number from 1 to 365.")
	}
	if most := c.h.users.TokenLifetime(); most != users.Unlimited {
		n.Lifetime = min(n.Lifetime, most)
	}
	return n, o.err()
}

// withSecret returns the answer of a call that issues a token. It renames the fields of an error to
// those of the API.
func withSecret(t users.Token, secret string, err error) (any, error) {
	names := map[string]string{"expiry": "expiry_days", "scopes": "api_scopes", "overlap": "overlap_seconds"}
	if bad, ok := errors.AsType[*users.InvalidError](err); ok {
		renamed := new(users.InvalidError)
		for _, f := range bad.Fields {
			if name, other := names[f.Field]; other {
				f.Field = name
			}
			renamed.Fields = append(renamed.Fields, f)
		}
		return nil, renamed
	}
	record := tokenRecordOf(t)
	record.Secret = secret
	return record, err
}

// readOwnToken serves GET /v1/tokens/self: the token of the call.
func readOwnToken(c *call) (any, error) { return tokenRecordOf(c.caller.Token), nil }

// deleteOwnToken serves DELETE /v1/tokens/self: it revokes the token of the call, whatever its
// scopes.
func deleteOwnToken(c *call) (any, error) {
	return nil, c.h.users.RevokeSelf(c.once(noData), c.actor)
}

// defaultOverlap is how long the old token stays valid after a rotation by default.
const defaultOverlap = day

// rotateOwnToken serves POST /v1/tokens/self/rotate: it issues a successor of the token of the
// call. A repeated call replaces a successor that was not used.
func rotateOwnToken(c *call) (any, error) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	overlap := defaultOverlap
	if seconds := o.number("overlap_seconds"); seconds != nil {
		if overlap = time.Duration(*seconds) * time.Second; *seconds < 60 || *seconds > int64(maxExpiryDays*day/time.Second) {
			o.fail("overlap_seconds", "Send a whole number of seconds from 60 to 31536000.")
		}
	}
	if err := o.err(); err != nil {
		return nil, err
	}
	t, secret, err := c.h.users.RotateSelf(c.ctx(), c.actor, overlap)
	return withSecret(t, secret, err)
}
