package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// themeCookie names the cookie with the theme of the browser's choice.
const themeCookie = "theme"

// themeAge is how long a browser remembers its theme, in seconds.
const themeAge = 365 * 24 * 60 * 60

// themes are the themes to choose from; the first follows the system.
var themes = []string{"auto", "light", "dark"}

// theme returns the theme that the browser has chosen.
func (a *App) theme(c echo.Context) string {
	if chosen := a.cookieValue(c, themeCookie); slices.Contains(themes, chosen) {
		return chosen
	}
	return themes[0]
}

// themeForm is the form at the foot of the sidebar.
type themeForm struct {
	Theme    string `form:"theme"`
	ReturnTo string `form:"return_to"`
}

// setTheme serves POST /theme.
func (a *App) setTheme(c echo.Context) error {
	var form themeForm
	if err := bindForm(c, &form); err != nil {
		return err
	}
	if !slices.Contains(themes, form.Theme) {
		return &users.InvalidError{Fields: []users.FieldError{{Field: "theme", Message: words.ChooseTheme}}}
	}
	c.SetCookie(a.cookie(themeCookie, form.Theme, themeAge))
	if isHTMX(c) { // the page shows it already, with what is typed there
		return c.NoContent(http.StatusNoContent)
	}
	return a.seeOther(c, a.ownPath(form.ReturnTo))
}
