package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// listCookie names the cookie with the query of the directory that the browser has shown last, and
// listAge is how long it is kept, in seconds.
const (
	listCookie = "list"
	listAge    = 12 * 60 * 60
)

// maxListCookie is the longest query that a cookie holds, in bytes. A longer one is not remembered.
const maxListCookie = 1_500

// rememberList notes in the browser which list it shows, so that the pages of its users lead back
// to it.
func (a *App) rememberList(c echo.Context, l listAddress) {
	value := url.QueryEscape("?" + l.query.Encode())
	if c.Request().Method == http.MethodGet && len(value) <= maxListCookie && value != a.cookieValue(c, listCookie) {
		c.SetCookie(a.cookie(listCookie, value, listAge))
	}
}

// list returns the address of the list that the browser has shown last; the whole directory, and
// false, if there is none.
func (a *App) list(c echo.Context) (l listAddress, shown bool) {
	text, _ := url.QueryUnescape(a.cookieValue(c, listCookie))
	query, shown := strings.CutPrefix(text, "?")
	l, _ = directoryAddress(query)
	if values, err := url.ParseQuery(query); err == nil {
		for _, place := range []string{"after", "before"} {
			if cursor := values.Get(place); cursor != "" {
				l.query.Set(place, truncate(place, cursor))
			}
		}
	}
	return l, shown
}

// listLink is the link back to the list that the browser has shown last. Of a service user it is
// the list of service users unless the browser has shown one.
func (a *App) listLink(c echo.Context, u users.User) views.Link {
	l, shown := a.list(c)
	switch {
	case len(l.query) > 0:
		return views.Link{Label: listName(l), URL: l.String()}
	case u.Kind == users.KindService && !shown:
		return views.Link{Label: "Service users", URL: "/users?type=service"}
	}
	return views.Link{Label: "Users", URL: "/users"}
}

// listName is the name of a list in a breadcrumb: that of its view, or what it shows.
func listName(l listAddress) string {
	name := "Users"
	for _, v := range directoryViews {
		if l.has("view") && string(v.view) == l.get("view") {
			name, _ = words.ViewTab(v.view)
		}
	}
	if onlyServiceUsers(l) && !l.has("view") {
		name = "Service users"
	}
	if l.has("q") {
		name += " matching “" + words.Shorten(words.Plain(l.get("q")), 30) + "”"
	}
	return strings.TrimSpace(name)
}

// neighbours are the users before and after u in the list that the browser has shown last. There
// are none without such a list, and where it cannot be read.
func (a *App) neighbours(c echo.Context, u users.User) (before, after views.Link) {
	l, shown := a.list(c)
	if !shown || !seesDirectory(actor(c)) {
		return before, after
	}
	b, n, err := a.directory.Around(c.Request().Context(), actor(c), directoryQuery(l.atStart(), 1, zoneOf(viewer(c))), u)
	if err != nil {
		return before, after
	}
	t := a.presenter(c)
	link := func(r users.Ref) views.Link {
		if r.Key == "" {
			return views.Link{}
		}
		return views.Link{Label: words.Plain(r.Label()), URL: t.userURL(r)}
	}
	return link(b), link(n)
}
