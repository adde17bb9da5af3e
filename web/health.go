package web

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// readyWithin is how long the database may take to answer.
const readyWithin = 2 * time.Second

// health serves GET /healthz: the program runs.
func (a *App) health(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// ready serves GET /readyz: the database answers, and the program is not about
// to stop. The provider does not count: those who are signed in can do without.
func (a *App) ready(c echo.Context) error {
	if a.draining.Load() {
		return c.String(http.StatusServiceUnavailable, "stopping\n")
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), readyWithin)
	defer cancel()
	if err := a.users.Ready(ctx); err != nil {
		a.log.WarnContext(ctx, "not ready", "error", err)
		return c.String(http.StatusServiceUnavailable, "the database does not answer\n")
	}
	return c.String(http.StatusOK, "ready\n")
}
