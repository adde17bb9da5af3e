package web

import (
	"context"
	"net/http"
	"net/netip"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// A request has what the middleware knows of a request, and what handlers add for its log line.
type request struct {
	id      string     // made here; a client's X-Request-Id is ignored
	address netip.Addr // of the client, see [App.clientAddress]
	doctor  bool       // its User-Agent is that of console doctor

	bodyRead bool    // of the form, by [App.withForm]
	worker   *worker // that handles it; nil outside of the pools

	cookies []*http.Cookie // of the browser, nil until one is asked for

	route   string    // pattern of the route, like "/users/:id"
	user    users.Key // of the viewer
	refused []string  // fields of the form that the actor may not set

	page   users.FormKey    // of the page that is shown, or that a form is on
	sealed string           // the same with its user and path, see [formKey]
	form   users.RequestKey // idempotency key of the form

	upload *upload // see [App.readUpload]; nil without a file

	recorded eventRange // what the change of the form has recorded
}

type requestKey struct{}

// requestOf returns the request data of r. It is never nil.
func requestOf(r *http.Request) *request {
	if known, ok := r.Context().Value(requestKey{}).(*request); ok {
		return known
	}
	return &request{}
}

// withRequest returns r with its request data.
func withRequest(r *http.Request, known *request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), requestKey{}, known))
}

// signedInKey is where an echo.Context holds the [users.SignedIn].
const signedInKey = "console.signed-in"

// signedIn returns the session and its user, and whether there is one.
func signedIn(c echo.Context) (users.SignedIn, bool) {
	s, ok := c.Get(signedInKey).(users.SignedIn)
	return s, ok
}

// viewer returns the user of the session, or the zero User.
func viewer(c echo.Context) users.User {
	s, _ := signedIn(c)
	return s.User
}

// actor returns the actor of a request. Without a session it has no key.
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

// readOn has the reads of a request go on when its client has gone: for single rows, which take
// no time. database/sql starts a goroutine for each query that can be cancelled, which takes a
// tenth of a page. Searches and counts stay cancellable.
func readOn(c echo.Context) {
	c.SetRequest(c.Request().WithContext(context.WithoutCancel(c.Request().Context())))
}

// maxUserAgent is how much of a user agent is kept, in bytes.
const maxUserAgent = 400

// userAgent returns the User-Agent as plain text.
func userAgent(r *http.Request) string {
	agent := words.Plain(r.UserAgent())
	if len(agent) > maxUserAgent {
		agent = words.Plain(agent[:maxUserAgent])
	}
	return agent
}
