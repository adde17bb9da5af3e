package web

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/web/words"
)

// flashCookie names the cookie with the message for the next page, and flashAge is how long it
// is kept, in seconds.
const (
	flashCookie = "flash"
	flashAge    = 60
)

// maxFlash is the longest message, in characters.
const maxFlash = 300

// flash shows text on the next page. The browser keeps it in a cookie with a digest of the
// session, so that it is shown only in this session.
func (a *App) flash(c echo.Context, text string) {
	said := base64.RawURLEncoding.EncodeToString([]byte(words.Shorten(words.Plain(text), maxFlash)))
	c.SetCookie(a.cookie(flashCookie, a.flashMark(c)+"."+said, flashAge))
}

// flashMark returns the digest of the session.
func (a *App) flashMark(c echo.Context) string {
	return shortDigest("flash " + a.cookieValue(c, sessionCookie))
}

// sayOnce returns the message for this page and deletes its cookie. Only a whole page that was
// opened by GET shows it: a fragment has no place for it, and the answer to a form has its own
// message.
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
