package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/views"
)

// signOut serves POST /sign-out.
func (a *App) signOut(c echo.Context) error {
	var form struct{} // a button alone
	if err := bindForm(c, &form); err != nil {
		return err
	}
	if _, ok := signedIn(c); !ok {
		return a.showSignedOut(c, "", "")
	}
	return a.leave(c)
}

// leave ends the viewer's session and shows that it has ended.
func (a *App) leave(c echo.Context) error {
	address, err := a.users.SignOut(c.Request().Context(), actor(c), a.sessionDigest(c))
	if err != nil {
		return err
	}
	return a.showSignedOut(c, a.signOutURL(c, address, ""), "")
}

// signOutURL returns the address that ends the session at the provider, "" if there is none.
func (a *App) signOutURL(c echo.Context, hint, state string) string {
	defer waitFor(c.Request())()
	return a.provider.SignOutURL(c.Request().Context(), hint, state)
}

// showSignedOut shows text and a refresh to the provider's sign-out at next, since form-action
// forbids a redirect. The session has already ended.
func (a *App) showSignedOut(c echo.Context, next, text string) error {
	m := views.SignedOut{Chrome: a.anonymousChrome(c, "Signed out"), Next: next, Again: "/sign-in", Other: otherAccount("/")}
	if text != "" {
		m.Flash = &views.Saved{Text: text}
	}
	a.forgetSession(c)
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return render(c, http.StatusOK, views.SignedOutPage(m))
}
