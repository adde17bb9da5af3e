package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// endSessionsForm is the form that ends sessions, as it is posted.
type endSessionsForm struct {
	Session string `form:"session"` // the id of one, or "all"
	Reason  string `form:"reason"`
}

// userSessions serves GET /users/:id/sessions.
func (a *App) userSessions(c echo.Context) error {
	id, err := a.pathID(c)
	if err != nil {
		return err
	}
	m, err := a.sessionsPage(c, id, endSessionsForm{}, outcome{})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.UserSessionsPage(m))
}

// endUserSessions serves POST /users/:id/sessions/end.
func (a *App) endUserSessions(c echo.Context) error {
	id, err := a.pathID(c)
	if err != nil {
		return err
	}
	var form endSessionsForm
	err = bindForm(c, &form)
	done := ""
	if err == nil {
		done, err = a.endSessionsOf(c, id, form)
	}
	switch {
	case err == nil:
		return a.done(c, done, id)
	case !correctable(err):
		return err
	}
	m, pageErr := a.sessionsPage(c, id, form, outcomeOf(err))
	if pageErr != nil {
		return pageErr
	}
	return render(c, formStatus(err), views.UserSessionsPage(m))
}

// endSessionsOf ends what form names and says what was done.
func (a *App) endSessionsOf(c echo.Context, id users.ID, form endSessionsForm) (done string, err error) {
	ctx := c.Request().Context()
	switch form.Session {
	case "": // whether they may comes first: who may not is refused, not corrected
		u, err := a.users.User(ctx, actor(c), id)
		if err == nil {
			err = actor(c).May(users.ActEndSessions, u)
		}
		if err == nil {
			err = &users.InvalidError{Fields: []users.FieldError{{Field: "session", Message: words.ChooseSession}}}
		}
		return "", err
	case "all":
		n, err := a.users.EndSessions(ctx, actor(c), id, form.Reason)
		return words.EndedSessions(n, id), err
	}
	err = a.users.EndSession(ctx, actor(c), id, users.SessionID(form.Session), form.Reason)
	return words.EndedSession(id), err
}

// sessionsPage is the page with the sessions that there are now. Those who may not
// end them see why.
func (a *App) sessionsPage(c echo.Context, id users.ID, form endSessionsForm, o outcome) (views.UserSessions, error) {
	target, err := a.users.Consequences(c.Request().Context(), actor(c), id)
	if err != nil {
		return views.UserSessions{}, err
	}
	t, u := a.presenter(c), target.User
	m := views.UserSessions{
		Chrome: a.userChrome(c, u, "Sessions"), FormState: views.FormState{Problems: o.problems},
		Sessions: t.sessions(target.Sessions), Reason: o.reasonField(form.Reason),
	}
	m.Action, m.Why = allowed(t.actor, users.ActEndSessions, u, userPath(u.ID, "sessions", "end"))
	m.Head, err = a.userHead(c, u, "Sessions")
	return m, err
}
