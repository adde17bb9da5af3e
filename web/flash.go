package web

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/web/words"
)

// flashCookie names the cookie with what the next page is to say, and flashAge is
// how long it waits for that, in seconds.
const (
	flashCookie = "flash"
	flashAge    = 60
)

// maxFlash is how much of it is said, in characters.
const maxFlash = 300

// flash has the next page that is shown say text. The browser keeps it, marked with
// the session that it is said in: nobody else can have it say anything, and whoever
// signs in next does not hear it.
func (a *App) flash(c echo.Context, text string) {
	said := base64.RawURLEncoding.EncodeToString([]byte(words.Shorten(words.Plain(text), maxFlash)))
	c.SetCookie(a.cookie(flashCookie, a.flashMark(c)+"."+said, flashAge))
}

// flashMark stands for the session.
func (a *App) flashMark(c echo.Context) string {
	return shortDigest("flash " + a.cookieValue(c, sessionCookie))
}

// sayOnce returns what the page is to say, and sees to it that only this one
// does. Only a whole page that was opened says it: a fragment has no place for
// it, and the answer to a form has something of its own to say.
func (a *App) sayOnce(c echo.Context) string {
	value := a.cookieValue(c, flashCookie)
	if value == "" || c.Request().Method != http.MethodGet || isHTMX(c) {
		return ""
	}
	c.SetCookie(a.cookie(flashCookie, "", -1))
	mark, said, _ := strings.Cut(value, ".")
	text, err := base64.RawURLEncoding.DecodeString(said)
	if err != nil || mark != a.flashMark(c) {
		return ""
	}
	return words.Shorten(words.Plain(string(text)), maxFlash)
}
