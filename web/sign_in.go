package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/claims"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// signIn serves GET /sign-in: a button that links to the provider. The provider redirects here
// after signing a person out, with the state of [leaveState].
func (a *App) signIn(c echo.Context) error {
	returnTo := a.ownPath(cmp.Or(c.QueryParam("return_to"), c.QueryParam("state")))
	if _, ok := signedIn(c); ok {
		return a.seeOther(c, returnTo)
	}
	return a.showSignIn(c, returnTo)
}

// showSignIn shows the button, and a message if a session has ended.
func (a *App) showSignIn(c echo.Context, returnTo string) error {
	m := views.SignIn{Chrome: a.chrome(c, "Sign in", ""), Start: signInPath("/sign-in/start", returnTo), Other: otherAccount(returnTo)}
	if a.cookieValue(c, sessionCookie) != "" {
		m.Tone, m.Message = "info", words.SessionEnded
	}
	return render(c, http.StatusOK, views.SignInPage(m))
}

// otherAccount returns the path that goes on to the provider to choose another account
// there.
func otherAccount(returnTo string) string {
	query := url.Values{"prompt": {auth.PromptSelectAccount}}
	if returnTo != "/" {
		query.Set("return_to", returnTo)
	}
	return "/sign-in/start?" + query.Encode()
}

// startSignIn serves GET /sign-in/start: it goes on to the provider, which asks for the
// account to sign in with where prompt=select_account says so, and has the person who is
// signed in authenticate again where recent=1 does, see [App.askForRecentSignIn].
func (a *App) startSignIn(c echo.Context) error {
	returnTo := a.ownPath(c.QueryParam("return_to"))
	var o auth.BeginOptions
	var only users.Key
	if c.QueryParam("prompt") == auth.PromptSelectAccount {
		o.Prompt = auth.PromptSelectAccount
	}
	if c.QueryParam("recent") != "" {
		o.MaxAge = new(int(askedAge / time.Second))
		only, o.LoginHint = viewer(c).Key, string(viewer(c).ID)
	}
	resume := waitFor(c.Request())
	address, begun, err := a.provider.Begin(c.Request().Context(), o)
	resume()
	if err != nil {
		return a.refuseSignIn(c, err, returnTo)
	}
	if err := a.keepAttempt(c, attempt{begun, a.now(), only, returnTo}); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, address)
}

// finishSignIn serves GET /sign-in/callback, the redirect URI: it takes the attempt, exchanges the
// code for the person's identity, and starts a session if the domain accepts it. The address to
// return to is validated when the attempt begins, and again here.
func (a *App) finishSignIn(c echo.Context) error {
	if asked, ok := a.takeRecheck(c); ok {
		return a.finishRecheck(c, asked)
	}
	begun, err := a.takeAttempt(c)
	returnTo := a.ownPath(begun.returnTo)
	if a.returnsSignedIn(c, err) {
		return a.seeOther(c, returnTo)
	}
	if err != nil {
		return a.refuseSignIn(c, err, returnTo)
	}
	resume := waitFor(c.Request())
	identity, err := a.provider.Complete(c.Request().Context(), begun.Attempt, c.QueryParams())
	resume()
	if err != nil {
		return a.refuseSignIn(c, err, returnTo)
	}
	coming := &arrival{claims: claims.Of(identity), visit: a.visit(c)}
	coming.visit.Only = begun.only
	coming.visit.Attempt = users.Attempt{Digest: users.DigestOf(begun.State), ReturnTo: returnTo}
	if err := a.startSession(c, coming); errors.Is(err, users.ErrAttemptUsed) {
		return a.refuseSignIn(c, badAttempt(auth.CauseAttemptUsed), returnTo)
	} else if err != nil {
		return a.refuseSignIn(c, err, returnTo)
	}
	a.signInEnded(nil)
	known := requestOf(c.Request())
	known.user = coming.who.User.Key
	a.log.Info("signed in", "request", known.id, "user", known.user, "address", known.address.String())
	return a.seeOther(c, returnTo)
}

// returnsSignedIn reports whether the callback is requested again after a successful sign-in, by
// the back button or a reload: the attempt is used, and there is a session.
func (a *App) returnsSignedIn(c echo.Context, err error) bool {
	if _, ok := signedIn(c); !ok {
		return false
	}
	cause := auth.CauseOf(err)
	return cause == auth.CauseAttemptUsed || cause == auth.CauseAttemptElsewhere || cause == auth.CauseAttemptNoCookies
}

// visit returns the browser of a callback.
func (a *App) visit(c echo.Context) users.Visit {
	known := requestOf(c.Request())
	return users.Visit{
		Address: known.address.String(), UserAgent: userAgent(c.Request()),
		RequestID: known.id, Replaces: a.sessionDigest(c),
	}
}
