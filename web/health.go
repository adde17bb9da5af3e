package web

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
)

// readyWithin is how long the database may take to answer.
const readyWithin = 2 * time.Second

// health serves GET /healthz: the program runs.
func (a *App) health(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// ready serves GET /readyz: the database answers, and the program is not about
// to stop. The provider does not count: those who are signed in can do without.
func (a *App) ready(c echo.Context) error {
	if why := a.NotReady(c.Request().Context()); why != "" {
		return c.String(http.StatusServiceUnavailable, "not ready: "+why+"\n")
	}
	return c.String(http.StatusOK, "ready\n")
}

// NotReady says why the console is not ready, "" if it is. The text is public: it has no name of
// a file or a machine, which are logged.
func (a *App) NotReady(ctx context.Context) string {
	if a.draining.Load() {
		return "stopping"
	}
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	if err := a.users.Ready(ctx); err != nil {
		a.log.WarnContext(ctx, "not ready", "error", err)
		return users.NotReady(err)
	}
	return ""
}
