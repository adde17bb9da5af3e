package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// showAbout serves GET /about: version, licence, documents and keys.
func (a *App) showAbout(c echo.Context) error {
	return render(c, http.StatusOK, views.AboutPage(views.About{
		Chrome: a.chrome(c, words.About, ""), Version: a.version, Commit: a.commit,
		Documents: []views.Link{
			{Label: words.APIDocument, URL: "/api"},
			{Label: "OpenAPI 3.1", URL: "/v1/openapi.json"},
			{Label: words.KeysTitle, URL: "/keys"},
		},
	}))
}
