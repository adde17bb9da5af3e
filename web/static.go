package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/static"
)

// assetPolicy is the content security policy of assets, which may do nothing at all when
// they are opened by themselves.
const assetPolicy = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// asset serves GET /static/*.
func (a *App) asset(c echo.Context) error {
	w := &assetWriter{ResponseWriter: c.Response()}
	c.Response().Header().Set("Content-Security-Policy", assetPolicy)
	sendDirectly(c.Response()) // it is in memory already
	static.Handler().ServeHTTP(w, c.Request())
	if w.missing {
		c.Response().Header().Set("Content-Security-Policy", a.contentPolicy())
		return users.ErrNotFound
	}
	return nil
}

// An assetWriter passes on an asset but not a 404, which is answered by the console's own page.
type assetWriter struct {
	http.ResponseWriter
	missing bool
}

// WriteHeader implements [http.ResponseWriter].
func (w *assetWriter) WriteHeader(status int) {
	if w.missing = status == http.StatusNotFound; !w.missing {
		w.ResponseWriter.WriteHeader(status)
	}
}

// Write implements [http.ResponseWriter].
func (w *assetWriter) Write(p []byte) (int, error) {
	if w.missing {
		return len(p), nil
	}
	return w.ResponseWriter.Write(p)
}
