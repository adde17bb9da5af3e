package web

import (
	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// endSessionForm is the form that lists the viewer's sessions.
type endSessionForm struct {
	Session string `form:"session"` // its id, or "others"
}

// endOwnSessions serves POST /profile/sessions/end. Ending the current session signs the viewer
// out.
func (a *App) endOwnSessions(c echo.Context) error {
	var form endSessionForm
	if err := bindForm(c, &form); err != nil {
		return err
	}
	ctx, who := c.Request().Context(), actor(c)
	switch form.Session {
	case "others":
		n, err := a.users.EndOtherSessions(ctx, who)
		if err != nil {
			return err
		}
		return a.done(c, words.EndedOwnSessions(n), who.ID)
	case string(who.Session):
		return a.leave(c)
	default:
		if err := a.users.EndSession(ctx, who, who.ID, users.SessionID(form.Session), ""); err != nil {
			return err
		}
	}
	return a.done(c, words.OwnSessionEnded, who.ID)
}
