package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/views"
)

// components serves GET /_ui: every building block of the pages, in the demo
// alone.
func (a *App) components(c echo.Context) error {
	return render(c, http.StatusOK, views.ComponentsPage(a.chrome(c, "Components", "")))
}
