package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/users"
)

// sessionCookie names the cookie that holds a session's secret.
const sessionCookie = "session"

// Values of a session, by these keys.
type (
	signedInValue struct{} // users.SignedIn: who it belongs to
	arrivalValue  struct{} // *arrival: who has just come back from the provider
)

// An arrival is someone who has come back from the provider. To keep a session
// that holds one is to sign them in.
type arrival struct {
	claims users.Claims
	visit  users.Visit // without its digest, which is the session's
	who    users.SignedIn
}

// rows keeps the sessions of the store where the users are, so that whatever
// ends a user's sessions does so in its own transaction. It is the store's
// [auth.Keeper].
type rows struct{ users *users.Service }

// Find returns the session of that secret, if it may still be used.
func (r rows) Find(ctx context.Context, secret string) (map[any]any, error) {
	who, err := r.users.Session(ctx, users.DigestOf(secret))
	if errors.Is(err, users.ErrNoSession) {
		return nil, auth.ErrNoSession
	} else if err != nil {
		return nil, err
	}
	return map[any]any{signedInValue{}: who}, nil
}

// Keep signs in the arrival among the values; without one there is nothing to
// keep.
func (r rows) Keep(ctx context.Context, secret string, values map[any]any) (err error) {
	coming, ok := values[arrivalValue{}].(*arrival)
	if !ok {
		return nil
	}
	coming.visit.Digest = users.DigestOf(secret)
	coming.who, err = r.users.SignIn(ctx, coming.claims, coming.visit)
	return err
}

// End ends the session of that secret.
func (r rows) End(ctx context.Context, secret string) error {
	_, err := r.users.SignOut(ctx, users.Visitor("", "", ""), users.DigestOf(secret))
	return err
}

// recognise finds out who is signed in. The role and status it finds are those
// of now, whatever they were when the session began.
func (a *App) recognise(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		requestOf(c.Request()).route = c.Path()
		if impersonal[c.Path()] {
			return next(c)
		}
		if err := a.recogniseViewer(c); err != nil {
			return err
		}
		return next(c)
	}
}

// impersonal are the routes that do not look at who is signed in, so that they do
// without the database.
var impersonal = map[string]bool{"/static/*": true, "/healthz": true, "/readyz": true, backchannelPath: true}

func (a *App) recogniseViewer(c echo.Context) error {
	session, err := a.store.Get(c.Request(), sessionCookie)
	if err != nil {
		return err
	}
	if who, ok := session.Values[signedInValue{}].(users.SignedIn); ok {
		c.Set(signedInKey, who)
		requestOf(c.Request()).user = who.User.Key
	}
	return nil
}

// startSession signs in who has come back from the provider, in a new session with
// a new secret. The browser's old one, which the visit names, ends with it,
// whoever it belongs to.
func (a *App) startSession(c echo.Context, coming *arrival) error {
	session := sessions.NewSession(a.store, sessionCookie)
	session.Values[arrivalValue{}] = coming
	return a.store.Save(c.Request(), c.Response(), session)
}

// forgetSession takes the session's cookie from the browser. The session itself
// has ended already.
func (a *App) forgetSession(c echo.Context) {
	http.SetCookie(c.Response(), a.cookie(sessionCookie, "", -1))
}

// sessionDigest returns the digest of the secret in the session's cookie, which
// may be one that names no session.
func (a *App) sessionDigest(c echo.Context) users.Digest {
	return users.DigestOf(a.cookieValue(c, sessionCookie))
}

// cookieName returns the name that one of our cookies has in the browser.
func (a *App) cookieName(name string) string { return auth.CookieName(a.baseURL, name) }

// cookie returns a cookie for all pages of this host and for no script. Its age
// is in seconds; a negative one deletes it.
func (a *App) cookie(name, value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: a.cookieName(name), Value: value, Path: "/", MaxAge: age,
		Secure: a.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// shortDigest returns a few characters that stand for text in the name of a
// cookie. It keeps cookies apart and nothing secret: 48 bits are enough.
func shortDigest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// cookieValue returns the value of one of our cookies, or nothing.
func (a *App) cookieValue(c echo.Context, name string) string {
	cookie, err := c.Cookie(a.cookieName(name))
	if err != nil {
		return ""
	}
	return cookie.Value
}
