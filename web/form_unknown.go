package web

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
)

// lookUpPath is where it is looked up whether a form was done.
const lookUpPath = "/forms/look-up"

// What is said of a form where nobody knows yet what became of it.
const (
	unknownHeading = "It is not known whether this was done"
	unknownWhy     = "The connection to the database broke at the very moment of saving. All of it may have been done, or nothing; never a part."
	unknownSafe    = "See which, or just send it again: what is done already is not done a second time."
)

// answerUnknown answers a form of which nobody knows whether it was done, because the
// answer to its commit was lost. It is no failure, and is not to be told as one.
func (a *App) answerUnknown(c echo.Context) error {
	f, err := a.sent(c)
	if err != nil {
		return err
	}
	m := a.unknownPage(c, f)
	switch {
	case f.route == "/sign-out":
		m.Heading, m.Text = "It is not known whether you are signed out", []string{
			"The connection to the database broke at the very moment of signing out.", "Sign out again: there is no harm in doing it twice.",
		}
		m.LookUp, m.Again = nil, f.again("Sign out again")
	case f.route == "/users/export":
		m.Text = []string{"The connection to the database broke when the export was being recorded, so no file was sent.", "Export again: the audit log may then tell of one that gave no file."}
		m.LookUp, m.Again = nil, f.again("Export again")
	case f.key.page == "":
		m.Text = []string{unknownWhy, "It came without the key of a page, so it may be done twice if it is sent twice. Look in the history first, for the request below."}
		m.LookUp, m.Again, m.Next = nil, nil, a.historyOf(c, f)
	}
	return render(c, http.StatusServiceUnavailable, views.UnknownPage(m))
}

// unknownPage is the page about a form of which nobody knows whether it was done.
func (a *App) unknownPage(c echo.Context, f sentForm) views.Unknown {
	return views.Unknown{
		Chrome: a.chrome(c, unknownHeading, ""), Status: strconv.Itoa(http.StatusServiceUnavailable), Heading: unknownHeading,
		Text: []string{unknownWhy, unknownSafe}, LookUp: f.lookUp(), Again: f.again("Send it again"),
	}
}

// historyOf is where to see what became of a form that has no key.
func (a *App) historyOf(c echo.Context, f sentForm) []views.Link {
	var links []views.Link
	if f.id != "" {
		links = append(links, views.Link{Label: "See what was done to " + string(f.id), URL: userPath(f.id, "activity")})
	}
	if seesAudit(actor(c)) {
		links = append(links, views.Link{Label: "Go to the audit log", URL: "/audit"})
	}
	return append(links, views.Link{Label: "Go to my profile", URL: "/profile"})
}

// lookUpForm serves POST /forms/look-up: whether a form was done that was sent before.
// It is posted so that the form is not lost on the way, and changes nothing. Whoever
// is not signed in any more may have been signed out by what they sent.
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
		return a.showSignedOut(c, "", "What you sent was done.")
	case who.Key == "":
		return a.signInAgain(c, f.to, f.posted())
	case done:
		return a.showDone(c, f, seq)
	}
	m := a.unknownPage(c, f)
	m.Title, m.RequestID, m.Status, m.Heading = "Not done", "", "", "It was not done"
	m.Text = []string{"Nothing of it is saved.", "Send it again. Should the first one still arrive, it is done once all the same."}
	m.LookUp = nil
	return render(c, http.StatusOK, views.UnknownPage(m))
}

// stillUnknown answers a look-up that failed, whatever it failed by: what was sent is as
// unknown as before, and must not get lost either. It reports false where nothing was
// asked for.
func (a *App) stillUnknown(c echo.Context, status int) (bool, error) {
	if !requestOf(c.Request()).bodyRead && a.readUnknownForm(c) != nil { // the session could not be looked up either
		return false, nil
	}
	f, err := a.sentBefore(c)
	if err != nil {
		return false, nil
	}
	m := a.unknownPage(c, f)
	m.Status, m.Heading = strconv.Itoa(status), "It is still not known whether this was done"
	m.Text = []string{"The console cannot look it up at the moment.", "Try again in a minute. " + unknownSafe}
	m.LookUp.Label = "Look again"
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
	m := views.Unknown{Chrome: a.chrome(c, "Done", ""), Heading: "It was done"}
	m.RequestID = "" // nothing is wrong
	event, err := a.history.Event(c.Request().Context(), actor(c), seq)
	if err != nil && !errors.Is(err, users.ErrForbidden) {
		return err
	}
	if err == nil {
		m.Text = []string{"It is event " + strconv.FormatInt(seq, 10) + " of the audit log, of " + a.tell(c).time(event.At).Exact + "."}
		m.Next = []views.Link{{Label: "See what was done", URL: eventPath(seq)}}
	}
	if f.issues() {
		m.Text = append(m.Text, "The secret of the token was lost with the answer and is not kept: rotate the token to get another.")
	} else {
		m.Text = append(m.Text, "There is nothing left to do.")
	}
	m.Next = append(m.Next, views.Link{Label: "Go on", URL: cmp.Or(a.leadsOn(f, event), "/")})
	return render(c, http.StatusOK, views.UnknownPage(m))
}

// signInUnknown answers a sign-in of which nobody knows whether its session was
// started. Its secret is known to nobody, so that to sign in again is all there is to
// do.
func (a *App) signInUnknown(c echo.Context, returnTo string) error {
	const heading = "It is not known whether you are signed in"
	return render(c, http.StatusServiceUnavailable, views.UnknownPage(views.Unknown{
		Chrome: a.strangerChrome(c, heading), Status: strconv.Itoa(http.StatusServiceUnavailable), Heading: heading,
		Text: []string{
			"The connection to the database broke at the last step.",
			"Sign in again. If a session has been started, it cannot be used, and ends by itself.",
		},
		Next: []views.Link{{Label: "Sign in again", URL: signInPath("/sign-in", returnTo)}},
	}))
}
