package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/views"
)

// signOut serves POST /sign-out. The session has ended when the page is shown,
// which goes on to the provider, as no form may lead there.
func (a *App) signOut(c echo.Context) error {
	var form struct{}
	if err := bindForm(c, &form); err != nil {
		return err
	}
	m := views.SignedOut{Chrome: a.strangerChrome(c, "Signed out"), Again: "/sign-in"}
	if _, ok := signedIn(c); ok {
		idToken, err := a.endSession(c)
		if err != nil {
			return err
		}
		m.Next = a.provider.SignOutURL(c.Request().Context(), idToken, "")
	}
	a.forgetSession(c)
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return render(c, http.StatusOK, views.SignedOutPage(m))
}
