package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// keysCookie names the cookie of a browser whose reader has turned off keys without a modifier, as
// WCAG 2.1.4 asks for, and keysAge is how long it is kept, in seconds.
const (
	keysCookie = "keys"
	keysAge    = 365 * 24 * 60 * 60
)

// Values of the setting.
const (
	keysOn  = "on"
	keysOff = "off"
)

// keysOff reports whether keys without a modifier are turned off.
func (a *App) keysOff(c echo.Context) bool { return a.cookieValue(c, keysCookie) == keysOff }

// showKeys serves GET /keys: the keys of the console, for a script as the content of a dialog.
func (a *App) showKeys(c echo.Context) error {
	m := views.Keys{Off: a.keysOff(c), ReturnTo: "/keys"}
	for _, g := range words.Keys {
		group := views.KeyGroup{Label: g.Label}
		for _, k := range g.Keys {
			group.Lines = append(group.Lines, views.KeyLine{Keys: k.Keys, Text: k.Does})
		}
		m.Groups = append(m.Groups, group)
	}
	if isFragment(c, "keys") {
		m.ReturnTo = a.cameFrom(c)
		return render(c, http.StatusOK, views.KeysDialog(m))
	}
	m.Chrome = a.chrome(c, words.KeysTitle, "")
	return render(c, http.StatusOK, views.KeysPage(m))
}

// keysForm is the form that turns keys without a modifier on or off.
type keysForm struct {
	Single   string `form:"single"`
	ReturnTo string `form:"return_to"`
}

// setKeys serves POST /keys.
func (a *App) setKeys(c echo.Context) error {
	var form keysForm
	if err := bindForm(c, &form); err != nil {
		return err
	}
	if form.Single != keysOn && form.Single != keysOff {
		return &users.InvalidError{Fields: []users.FieldError{{Field: "single", Message: words.ChooseKeys}}}
	}
	c.SetCookie(a.cookie(keysCookie, form.Single, keysAge))
	return a.seeOther(c, a.ownPath(form.ReturnTo))
}
