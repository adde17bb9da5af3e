package web

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// maxReturnTo is the longest address to come back to, in bytes. Of a longer one the path
// alone is kept.
const maxReturnTo = 2048

// ownPath returns to if it is the path of a page of this console, with or without
// a query, and "/" otherwise. The answer may be put into a Location.
func (a *App) ownPath(to string) string {
	if len(to) > maxReturnTo {
		to, _, _ = strings.Cut(to, "?")
	}
	if !plainPath(to) || !a.opens(to) {
		return "/"
	}
	return to
}

// plainPath reports whether to has one leading slash and nothing that a browser,
// a proxy or a router might read as the beginning of another host or as a way
// out of the path. An encoded slash may stand where a user ID has one: behind the first
// segment. The query is not looked at but for its characters: it is read by the page,
// which does not have to understand it.
func plainPath(to string) bool {
	p, _, _ := strings.Cut(to, "?")
	switch {
	case len(to) > maxReturnTo, !strings.HasPrefix(p, "/"), strings.HasPrefix(p, "//"):
		return false
	case strings.ContainsFunc(to, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' || r == '#' }):
		return false
	case path.Clean(p) != p:
		return false
	}
	for i, segment := range strings.Split(p, "/")[1:] {
		if decoded, err := url.PathUnescape(segment); err != nil || !plainSegment(decoded) || i == 0 && strings.Contains(decoded, "/") {
			return false
		}
	}
	return true
}

// plainSegment reports whether a decoded segment of a path has no character that is used to
// break out of an address, and leads to no other path however it is read.
func plainSegment(decoded string) bool {
	if strings.ContainsFunc(decoded, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }) {
		return false
	}
	parts := strings.Split(decoded, "/")
	return decoded != "." && !slices.Contains(parts, "..")
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
		if r.serves(method) && r.Path == c.Path() {
			return &a.table[i], c
		}
	}
	return nil, c
}

// wanted returns the page that a step of a sign-in was to lead to, for when it goes wrong.
func (a *App) wanted(c echo.Context) string {
	r := c.Request()
	switch r.URL.Path {
	case "/sign-in/start":
		return a.ownPath(c.QueryParam("return_to"))
	case "/sign-in/callback":
		begun, _ := a.unsealAttempt(r.Context(), a.cookieValue(c, attemptCookie(c.QueryParam("state"))))
		return a.ownPath(begun.returnTo)
	}
	return "/"
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
