package web

import (
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// newsAge is for how long a change by another user is new to a viewer who has not marked any as seen.
const newsAge = 30 * day

// seenForm is the form that marks changes by others as seen, as it is posted.
type seenForm struct {
	Seq int64 `form:"seq,required"` // of the newest
}

// seeNews serves POST /profile/seen.
func (a *App) seeNews(c echo.Context) error {
	var form seenForm
	err := bindForm(c, &form)
	if err == nil {
		err = a.users.SeeNotices(c.Request().Context(), actor(c), form.Seq)
	}
	if err != nil {
		return err
	}
	return a.seeOther(c, "/profile")
}

// news divides what others did to the viewer's account into what is new, nil if nothing is, and the
// rest.
func (t presenter) news(d users.Detail, all []users.Event) (*views.News, []views.ChangeRow) {
	n := 0
	for n < len(all) && t.isNew(d, all[n]) {
		n++
	}
	rows := t.changeRows(all)
	for i := range rows {
		rows[i].Undo, rows[i].New = "", i < n
		if rows[i].Target.Label != "" {
			rows[i].Target = unlinked(words.YourAccount)
		}
	}
	if n == 0 {
		return nil, rows
	}
	return &views.News{Changes: rows[:n], Action: "/profile/seen", Seq: strconv.FormatInt(all[0].Seq, 10)}, rows[n:]
}

// isNew reports whether the viewer has not marked an event as seen. Until they mark one, new is what
// happened within [newsAge] and after they first signed in.
func (t presenter) isNew(d users.Detail, e users.Event) bool {
	if d.NoticesSeen > 0 {
		return e.Seq > d.NoticesSeen
	}
	var since time.Time
	if len(d.Identities) > 0 {
		since = d.Identities[0].BoundAt
	}
	return e.At.After(since) && t.now.Sub(e.At) <= newsAge
}
