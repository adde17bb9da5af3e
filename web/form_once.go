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

// once has what a form asks for done once. A form that is sent again, by a second
// click, a reload or somebody who was not told what became of it, is answered as it
// was the first time: it leads to the same place.
func (a *App) once(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		f, _ := c.Get(sentFormKey).(sentForm)
		if key := f.once(); key != "" {
			requestOf(c.Request()).form = key
			c.SetRequest(c.Request().WithContext(users.Once(c.Request().Context(), users.Request{Key: key})))
		}
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
		// What keeps it from being done may be that it has just been: whom it deletes is
		// not found a second time, whom it signs out is not signed in.
		if done, _ := a.answerDone(c, f); done {
			return nil
		}
		return err
	}
}

// waitToChange returns how long the viewer has to wait until they may change something,
// zero if they may now. Those who are signed out change nothing.
func (a *App) waitToChange(c echo.Context) time.Duration {
	who := viewer(c).Key
	if a.changes == nil || who == "" {
		return 0
	}
	return a.changes.take(client{user: who})
}

// answerTooOften answers a form that comes too soon after many others: it can be sent
// again as it is.
func (a *App) answerTooOften(c echo.Context, f sentForm, wait time.Duration) error {
	const heading = words.TooManyChanges
	retryAfter(c.Response().Header(), wait)
	return render(c, http.StatusTooManyRequests, views.UnknownPage(views.Unknown{
		Chrome: a.chrome(c, heading, ""), Status: strconv.Itoa(http.StatusTooManyRequests), Heading: heading,
		Text:  []string{words.TooManyChangesNext},
		Again: f.again(words.SendAgain),
	}))
}

// answerDone answers a form that was done before, and reports whether it was. Whoever
// is not signed in may have been signed out by it.
func (a *App) answerDone(c echo.Context, f sentForm) (bool, error) {
	who, key := actor(c), requestOf(c.Request()).form
	if key == "" {
		return false, nil
	}
	seq, done, err := a.users.FormDone(c.Request().Context(), who, key)
	if errors.Is(err, users.ErrOtherForm) {
		return false, nil // whether they may at all comes first; the change itself refuses it
	}
	if err != nil || !done {
		return false, err
	}
	if who.Key == "" {
		return true, a.showSignedOut(c, "", words.DoneAlready)
	}
	event, err := a.history.Event(c.Request().Context(), who, seq)
	if err != nil && !errors.Is(err, users.ErrForbidden) { // who may not see it is not led to what it made
		return false, err
	}
	next := a.leadsOn(f, event)
	if next == "" {
		return true, a.showSignedOut(c, "", words.DoneAlready)
	}
	if !f.issues() { // that page says so itself
		a.flash(c, words.DoneAlready)
	}
	return true, a.seeOther(c, next)
}
