package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// A signInAnswer is the answer to a sign-in that was refused.
type signInAnswer struct {
	reason  string // for the log: a key of [words.Refusals]
	status  int
	why     string // for the person
	toAdmin string // what to tell an admin, after "could not sign in"; empty if an admin cannot help
}

// refusalStatus are the statuses that the kinds of refusals are answered with.
var refusalStatus = map[words.RefusalKind]int{
	words.Forbidden: http.StatusForbidden, words.Attempt: http.StatusBadRequest,
	words.Provider: http.StatusBadGateway, words.Unavailable: http.StatusServiceUnavailable,
}

// answerTo returns the answer to a sign-in that failed with err. It reports false
// for an internal error.
func answerTo(err error) (signInAnswer, bool) {
	reason, r, ok := words.RefusalOf(err)
	return signInAnswer{reason, refusalStatus[r.Kind], r.Person, r.Tell}, ok
}

// logRefusal writes the one line of a sign-in that was refused with err: with the provider's
// code, where it gave one.
func (a *App) logRefusal(known *request, reason string, err error) {
	attributes := []any{"request", known.id, "address", known.address.String(), "reason", reason}
	if known.doctor {
		attributes = append(attributes, "doctor", true)
	}
	if refused, ok := errors.AsType[*auth.ProviderError](err); ok {
		attributes = append(attributes, "code", refused.Code, "description", refused.Description)
	}
	a.log.Warn("sign-in refused", append(attributes, "detail", words.Plain(err.Error()))...)
}

// refuseSignIn answers a failed sign-in with the text of its cause. The provider's own description
// is only logged. Another attempt returns to returnTo.
func (a *App) refuseSignIn(c echo.Context, err error, returnTo string) error {
	a.signInEnded(err)
	answer, ok := answerTo(err)
	if errors.Is(err, auth.ErrBadAttempt) { // its text has no foreign data
		answer.why = strings.ReplaceAll(answer.why, "BASE", a.baseURL.String())
	}
	if errors.Is(err, users.ErrUnknown) {
		a.noteError(c, err, http.StatusServiceUnavailable)
		return a.signInUnknown(c, returnTo)
	}
	if !ok {
		return err
	}
	known := requestOf(c.Request())
	a.logRefusal(known, answer.reason, err)
	if answer.status == http.StatusServiceUnavailable {
		retryAfter(c.Response().Header(), retrySoon)
		return render(c, answer.status, views.ErrorPage(views.Error{
			Chrome: a.anonymousChrome(c, words.SignInUnavailable), Status: strconv.Itoa(answer.status),
			Heading: words.SignInUnavailable, Text: answer.why, Next: []views.Link{{Label: "Try again", URL: signInPath("/sign-in", returnTo)}},
		}))
	}
	m := views.SignInRefused{Chrome: a.anonymousChrome(c, words.CouldNotSignIn), Why: answer.why, Again: signInPath("/sign-in", returnTo), Other: otherAccount(returnTo)}
	if refused, ok := errors.AsType[*users.RefusedError](err); ok {
		m.Address = words.Shorten(words.Plain(refused.Address), 254)
		// For providers that do not know prompt=select_account.
		m.Leave = a.signOutURL(c, "", leaveState(returnTo))
		if refused.Reason == users.RefusedDeactivated || refused.Reason == users.RefusedDeleted { // to sign in again would end the same
			m.Again, m.Helpers = "", a.owners(c)
		}
	}
	if answer.toAdmin != "" {
		m.Report = "I could not sign in to the console of " + a.org + " as " + orNoAddress(m.Address) + ": " + answer.toAdmin + " Request " + known.id + "."
	}
	return render(c, answer.status, views.SignInRefusedPage(m))
}

// leaveState returns what the provider hands back when it has signed a person out: the page
// that they wanted, which [App.signIn] reads.
func leaveState(returnTo string) string {
	if returnTo == "/" {
		return ""
	}
	return returnTo
}

// anonymousChrome is the chrome of a page that shows nothing of who else may be
// signed in with this browser.
func (a *App) anonymousChrome(c echo.Context, title string) views.Chrome {
	chrome := a.chrome(c, title, "")
	chrome.Viewer, chrome.Flash = nil, nil
	return chrome
}

// orNoAddress returns the address, or says that there is none.
func orNoAddress(address string) string {
	if address == "" {
		return "(no address)"
	}
	return address
}
