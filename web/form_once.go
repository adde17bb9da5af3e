package web

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// once makes forms idempotent. A form that is sent again, by a second click, a reload or because
// the answer was lost, gets the answer of the first time: it leads to the same page.
func (a *App) once(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		f, _ := c.Get(sentFormKey).(sentForm)
		known := requestOf(c.Request())
		known.form = f.once()
		c.SetRequest(c.Request().WithContext(users.Once(c.Request().Context(), users.Request{Key: known.form, Recorded: known.recorded.add})))
		if done, err := a.answerDone(c, f); done || err != nil {
			return err
		}
		if wait := a.waitToChange(c); wait > 0 {
			return a.answerTooOften(c, f, wait)
		}
		err := next(c)
		if err == nil || c.Response().Committed || errors.Is(err, users.ErrUnknown) {
			return err
		}
		// It may have failed because a concurrent copy of it was done: a user that it deletes is
		// not found a second time, a session that it ends is gone.
		if done, _ := a.answerDone(c, f); done {
			return nil
		}
		return err
	}
}

// waitToChange returns how long the viewer has to wait before the next change, zero for none.
// Viewers who are signed out change nothing.
func (a *App) waitToChange(c echo.Context) time.Duration {
	who := viewer(c).Key
	if a.changes == nil || who == "" {
		return 0
	}
	return a.changes.take(client{user: who})
}

// answerTooOften answers a form that comes too soon after many others. It can be sent again
// unchanged.
func (a *App) answerTooOften(c echo.Context, f sentForm, wait time.Duration) error {
	const heading = words.TooManyChanges
	retryAfter(c.Response().Header(), wait)
	return render(c, http.StatusTooManyRequests, views.UnknownPage(views.Unknown{
		Chrome: a.chrome(c, heading, ""), Status: strconv.Itoa(http.StatusTooManyRequests), Heading: heading,
		Text:  []string{words.TooManyChangesNext},
		Again: f.again(words.SendAgain),
	}))
}

// answerDone answers a form that was done before, and reports whether it was. A viewer without
// a session may have been signed out by it.
func (a *App) answerDone(c echo.Context, f sentForm) (bool, error) {
	who, key := actor(c), requestOf(c.Request()).form
	if key == "" {
		return false, nil
	}
	seq, done, err := a.users.FormDone(c.Request().Context(), who, key)
	if errors.Is(err, users.ErrOtherForm) {
		return false, nil // the permission is checked first; the change itself refuses it
	}
	if err != nil || !done {
		return false, err
	}
	if who.Key == "" {
		return true, a.showSignedOut(c, "", words.DoneAlready)
	}
	event, err := a.history.Event(c.Request().Context(), who, seq)
	if err != nil && !errors.Is(err, users.ErrForbidden) { // a viewer who may not see the event gets no link to its target
		return false, err
	}
	next := a.leadsOn(f, event)
	if next == "" {
		return true, a.showSignedOut(c, "", words.DoneAlready)
	}
	if !f.issues() { // that page says so itself
		a.flash(c, words.DoneAlready, eventRange{})
	}
	return true, a.seeOther(c, next)
}
