package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

// keptFor is how long a form is kept.
const keptFor = 10 * time.Minute

// A keptForm is what someone posted whose session had ended.
type keptForm struct {
	Path   string
	User   users.Key // for whom its page was rendered
	Values url.Values
}

// askToSignIn answers someone who is not signed in, or no longer: a page leads to
// the sign-in page and back, a form is kept until they have signed in again.
func (a *App) askToSignIn(c echo.Context) error {
	r := c.Request()
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case isHTMX(c) && reads:
		// To the page that is open, not to the fragment that the script asked for.
		c.Response().Header().Set("HX-Redirect", signInPath("/sign-in", a.cameFrom(c)))
		return c.NoContent(http.StatusUnauthorized)
	case reads:
		return a.seeOther(c, signInPath("/sign-in", a.ownPath(r.URL.RequestURI())))
	}
	return a.signInAgain(c, r.URL.EscapedPath(), posted(c))
}

// signInAgain answers what was posted to a path by someone who is not signed in any
// more. Where a form is at home, it can be shown there again; a button, such as that
// which ends a session, is not pressed by us later.
func (a *App) signInAgain(c echo.Context, to string, values url.Values) error {
	back, kept, err := a.keepSent(c, to, values)
	if err != nil {
		return err
	}
	return render(c, http.StatusUnauthorized, views.SignInAgainPage(views.SignInAgain{
		Chrome: a.chrome(c, words.SignInAgain, ""), Start: signInPath("/sign-in/start", back), Kept: kept,
	}))
}

// keepSent keeps what was posted to a path, if a form is at home there, and returns the page
// to come back to and whether the form is kept.
func (a *App) keepSent(c echo.Context, to string, values url.Values) (back string, kept bool, err error) {
	if r, _ := a.find(http.MethodPost, to); r == nil || !a.takesForm(to) || a.page(to).Path != r.Path {
		return a.referer(c), false, nil
	}
	kept, err = a.keepForm(c, to, values)
	return to, kept, err
}

// signInPath returns a path of the sign-in with the page to come back to.
func signInPath(path, returnTo string) string {
	if returnTo == "/" {
		return path
	}
	return path + "?return_to=" + url.QueryEscape(returnTo)
}

// takesForm reports whether that path shows a form and has it posted to itself.
func (a *App) takesForm(path string) bool {
	page := a.page(path)
	return page != nil && page.Form && plainPath(path)
}

// keepForm keeps what was posted for the user whose form it is, as its key proves, and
// reports false where it proves nothing or the client has had too much kept, see
// [App.withForm].
func (a *App) keepForm(c echo.Context, path string, values url.Values) (bool, error) {
	ctx := c.Request().Context()
	if !requestOf(c.Request()).bodyRead {
		return false, nil
	}
	key, err := a.formKeyIn(ctx, values)
	if errors.Is(err, httperror.ErrBadForm) || err == nil && (key.user == "" || !a.leadsTo(key, path)) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	data, err := json.Marshal(keptForm{path, key.user, values})
	if err != nil || len(data) > maxForm {
		return false, err
	}
	if a.kept.takeMany(client{network: network(requestOf(c.Request()).address, 64)}, 1+len(data)>>10) > 0 {
		return false, nil
	}
	secret := auth.NewSecret()
	if err := a.users.Keep(ctx, users.DigestOf(secret), data, keptFor); err != nil {
		return false, err
	}
	c.SetCookie(a.cookie(formCookie(path), secret, int(keptFor/time.Second)))
	return true, nil
}

// formCookie names the cookie with the secret of a form kept for that path.
func formCookie(path string) string {
	return "form-" + shortDigest(path)
}

// showKept fills a form from the values that the viewer posted to this path before signing in
// again, and reports whether there were any. Handlers that show a form call it before they
// render. It returns a kept form once, and only to its sender.
func (a *App) showKept(c echo.Context, form any) (bool, error) {
	path := c.Request().URL.EscapedPath()
	secret := a.cookieValue(c, formCookie(path))
	if secret == "" || c.Request().Method == http.MethodHead { // has no body
		return false, nil
	}
	c.SetCookie(a.cookie(formCookie(path), "", -1)) // once, whatever becomes of it
	data, err := a.users.Take(c.Request().Context(), users.DigestOf(secret))
	if errors.Is(err, users.ErrNotFound) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	var kept keptForm
	if err := json.Unmarshal(data, &kept); err != nil {
		return false, err
	}
	key, err := a.formKeyIn(c.Request().Context(), kept.Values)
	if err != nil && !errors.Is(err, httperror.ErrBadForm) {
		return false, err
	}
	if err != nil || kept.Path != path || kept.User != actor(c).Key {
		return false, nil
	}
	// It is bound as if it had just been posted, by the same rules.
	known := requestOf(c.Request())
	known.page, known.sealed = key.page, kept.Values.Get(formField)
	c.Request().PostForm = kept.Values
	reflect.ValueOf(form).Elem().SetZero() // a box that was not ticked was not posted
	err = bindForm(c, form)
	known.refused = nil // nothing was sent this time
	if err != nil && !correctable(err) {
		return false, err
	}
	return true, nil
}

// referer returns the page of the console that a form was posted from, or "/".
func (a *App) referer(c echo.Context) string {
	u, err := url.Parse(c.Request().Referer())
	if err != nil || u.Host != a.baseURL.Host {
		return "/"
	}
	return a.ownPath(u.RequestURI())
}
