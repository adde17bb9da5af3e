package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// chrome returns what surrounds a page with that title; nav is the part of the
// console that it is in, see [views.Chrome].
func (a *App) chrome(c echo.Context, title, nav string) views.Chrome {
	chrome := views.Chrome{
		Title: title, Org: a.org, Theme: a.theme(c), Nav: nav, Path: a.pagePath(c),
		RequestID: requestOf(c.Request()).id, Demo: a.demo,
	}
	if who, ok := signedIn(c); ok {
		chrome.Viewer = a.chromeViewer(c, who.User)
		chrome.Flash = a.saved(c)
		chrome.FormKey = a.formKeyFor(c, who.User)
		chrome.Now, chrome.KeysOff = a.now().UTC().Format(time.RFC3339), a.keysOff(c)
	}
	return chrome
}

// chromeViewer shows u, who is signed in, at the foot of the sidebar.
func (a *App) chromeViewer(c echo.Context, u users.User) *views.Viewer {
	label := words.Plain(u.Label())
	return &views.Viewer{
		Name: label, Role: words.Role(u.Role), Mark: shortDigest("viewer " + string(u.Key)),
		Avatar:        views.AvatarOf(label, string(u.Key), u.Kind == users.KindService, a.pictureHosts.shown(u.PictureURL)),
		SeesDirectory: seesDirectory(actor(c)),
		Todo:          a.todo(c.Request().Context(), actor(c)),
	}
}

// pagePath returns the path and query of the page, to come back to after a
// change of theme.
func (a *App) pagePath(c echo.Context) string {
	r := c.Request()
	path := r.URL.EscapedPath()
	if r.Method != http.MethodPost && r.URL.RawQuery != "" && !isHTMX(c) {
		path += "?" + r.URL.RawQuery
	}
	return a.ownPath(path)
}

// pictureHosts are the hosts that pictures are shown from.
type pictureHosts []string

// shown returns picture if its host is one of them, else nothing.
func (h pictureHosts) shown(picture string) string {
	if picture == "" || !h.lists(picture) {
		return ""
	}
	return picture
}

// lists reports whether picture is an https address at one of the hosts.
func (h pictureHosts) lists(picture string) bool {
	u, err := url.Parse(picture)
	return err == nil && u.Scheme == "https" && slices.ContainsFunc(h, func(host string) bool { return strings.EqualFold(host, u.Host) })
}
