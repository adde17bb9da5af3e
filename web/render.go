package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
)

// render answers with a page. It is rendered whole before the first byte is sent, so
// that a fault in it, or httperror.ErrBusy, is answered as one.
func render(c echo.Context, status int, page templ.Component) error {
	w := c.Response().Writer.(*response) // see [App.buffer]
	if err := page.Render(c.Request().Context(), w); err != nil {
		w.drop()
		return err
	}
	vary(c)
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()") // only documents have permissions
	c.Response().WriteHeader(status)
	return nil
}

// vary says that an address answers htmx with a part of its page.
func vary(c echo.Context) { addVary(c.Response().Header(), "HX-Request, HX-Target") }

// addVary adds names of request headers that the response depends on.
func addVary(h http.Header, names string) {
	if !slices.Contains(h.Values("Vary"), names) {
		h.Add("Vary", names)
	}
}

// isFragment reports whether htmx asks for only that part of the page which has
// the id. It never does when it restores a page from history.
func isFragment(c echo.Context, id string) bool { return fragment(c) == id }

// isFragmentOf reports whether a script asks for the suggestions of a field whose name begins like
// that.
func isFragmentOf(c echo.Context, name string) bool {
	return strings.HasPrefix(fragment(c), "f-"+name) && strings.HasSuffix(fragment(c), "-list")
}

// fragment returns the element id of the part of the page that a script asks for, empty for none.
func fragment(c echo.Context) string {
	h := c.Request().Header
	_, target, found := strings.Cut(h.Get("HX-Target"), "#") // htmx 4 sends "section#results", htmx 2 "results"
	if !found {
		target = h.Get("HX-Target")
	}
	if !isHTMX(c) {
		return ""
	}
	return target
}

// isHTMX reports whether a script will read the answer, rather than a person.
func isHTMX(c echo.Context) bool {
	h := c.Request().Header
	return h.Get("HX-Request") == "true" && h.Get("HX-History-Restore-Request") != "true"
}

// seeOther goes on to a page of the console after a form.
func (a *App) seeOther(c echo.Context, path string) error {
	vary(c)
	return c.Redirect(http.StatusSeeOther, path)
}

// userPath returns the path of a user's page, or of a page below it.
func userPath(id users.ID, tail ...string) string {
	path := "/users/" + url.PathEscape(string(id))
	for _, t := range tail {
		path += "/" + t
	}
	return path
}

// pathID returns the user_id in the path of c, decoded exactly once. What is no
// user_id is [users.ErrNotFound].
func (a *App) pathID(c echo.Context) (users.ID, error) {
	decoded, err := url.PathUnescape(c.Param("id")) // as it was sent, see rawPath
	if err != nil {
		return "", users.ErrNotFound
	}
	id, err := users.ParseID(decoded)
	if err != nil {
		return "", users.ErrNotFound
	}
	return id, nil
}
