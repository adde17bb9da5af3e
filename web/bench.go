//go:build bench

package web

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
)

// bench adds the route of the bench: the same pages, through the same middleware, from memory.
func (a *App) bench(e *echo.Echo) {
	m := &memory{router: a.buffer(rawPath(e))}
	a.group(e, access(users.ActSeeDirectory)).plain("/_bench/memory", m.serve)
}

// A memory holds pages by their address. Session, middleware and compression are around it as
// around each page.
type memory struct {
	router http.Handler
	pages  sync.Map // *answer by address
}

// An answer is a page before compression.
type answer struct {
	kind   string // Content-Type
	header http.Header
	body   []byte
}

// serve serves GET /_bench/memory?of=ADDRESS. The first request for an address renders the page.
func (m *memory) serve(c echo.Context) error {
	of := c.QueryParam("of")
	known, ok := m.pages.Load(of)
	if !ok {
		made, err := m.ask(c.Request(), of)
		if err != nil {
			return err
		}
		known, _ = m.pages.LoadOrStore(of, made)
	}
	page := known.(*answer)
	for name, values := range page.header {
		for _, v := range values {
			c.Response().Header().Add(name, v)
		}
	}
	return c.Blob(http.StatusOK, page.kind, page.body)
}

// ask requests an address with the cookies of r. It returns [users.ErrNotFound] for
// one that does not answer with a page.
func (m *memory) ask(r *http.Request, of string) (*answer, error) {
	address, err := url.ParseRequestURI(of)
	if err != nil {
		return nil, users.ErrNotFound
	}
	asked := r.Clone(r.Context())
	asked.URL, asked.RequestURI = address, of
	asked.Header.Del("Accept-Encoding") // so that it is compressed each time
	w := httptest.NewRecorder()
	m.router.ServeHTTP(w, asked)
	if w.Code != http.StatusOK {
		return nil, users.ErrNotFound
	}
	page := &answer{kind: w.Header().Get("Content-Type"), header: w.Header(), body: bytes.Clone(w.Body.Bytes())}
	page.header.Del("Content-Type")
	page.header.Del("Content-Length")
	return page, nil
}
