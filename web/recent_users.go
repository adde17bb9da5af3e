package web

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
)

// recentCookie names the cookie with the users whom the viewer opened last in this browser: their
// keys, no names, after a digest of the viewer, so that no other viewer sees them.
const recentCookie = "recent"

const (
	maxRecent = 5                 // users
	recentAge = 30 * 24 * 60 * 60 // of the cookie, in seconds
)

// recentKeys returns the keys of the users whom the viewer opened last, the last one first.
func (a *App) recentKeys(c echo.Context) (keys []users.Key) {
	mark, list, _ := strings.Cut(a.cookieValue(c, recentCookie), ".")
	if mark != recentMark(c) || list == "" {
		return nil
	}
	for key := range strings.SplitSeq(list, ".") {
		if len(keys) < maxRecent && len(key) <= maxUserID {
			keys = append(keys, users.Key(key))
		}
	}
	return keys
}

// recentMark returns the digest of the viewer.
func recentMark(c echo.Context) string { return shortDigest("recent " + string(viewer(c).Key)) }

// rememberUser notes that the viewer has opened the page of a user.
func (a *App) rememberUser(c echo.Context, key users.Key) {
	was := a.recentKeys(c)
	if len(was) > 0 && was[0] == key {
		return
	}
	list := []string{recentMark(c), string(key)}
	for _, k := range was {
		if k != key && len(list) <= maxRecent {
			list = append(list, string(k))
		}
	}
	c.SetCookie(a.cookie(recentCookie, strings.Join(list, "."), recentAge))
}

// recentUsers returns the users whom the viewer opened last, or the service users that the viewer
// is responsible for if the viewer does not see the directory.
func (a *App) recentUsers(c echo.Context) ([]users.User, error) {
	who := actor(c)
	if !seesDirectory(who) {
		own, err := a.users.OwnServiceUsers(c.Request().Context(), who)
		return own[:min(len(own), maxRecent)], err
	}
	found, err := a.directory.ByKeys(c.Request().Context(), who, a.recentKeys(c))
	return slices.Clip(found), err
}
