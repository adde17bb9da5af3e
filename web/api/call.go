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

// A call is one request, and what is known of who makes it.
type call struct {
	h      *Handler
	w      http.ResponseWriter
	r      *http.Request
	route  *route // nil until it is found
	params map[string]string
	about  About
	caller users.Authenticated // zero where the route needs no token
	actor  users.Actor
	body   []byte
	target users.ID // the user that the call is about, for the event of a refusal
	key    string   // Idempotency-Key; empty without one
	sent   bool     // the handler has written the answer

	endTurn func() // is called before the client or a long read is waited for, see [turns]
}

// ctx returns the context of the request.
func (c *call) ctx() context.Context { return c.r.Context() }

// param returns the value of a parameter of the path, decoded.
func (c *call) param(name string) string { return c.params[name] }

// pathID returns the user_id in the path, and notes it as the target.
func (c *call) pathID() users.ID {
	c.target = idOf(c.param("user_id"))
	return c.target
}

// idOf returns text as a user_id to look up. What cannot be one, or is the secret of a token,
// is not handed to the database; it is answered like an id that does not exist.
func idOf(text string) users.ID {
	id, err := users.ParseID(text)
	if err != nil || secretIn.MatchString(text) {
		return ""
	}
	return id
}

// newID returns text as the user_id of a new user. It returns an [*users.InvalidError] on what
// is none, and on the secret of a token.
func newID(text string) (users.ID, error) {
	if secretIn.MatchString(text) {
		return "", invalid("user_id", "This is the secret of a token. Revoke that token.")
	}
	return users.ParseID(text)
}

// userHeader names the user that PUT and DELETE /v1/users are about.
const userHeader = "X-Roboto-User-Id"

// headerID returns the user_id in [userHeader], or the caller's without one, and notes it as
// the target. A client sends it as Latin-1, not encoded.
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

// query returns the parameters after the question mark. It returns an [*users.InvalidError]
// if they cannot be read, or one that the caller knows is there twice.
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

// sameOrg returns [users.ErrNotFound] unless the org in the path is the one there is.
func (c *call) sameOrg() error {
	if c.param("org_id") != c.h.org.ID {
		return users.ErrNotFound
	}
	return nil
}

// notOffered answers calls that the platform has and this console does not offer.
func notOffered(*call) (any, error) { return nil, httperror.ErrNotOffered }
