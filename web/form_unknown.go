package web

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// lookUpPath is the path that looks up whether a form was done.
const lookUpPath = "/forms/look-up"

// answerUnknown answers a form whose outcome is unknown, because the answer to its commit was
// lost. The page says so, and not that it failed.
func (a *App) answerUnknown(c echo.Context) error {
	f, err := a.sent(c)
	if err != nil {
		return err
	}
	m := a.unknownPage(c, f)
	switch {
	case f.route == "/sign-out":
		m.Heading, m.Text = words.SignOutUnknown, []string{
			words.SignOutUnknownWhy, words.SignOutTwice,
		}
		m.LookUp, m.Again = nil, f.again(words.SignOutAgain)
	case f.route == "/users/export":
		m.Text = []string{words.ExportUnknown, words.ExportUnknownNext}
		m.LookUp, m.Again = nil, f.again(words.ExportAgain)
	case f.key.page == "":
		m.Text = []string{words.OutcomeWhy, words.OutcomeUnkeyed}
		m.LookUp, m.Again, m.Next = nil, nil, a.historyOf(c, f)
	}
	return render(c, http.StatusServiceUnavailable, views.UnknownPage(m))
}

// unknownPage is the page about a form whose outcome is unknown.
func (a *App) unknownPage(c echo.Context, f sentForm) views.Unknown {
	return views.Unknown{
		Chrome: a.chrome(c, words.OutcomeUnknown, ""), Status: strconv.Itoa(http.StatusServiceUnavailable), Heading: words.OutcomeUnknown,
		Text: []string{words.OutcomeWhy, words.OutcomeSafe}, LookUp: f.lookUp(), Again: f.again(words.SendAgain),
	}
}

// historyOf links to the events that show whether a form without a key was done.
func (a *App) historyOf(c echo.Context, f sentForm) []views.Link {
	var links []views.Link
	if f.id != "" {
		links = append(links, views.Link{Label: "See what was done to " + string(f.id), URL: userPath(f.id, "activity")})
	}
	if seesAudit(actor(c)) {
		links = append(links, views.Link{Label: words.GoToAuditLog, URL: "/audit"})
	}
	return append(links, views.Link{Label: words.GoToProfile, URL: "/profile"})
}

// lookUpForm serves POST /forms/look-up: whether a form that was sent before was done. It is a
// POST so that the values of the form are kept, and changes nothing. A viewer without a session
// may have been signed out by the form.
func (a *App) lookUpForm(c echo.Context) error {
	f, err := a.sentBefore(c)
	if err != nil {
		return err
	}
	who := actor(c)
	seq, done, err := a.users.FormOutcome(c.Request().Context(), who, f.once())
	switch {
	case err != nil:
		return err
	case done && who.Key == "":
		return a.showSignedOut(c, "", words.FormDone)
	case who.Key == "":
		return a.signInAgain(c, f.to, f.posted())
	case done:
		return a.showDone(c, f, seq)
	}
	m := a.unknownPage(c, f)
	m.Title, m.RequestID, m.Status, m.Heading = "Not done", "", "", words.NotDone
	m.Text = []string{words.NothingSaved, words.NotDoneNext}
	m.LookUp = nil
	return render(c, http.StatusOK, views.UnknownPage(m))
}

// stillUnknown answers a look-up that failed with any error: the outcome is as unknown as
// before, and the values of the form are kept. It reports false if the request names no form.
func (a *App) stillUnknown(c echo.Context, status int) (bool, error) {
	if !requestOf(c.Request()).bodyRead && a.readUnknownForm(c) != nil { // the session could not be looked up either
		return false, nil
	}
	f, err := a.sentBefore(c)
	if err != nil {
		return false, nil
	}
	m := a.unknownPage(c, f)
	m.Status, m.Heading = strconv.Itoa(status), words.OutcomeStillUnknown
	m.Text = []string{words.OutcomeNotFoundNow, "Try again in a minute. " + words.OutcomeSafe}
	m.LookUp.Label = words.LookUpAgain
	return true, render(c, status, views.UnknownPage(m))
}

// posted returns all values of the form as a page sends them.
func (f sentForm) posted() map[string][]string {
	all := map[string][]string{formField: {f.sealed}}
	for name, values := range f.values {
		all[name] = values
	}
	return all
}

// showDone says that a form was done, with what came of it.
func (a *App) showDone(c echo.Context, f sentForm, seq int64) error {
	m := views.Unknown{Chrome: a.chrome(c, "Done", ""), Heading: words.WasDone}
	m.RequestID = "" // nothing is wrong
	event, err := a.history.Event(c.Request().Context(), actor(c), seq)
	if err != nil && !errors.Is(err, users.ErrForbidden) {
		return err
	}
	if err == nil {
		m.Text = []string{"It is event " + strconv.FormatInt(seq, 10) + " of the audit log, of " + a.presenter(c).time(event.At).Exact + "."}
		m.Next = []views.Link{{Label: words.SeeWhatWasDone, URL: eventPath(seq)}}
	}
	if f.issues() {
		m.Text = append(m.Text, words.SecretLost)
	} else {
		m.Text = append(m.Text, words.NothingLeft)
	}
	m.Next = append(m.Next, views.Link{Label: "Continue", URL: cmp.Or(a.leadsOn(f, event), "/")})
	return render(c, http.StatusOK, views.UnknownPage(m))
}

// signInUnknown answers a sign-in when it is unknown whether its session was started. The
// session's secret is lost with the answer, so the person signs in again.
func (a *App) signInUnknown(c echo.Context, returnTo string) error {
	const heading = words.SignInUnknown
	return render(c, http.StatusServiceUnavailable, views.UnknownPage(views.Unknown{
		Chrome: a.anonymousChrome(c, heading), Status: strconv.Itoa(http.StatusServiceUnavailable), Heading: heading,
		Text: []string{
			words.SignInUnknownWhy,
			words.SignInUnknownNext,
		},
		Next: []views.Link{{Label: words.SignInAgain, URL: signInPath("/sign-in", returnTo)}},
	}))
}
