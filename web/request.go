package web

import (
	"context"
	"net/http"
	"net/netip"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// A request is what the frame knows of one request, and what its log line needs
// from those who answered it.
type request struct {
	id      string     // ours; what the client calls it is not read
	address netip.Addr // of the client, see [App.clientAddress]
	doctor  bool       // it says that console doctor sends it

	bodyRead bool // of the form, by [App.withForm]

	route   string    // pattern of the route, like "/users/:id"
	user    users.Key // of who is signed in
	refused []string  // fields of the form that the actor may not set

	page   users.FormKey    // of the page that is shown, or that a form is on
	sealed string           // the same with its user and path, see [formKey]
	form   users.RequestKey // of what is asked for, where it is done once
}

type requestKey struct{}

// requestOf returns what is known of r. It is never nil.
func requestOf(r *http.Request) *request {
	if known, ok := r.Context().Value(requestKey{}).(*request); ok {
		return known
	}
	return &request{}
}

// withRequest returns r with what is known of it.
func withRequest(r *http.Request, known *request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), requestKey{}, known))
}

// signedInKey is where an echo.Context holds the [users.SignedIn].
const signedInKey = "console.signed-in"

// signedIn returns who is signed in, and whether anyone is.
func signedIn(c echo.Context) (users.SignedIn, bool) {
	s, ok := c.Get(signedInKey).(users.SignedIn)
	return s, ok
}

// viewer returns the user who is signed in, or the zero User.
func viewer(c echo.Context) users.User {
	s, _ := signedIn(c)
	return s.User
}

// actor returns who does what c asks for. Signed out, it has no key.
func actor(c echo.Context) users.Actor {
	known := requestOf(c.Request())
	if s, ok := signedIn(c); ok {
		return s.Actor(known.id, known.address.String(), userAgent(c.Request()))
	}
	return users.Visitor(known.id, known.address.String(), userAgent(c.Request()))
}

// seesDirectory reports whether actor may open the directory and the pages of all
// users.
func seesDirectory(actor users.Actor) bool {
	return actor.May(users.ActSeeDirectory, users.User{}) == nil
}

// seesAudit reports whether actor may open the audit log.
func seesAudit(actor users.Actor) bool { return actor.May(users.ActSeeAudit, users.User{}) == nil }

// maxUserAgent is how much of a user agent is kept, in bytes.
const maxUserAgent = 400

// userAgent returns what the client says it is, as text that can be shown.
func userAgent(r *http.Request) string {
	agent := words.Plain(r.UserAgent())
	if len(agent) > maxUserAgent {
		agent = words.Plain(agent[:maxUserAgent])
	}
	return agent
}
