package web

import (
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// askedAge is how old an authentication may be with which the provider sends a person back
// for an act that needs a recent sign-in (max_age, OpenID Connect Core, section 3.1.2.1). It
// is so much below [users.RecentSignIn] that, with clocks two minutes apart, a minute is left
// to send the form.
const askedAge = 2 * time.Minute

// askForRecentSignIn answers a form whose act needs a recent sign-in: the form is kept, and a
// page leads to the provider and back to the form.
func (a *App) askForRecentSignIn(c echo.Context) error {
	back, kept, err := a.keepSent(c, c.Request().URL.EscapedPath(), posted(c))
	if err != nil {
		return err
	}
	return render(c, http.StatusUnauthorized, views.RecentSignInPage(views.RecentSignIn{
		Chrome: a.chrome(c, words.SignInAgainToGoOn, ""), Start: recentSignInPath(back), Kept: kept,
	}))
}

// recentSignInPath returns the path that has the viewer authenticate again and comes back.
func recentSignInPath(returnTo string) string {
	query := url.Values{"recent": {"1"}}
	if returnTo != "/" {
		query.Set("return_to", returnTo)
	}
	return "/sign-in/start?" + query.Encode()
}
