package web

import "github.com/labstack/echo/v4"

// home serves GET /: the directory for those who may see it, their own profile
// for everyone else, and the sign-in page where nobody is signed in.
func (a *App) home(c echo.Context) error {
	if _, ok := signedIn(c); !ok { // no redirect: this is the address that people are given
		return a.showSignIn(c, "/")
	}
	if seesDirectory(actor(c)) {
		return a.seeOther(c, "/users")
	}
	return a.seeOther(c, "/profile")
}
