package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

// retrySoon is the Retry-After of what is temporarily unavailable.
const retrySoon = 5 * time.Second

// serveError answers a request with the page for err. It logs faults, and records refusals of
// viewers with a session.
func (a *App) serveError(err error, c echo.Context) {
	// Without a session the person is asked to sign in, instead of an error.
	if errors.Is(err, users.ErrNoSession) && !c.Response().Committed {
		err = a.askToSignIn(c)
	}
	if errors.Is(err, users.ErrSignInAgain) && !c.Response().Committed {
		err = a.askForRecentSignIn(c)
	}
	if err == nil {
		return
	}
	status, message := explain(err)
	status = httperror.Unanswered(c.Request(), status)
	if status == http.StatusMethodNotAllowed {
		c.Response().Header().Set(echo.HeaderAllow, strings.Join(a.methods(c.Request().URL.EscapedPath()), ", "))
	}
	a.noteError(c, err, status)
	if c.Response().Committed { // part of another answer is on its way
		return
	}
	for _, name := range contentHeaders {
		c.Response().Header().Del(name)
	}
	w := c.Response().Writer.(*response)
	w.drop()
	w.direct, w.uncounted = false, errors.Is(err, httperror.ErrBusy)
	if status == http.StatusServiceUnavailable && !errors.Is(err, users.ErrUnknown) || errors.Is(err, users.ErrExporting) {
		retryAfter(c.Response().Header(), retrySoon)
	}
	if isHTMX(c) && c.Request().Method == http.MethodGet { // shown as a page, not inside of one
		c.Response().Header().Set("HX-Redirect", a.ownPath(c.Request().URL.RequestURI()))
	}
	if renderErr := a.renderError(c, err, status, message); renderErr != nil {
		a.logRenderError(c.Request(), renderErr)
		http.Error(c.Response(), message, status)
	}
}

// logRenderError logs that an error page could not be rendered, for debugging alone if the client
// has gone.
func (a *App) logRenderError(r *http.Request, err error) {
	level := slog.LevelError
	if errors.Is(err, context.Canceled) {
		level = slog.LevelDebug
	}
	a.log.Log(r.Context(), level, "render error page", "request", requestOf(r).id, "error", err)
}

// contentHeaders describe a body, which is another once an error is answered.
var contentHeaders = []string{"Content-Type", "Content-Disposition", "Content-Encoding", "Content-Length"}

// maxLogged is how much of an error is logged, in characters.
const maxLogged = 1000

// shownMethod returns the method of r for logs: clients may make up any.
func shownMethod(r *http.Request) string {
	return words.Plain(r.Method[:min(len(r.Method), 16)])
}

// noteError logs a fault, and a refusal with what was refused.
func (a *App) noteError(c echo.Context, err error, status int) {
	r := c.Request()
	a.logError(r, err, status)
	if r.Context().Err() != nil || status != http.StatusForbidden {
		return
	}
	what := shownMethod(r) + " " + requestOf(r).route
	if errors.Is(err, httperror.ErrCrossOrigin) {
		what = users.CrossOrigin
	}
	a.recordRefusal(c, what)
}

// recordRefusal records an event that the viewer was refused a request, or fields of its form.
func (a *App) recordRefusal(c echo.Context, what string, fields ...string) {
	if _, ok := signedIn(c); !ok {
		return
	}
	target, err := a.pathID(c)
	if err != nil {
		target = "" // not about a user
	}
	a.users.RefuseAccess(c.Request().Context(), actor(c), target, what, fields...)
}

// maxRecorded is how many names of refused fields are recorded.
const maxRecorded = 5

// recordRefusedFields logs and records which fields of a form its sender may not
// set.
func (a *App) recordRefusedFields(c echo.Context) {
	known := requestOf(c.Request())
	if len(known.refused) == 0 {
		return
	}
	names := make([]string, 0, maxRecorded)
	for _, name := range known.refused[:min(len(known.refused), maxRecorded)] {
		names = append(names, words.Shorten(words.Plain(name), 40))
	}
	a.log.Warn("refused fields", slog.String("request", known.id), slog.String("user", string(known.user)), slog.String("what", known.route+": "+strings.Join(names, ", ")))
	a.recordRefusal(c, known.route, names...)
}

// renderError shows the page for an error. A form whose outcome is unknown can be looked up and
// sent again. A refusal names who can help. The mistakes of a form that no page shows are added
// to the message.
func (a *App) renderError(c echo.Context, err error, status int, message string) error {
	if errors.Is(err, users.ErrUnknown) && c.Request().Method == http.MethodPost {
		return a.answerUnknown(c)
	}
	if status >= http.StatusInternalServerError && c.Path() == lookUpPath {
		if answered, err := a.stillUnknown(c, status); answered {
			return err
		}
	}
	if c.Request().URL.Path == backchannelPath && !errors.Is(err, httperror.ErrCrossOrigin) { // a program reads it
		return a.answerLogout(c, status, message)
	}
	chrome := a.chrome(c, heading(status), "")
	if forbidden, ok := errors.AsType[*users.ForbiddenError](err); ok {
		return render(c, status, views.RefusedPage(views.Refused{
			Chrome: chrome, Why: forbidden.Why, Helpers: a.helpers(c), Next: a.nextFrom(c),
		}))
	}
	if bad, ok := errors.AsType[*users.InvalidError](err); ok {
		message += " " + strings.Join(messagesOf(bad), " ")
	}
	return render(c, status, views.ErrorPage(views.Error{
		Chrome: chrome, Status: strconv.Itoa(status), Heading: heading(status), Text: message, Next: append(searchInstead(c, status), a.nextFrom(c)...),
	}))
}

// heading returns the heading of an error page by its status.
func heading(status int) string {
	if h := headings[status]; h != "" {
		return h
	}
	return headings[http.StatusBadRequest]
}

// messagesOf returns the message of each field.
func messagesOf(bad *users.InvalidError) []string {
	messages := make([]string, len(bad.Fields))
	for i, f := range bad.Fields {
		messages[i] = f.Message
	}
	return messages
}

// helpers are the people who can help after a refusal. Without a session there are none, so that
// no names are disclosed.
func (a *App) helpers(c echo.Context) []views.Person {
	if _, ok := signedIn(c); !ok {
		return nil
	}
	return a.owners(c)
}

// owners are active owners, by name and address.
func (a *App) owners(c echo.Context) []views.Person {
	owners, err := a.directory.WhoCanHelp(c.Request().Context())
	if err != nil {
		a.log.Warn("who can help", "request", requestOf(c.Request()).id, "error", err)
	}
	t := a.presenter(c)
	people := make([]views.Person, len(owners))
	for i, owner := range owners {
		people[i] = t.person(owner)
	}
	return people
}

// searchInstead offers those who may search the directory to search it for what stands in
// the address of a user that is not found.
func searchInstead(c echo.Context, status int) []views.Link {
	text, err := url.PathUnescape(c.Param("id"))
	text = firstRunes(strings.TrimSpace(words.Plain(strings.ToValidUTF8(text, " "))), users.MaxText)
	if status != http.StatusNotFound || err != nil || text == "" || !seesDirectory(actor(c)) {
		return nil
	}
	return []views.Link{{
		Label: "Search the directory for “" + bidi.Isolate(words.Shorten(text, 60)) + "”",
		URL:   addressOf("/users", url.Values{"q": {text}}),
	}}
}

// nextFrom links from an error to the next page.
func (a *App) nextFrom(c echo.Context) []views.Link {
	if _, ok := signedIn(c); !ok {
		return []views.Link{{Label: words.GoToSignIn, URL: signInPath("/sign-in", a.wanted(c))}}
	}
	if seesDirectory(actor(c)) {
		return []views.Link{{Label: words.GoToDirectory, URL: "/users"}}
	}
	return []views.Link{{Label: words.GoToProfile, URL: "/profile"}}
}
