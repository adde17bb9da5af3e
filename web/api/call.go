package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/httperror"
)

// maxBody is how many bytes the body of a request may have.
const maxBody = 64 << 10

// A call is one request with its caller.
type call struct {
	h        *Handler
	w        http.ResponseWriter
	r        *http.Request
	route    *route // nil where there is none
	params   map[string]string
	info     RequestInfo
	caller   users.Authenticated // zero where the route needs no token
	actor    users.Actor
	body     []byte
	target   users.ID // for the event of a refusal
	key      string   // Idempotency-Key; empty without one
	answered bool     // the handler has written the answer
}

// ctx returns the context of the request.
func (c *call) ctx() context.Context { return c.r.Context() }

// param returns the value of a parameter of the path, decoded.
func (c *call) param(name string) string { return c.params[name] }

// pathID returns the user_id in the path and sets it as the target.
func (c *call) pathID() users.ID {
	c.target = idOf(c.param("user_id"))
	return c.target
}

// idOf returns text as a user_id to look up, and an empty one, which no user has, for what
// cannot be a user_id and for the secret of a token.
func idOf(text string) users.ID {
	id, err := users.ParseID(text)
	if err != nil || secretIn.MatchString(text) {
		return ""
	}
	return id
}

// newID returns text as the user_id of a new user. It returns an [*users.InvalidError] for what
// cannot be one, and for the secret of a token.
func newID(text string) (users.ID, error) {
	if secretIn.MatchString(text) {
		return "", invalid("user_id", "This is the secret of a token. Revoke that token.")
	}
	return users.ParseID(text)
}

// userHeader names the user that PUT and DELETE /v1/users are about.
const userHeader = "X-Roboto-User-Id"

// headerID returns the user_id in [userHeader], the caller's without one, and sets it as the
// target. Clients send it as Latin-1, not encoded.
func (c *call) headerID() (users.ID, error) {
	c.target = c.actor.ID
	switch values := c.r.Header.Values(userHeader); {
	case len(values) > 1 || len(values) == 1 && strings.TrimSpace(values[0]) == "":
		return "", invalid(userHeader, "Send one user_id, or leave the header out.")
	case len(values) == 1:
		c.target = idOf(fromLatin1(values[0]))
	}
	return c.target, nil
}

// fromLatin1 returns bytes of ISO 8859-1 as text.
func fromLatin1(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

// query returns the parameters of the query. It returns an [*users.InvalidError] if they cannot
// be parsed, and for a known one that occurs twice or is not text.
func (c *call) query(known ...string) (url.Values, error) {
	values, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return nil, invalid("query", "The part of the address after the question mark cannot be read.")
	}
	for _, name := range known {
		if len(values[name]) > 1 {
			return nil, invalid(name, "Send this once.")
		}
		if !utf8.ValidString(values.Get(name)) || strings.ContainsFunc(values.Get(name), unicode.IsControl) {
			return nil, invalid(name, "Send text in UTF-8, without control characters.")
		}
	}
	return values, nil
}

// invalid returns an error about one field.
func invalid(field, message string) error {
	return &users.InvalidError{Fields: []users.FieldError{{Field: field, Message: message}}}
}

// checkOrg returns [users.ErrNotFound] unless the org in the path is the console's.
func (c *call) checkOrg() error {
	if c.param("org_id") != c.h.org.ID {
		return users.ErrNotFound
	}
	return nil
}

// notOffered answers calls of the platform that the console does not offer.
func notOffered(*call) (any, error) { return nil, httperror.ErrNotOffered }
