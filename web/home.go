package web

import "github.com/labstack/echo/v4"

// home serves GET /: the directory for viewers who may see it, the own profile for other
// viewers, and the sign-in page without a session.
func (a *App) home(c echo.Context) error {
	if _, ok := signedIn(c); !ok { // no redirect: this is the address that people are given
		return a.showSignIn(c, "/")
	}
	if seesDirectory(actor(c)) {
		return a.seeOther(c, "/users")
	}
	return a.seeOther(c, "/profile")
}
