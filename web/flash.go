package web

import (
	"encoding/base64"
	"fmt"
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

// An eventRange is the numbers of the first and the last of the events that a form has recorded;
// zero for none.
type eventRange struct{ first, last int64 }

// add adds the events of one change, which are newer than those before.
func (r *eventRange) add(first, last int64) {
	if r.first == 0 {
		r.first = first
	}
	r.last = last
}

// flash shows text on the next page, with what the events have changed. The browser keeps it in a
// cookie with a digest of the session, so that it is shown only in this session.
func (a *App) flash(c echo.Context, text string, events eventRange) {
	said := base64.RawURLEncoding.EncodeToString([]byte(words.Shorten(words.Plain(text), maxFlash)))
	c.SetCookie(a.cookie(flashCookie, fmt.Sprintf("%s.%s.%d-%d", a.flashMark(c), said, events.first, events.last), flashAge))
}

// flashMark returns the digest of the session.
func (a *App) flashMark(c echo.Context) string {
	return shortDigest("flash " + a.cookieValue(c, sessionCookie))
}

// sayOnce returns the message for this page with its events, and deletes its cookie. Only a whole
// page that was opened by GET shows it: a fragment has no place for it, and the answer to a form
// has its own message.
func (a *App) sayOnce(c echo.Context) (text string, events eventRange) {
	value := a.cookieValue(c, flashCookie)
	if value == "" || c.Request().Method != http.MethodGet || isHTMX(c) {
		return "", eventRange{}
	}
	c.SetCookie(a.cookie(flashCookie, "", -1))
	mark, value, _ := strings.Cut(value, ".")
	said, numbers, _ := strings.Cut(value, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(said)
	if err != nil || mark != a.flashMark(c) {
		return "", eventRange{}
	}
	if _, err := fmt.Sscanf(numbers, "%d-%d", &events.first, &events.last); err != nil {
		events = eventRange{}
	}
	return words.Shorten(words.Plain(string(decoded)), maxFlash), events
}
