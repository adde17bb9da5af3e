package web

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
)

// A signInAnswer says why a sign-in was refused.
type signInAnswer struct {
	status int
	why    string // for the person
	tell   string // for an admin, after "could not sign in"; empty where one cannot help
}

// refusals tell each refusal of the domain.
var refusals = map[users.Refusal]signInAnswer{
	users.RefusedNoAddress:   {http.StatusForbidden, "The sign-in service did not say which e-mail address is yours.", "the provider sends no e-mail address for me."},
	users.RefusedUnverified:  {http.StatusForbidden, "Your e-mail address is not verified at the sign-in service. Verify it there, then sign in again.", "my e-mail address is not verified at the provider."},
	users.RefusedUnvouched:   {http.StatusForbidden, "The sign-in service does not say whether your e-mail address has been verified, so it cannot be relied on.", "the provider does not say whether my e-mail address is verified."},
	users.RefusedTaken:       {http.StatusForbidden, "Your e-mail address already belongs to a user who signs in with another account at the sign-in service.", "another account is bound to my e-mail address. Resetting my sign-in would let me in again."},
	users.RefusedUninvited:   {http.StatusForbidden, "You are not in the directory yet. Ask an admin to add you, then sign in again.", "I have not been added to the directory yet."},
	users.RefusedDomain:      {http.StatusForbidden, "You are not in the directory, and addresses of your domain are not let in by themselves. Ask an admin to add you.", "I am not in the directory, and my domain is not one of those that are let in."},
	users.RefusedEnded:       {http.StatusForbidden, "Your session at the sign-in service ended while you were signing in. Sign in again.", ""},
	users.RefusedDeactivated: {http.StatusForbidden, "Your account has been deactivated. Only an admin can reactivate it.", "my account is deactivated."},
}

// providerAnswers tell the codes with which a provider refuses; all others are
// told as the one without a code.
var providerAnswers = map[string]signInAnswer{
	"access_denied": {http.StatusForbidden, "The sign-in service did not let you in, or you cancelled there.", "the provider denied me access to the console."},
	"":              {http.StatusBadGateway, "The sign-in service could not sign you in. Try again; if it happens again, tell an admin.", "the provider refused the request. It may be set up wrongly."},
}

var (
	badAttempt = signInAnswer{http.StatusBadRequest, "This sign-in was begun in another browser, took longer than ten minutes, or was finished already. Sign in again.", ""}
	untrusted  = signInAnswer{http.StatusBadGateway, "The answer of the sign-in service could not be trusted, so you were not signed in. Try again; if it happens again, tell an admin.", "the provider's answer was not accepted. It may be set up wrongly, or its clock may be off."}
	noProvider = signInAnswer{http.StatusServiceUnavailable, "The sign-in service does not answer at the moment. Those who are signed in can go on working. Try again in a minute.", ""}
)

// answerTo returns how a sign-in that failed with err is told. It reports false
// for a fault of our own.
func answerTo(err error) (signInAnswer, bool) {
	if refused, ok := errors.AsType[*users.RefusedError](err); ok {
		answer, told := refusals[refused.Reason]
		return answer, told
	}
	switch {
	case errors.Is(err, auth.ErrUnavailable):
		return noProvider, true
	case errors.Is(err, auth.ErrBadAttempt):
		return badAttempt, true
	case errors.Is(err, auth.ErrUntrusted):
		return untrusted, true
	}
	refused, ok := errors.AsType[*auth.ProviderError](err)
	if !ok {
		return signInAnswer{}, false
	}
	if answer, told := providerAnswers[refused.Code]; told {
		return answer, true
	}
	return providerAnswers[""], true
}

// refuseSignIn answers a sign-in that came to nothing with why, in words of our
// own: what the provider says is only logged.
func (a *App) refuseSignIn(c echo.Context, err error) error {
	a.signInEnded(err)
	answer, ok := answerTo(err)
	if errors.Is(err, users.ErrUnknown) {
		a.noteError(c, err, http.StatusServiceUnavailable)
		return a.signInUnknown(c)
	}
	if !ok {
		return err
	}
	known := requestOf(c.Request())
	a.log.Warn("sign-in refused", "request", known.id, "address", known.address.String(), "reason", plainText(err.Error()))
	if answer.status == http.StatusServiceUnavailable {
		retryAfter(c.Response().Header(), retrySoon)
		return render(c, answer.status, views.ErrorPage(views.Error{
			Chrome: a.strangerChrome(c, "Sign-in is not available"), Status: strconv.Itoa(answer.status),
			Heading: "Sign-in is not available", Text: answer.why, Next: []views.Link{{Label: "Try again", URL: "/sign-in"}},
		}))
	}
	m := views.SignInRefused{Chrome: a.strangerChrome(c, "You could not sign in"), Why: answer.why, Again: "/sign-in"}
	if refused, ok := errors.AsType[*users.RefusedError](err); ok {
		m.Address = shorten(plainText(refused.Address), 254)
		m.Other = a.provider.SignOutURL(c.Request().Context(), "", "") // who is signed in there comes back as the same
	}
	if answer.tell != "" {
		m.Tell = "I could not sign in to the console of " + a.org + " as " + orNobody(m.Address) + ": " + answer.tell + " Request " + known.id + "."
	}
	return render(c, answer.status, views.SignInRefusedPage(m))
}

// strangerChrome is the chrome of a page that shows nothing of who else may be
// signed in with this browser.
func (a *App) strangerChrome(c echo.Context, title string) views.Chrome {
	chrome := a.chrome(c, title, "")
	chrome.Viewer, chrome.Flash = nil, ""
	return chrome
}

// orNobody returns the address, or says that there is none.
func orNobody(address string) string {
	if address == "" {
		return "(no address)"
	}
	return address
}
