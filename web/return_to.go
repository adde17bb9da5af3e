package web

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/labstack/echo/v4"
)

// maxReturnTo is the longest address to come back to, in bytes.
const maxReturnTo = 2048

// ownPath returns to if it is the path of a page of this console, with or without
// a query, and "/" otherwise. The answer may be put into a Location.
func (a *App) ownPath(to string) string {
	if !plainPath(to) || !a.opens(to) {
		return "/"
	}
	return to
}

// plainPath reports whether to has one leading slash and nothing that a browser,
// a proxy or a router might read as the beginning of another host or as a way
// out of the path.
func plainPath(to string) bool {
	p, query, _ := strings.Cut(to, "?")
	switch {
	case len(to) > maxReturnTo, !strings.HasPrefix(p, "/"), strings.HasPrefix(p, "//"):
		return false
	case strings.ContainsFunc(to, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' || r == '#' }):
		return false
	case path.Clean(p) != p:
		return false
	}
	decoded, err := url.PathUnescape(p)
	switch {
	case err != nil, path.Clean(decoded) != decoded, strings.Count(decoded, "/") != strings.Count(p, "/"):
		return false
	case strings.ContainsFunc(decoded, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }):
		return false
	}
	_, err = url.ParseQuery(query)
	return err == nil
}

// opens reports whether to is a page that can be opened: one of the routes that
// answer GET with a page.
func (a *App) opens(to string) bool {
	p, _, _ := strings.Cut(to, "?")
	return a.page(p) != nil
}

// page returns the route that answers GET of that escaped path with a page of the
// console, or nil.
func (a *App) page(escaped string) *route {
	if r, _ := a.find(http.MethodGet, escaped); r != nil && !r.Plain {
		return r
	}
	return nil
}

// find returns the route that serves that escaped path, with the path's parameters in
// a context of their own, or nil.
func (a *App) find(method, escaped string) (*route, echo.Context) {
	c := a.echo.NewContext(nil, nil)
	a.echo.Router().Find(method, escaped, c)
	for i, r := range a.table {
		if r.Method == method && r.Path == c.Path() {
			return &a.table[i], c
		}
	}
	return nil, c
}

// cameFrom returns the page on which a script of ours made the request, or "/".
func (a *App) cameFrom(c echo.Context) string {
	u, err := url.Parse(c.Request().Header.Get("HX-Current-URL"))
	if err != nil {
		return "/"
	}
	to := u.EscapedPath()
	if u.RawQuery != "" {
		to += "?" + u.RawQuery
	}
	return a.ownPath(to)
}
