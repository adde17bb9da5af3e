package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
)

// signIn serves GET /sign-in: a button that leads to the provider.
func (a *App) signIn(c echo.Context) error {
	returnTo := a.ownPath(c.QueryParam("return_to"))
	if _, ok := signedIn(c); ok {
		return a.seeOther(c, returnTo)
	}
	return a.showSignIn(c, returnTo)
}

// showSignIn shows the button, and says so where a session has ended.
func (a *App) showSignIn(c echo.Context, returnTo string) error {
	m := views.SignIn{Chrome: a.chrome(c, "Sign in", ""), Start: signInPath("/sign-in/start", returnTo)}
	if a.cookieValue(c, sessionCookie) != "" {
		m.Tone, m.Message = "info", "Your session has ended. Sign in again to go on."
	}
	return render(c, http.StatusOK, views.SignInPage(m))
}

// attemptFor is how long a sign-in may take.
const attemptFor = 10 * time.Minute

// maxAttempts is how many sign-ins a browser may have under way: one in each of
// several tabs.
const maxAttempts = 8

// An attempt is a sign-in under way. It is kept where only the browser that
// began it can claim it, once.
type attempt struct {
	auth.Attempt
	ReturnTo string
}

// startSignIn serves GET /sign-in/start: it goes on to the provider.
func (a *App) startSignIn(c echo.Context) error {
	ctx := c.Request().Context()
	address, begun, err := a.provider.Begin(ctx, auth.BeginOptions{})
	if err != nil {
		return a.refuseSignIn(c, err)
	}
	data, err := json.Marshal(attempt{begun, a.ownPath(c.QueryParam("return_to"))})
	if err != nil {
		return err
	}
	secret := auth.NewSecret()
	if err := a.users.Keep(ctx, users.KeptAttempt, users.DigestOf(secret), data, attemptFor); err != nil {
		return err
	}
	a.dropOldAttempts(c) // before the new one is set, which is not among them
	c.SetCookie(a.cookie(attemptCookie(begun.State), secret, int(attemptFor/time.Second)))
	return c.Redirect(http.StatusSeeOther, address)
}

// attemptPrefix begins the names of the cookies of sign-ins under way.
const attemptPrefix = "attempt-"

// attemptCookie names the cookie that holds the secret of the attempt with that
// state.
func attemptCookie(state string) string {
	return attemptPrefix + shortDigest(state)
}

// dropOldAttempts takes the cookies of other attempts from a browser that has
// many.
func (a *App) dropOldAttempts(c echo.Context) {
	prefix := auth.CookieName(attemptPrefix, a.secure())
	var names []string
	for _, cookie := range c.Cookies() {
		if strings.HasPrefix(cookie.Name, prefix) {
			names = append(names, strings.TrimPrefix(cookie.Name, prefix))
		}
	}
	if len(names) < maxAttempts {
		return
	}
	for _, name := range names {
		c.SetCookie(a.cookie(attemptPrefix+name, "", -1))
	}
}

// takeAttempt returns the attempt that the browser comes back from. Whatever
// becomes of it, it cannot be taken again.
func (a *App) takeAttempt(c echo.Context) (attempt, error) {
	name := attemptCookie(c.QueryParam("state"))
	secret := a.cookieValue(c, name)
	if secret == "" {
		return attempt{}, auth.ErrBadAttempt
	}
	c.SetCookie(a.cookie(name, "", -1))
	data, err := a.users.Take(c.Request().Context(), users.KeptAttempt, users.DigestOf(secret))
	if errors.Is(err, users.ErrNotFound) {
		return attempt{}, auth.ErrBadAttempt
	} else if err != nil {
		return attempt{}, err
	}
	var begun attempt
	return begun, json.Unmarshal(data, &begun)
}

// finishSignIn serves GET /sign-in/callback, where the provider sends people
// back to: it takes the attempt, asks the provider who has come, and lets the
// domain decide whether they may. What it returns to was looked at when the
// attempt began, and is again.
func (a *App) finishSignIn(c echo.Context) error {
	if asked, ok := a.takeRecheck(c); ok {
		return a.finishRecheck(c, asked)
	}
	begun, err := a.takeAttempt(c)
	if err != nil {
		return a.refuseSignIn(c, err)
	}
	identity, err := a.provider.Complete(c.Request().Context(), begun.Attempt, c.QueryParams())
	if err != nil {
		return a.refuseSignIn(c, err)
	}
	coming := &arrival{claims: claimsOf(identity), visit: a.visit(c)}
	if err := a.startSession(c, coming); err != nil {
		return a.refuseSignIn(c, err)
	}
	a.signInEnded(nil)
	known := requestOf(c.Request())
	known.user = coming.who.User.Key
	a.log.Info("signed in", "request", known.id, "user", known.user, "address", known.address.String())
	return a.seeOther(c, a.ownPath(begun.ReturnTo))
}

// visit is the browser that comes back from the provider.
func (a *App) visit(c echo.Context) users.Visit {
	known := requestOf(c.Request())
	return users.Visit{
		Address: known.address.String(), UserAgent: userAgent(c.Request()),
		RequestID: known.id, Replaces: a.sessionDigest(c),
	}
}

// claimsOf returns what the provider says as the domain takes it.
func claimsOf(i auth.Identity) users.Claims {
	claims := users.Claims{
		Issuer: i.Issuer, Subject: i.Subject, SessionID: i.SessionID, IssuedAt: i.IssuedAt,
		Address: i.Address, Unclear: i.Unclear,
		Name: i.Name, NameParts: i.NameParts, PictureURL: i.PictureURL, TimeZone: i.TimeZone,
	}
	switch {
	case i.Unclear != "":
		claims.Verified = users.VerifiedUnclear
	case i.Verified == nil:
		claims.Verified = users.VerifiedUnknown
	case *i.Verified:
		claims.Verified = users.VerifiedYes
	default:
		claims.Verified = users.VerifiedNo
	}
	return claims
}
