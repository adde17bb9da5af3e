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

// An arrival is a person who returned from the provider. Keeping a session with an arrival signs
// the person in.
type arrival struct {
	claims users.Claims
	visit  users.Visit // without its digest, which is the session's
	who    users.SignedIn
}

// sessionRows is the store's [auth.Keeper]: sessions are rows beside the users, so that a change
// ends a user's sessions in its own transaction.
type sessionRows struct{ users *users.Service }

// Find returns the session of that secret, if it may still be used.
func (r sessionRows) Find(ctx context.Context, secret string) (map[any]any, error) {
	who, err := r.users.Session(context.WithoutCancel(ctx), users.DigestOf(secret)) // see readOn
	if errors.Is(err, users.ErrNoSession) {
		return nil, auth.ErrNoSession
	} else if err != nil {
		return nil, err
	}
	return map[any]any{signedInValue{}: who}, nil
}

// Keep signs in the arrival in values. Without one it does nothing.
func (r sessionRows) Keep(ctx context.Context, secret string, values map[any]any) (err error) {
	coming, ok := values[arrivalValue{}].(*arrival)
	if !ok {
		return nil
	}
	coming.visit.Digest = users.DigestOf(secret)
	coming.who, err = r.users.SignIn(ctx, coming.claims, coming.visit)
	return err
}

// End ends the session of that secret.
func (r sessionRows) End(ctx context.Context, secret string) error {
	_, err := r.users.SignOut(ctx, users.Visitor("", "", ""), users.DigestOf(secret))
	return err
}

// recognise loads the session and its user. Role and status are the present ones, not those at
// the start of the session.
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

// impersonal are the routes that need no session and therefore no database.
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

// startSession signs in the person who returned from the provider, in a new session with a new
// secret. The browser's old session, which the visit names, is ended, even if it is another
// user's.
func (a *App) startSession(c echo.Context, coming *arrival) error {
	session := sessions.NewSession(a.store, sessionCookie)
	session.Values[arrivalValue{}] = coming
	return a.store.Save(c.Request(), c.Response(), session)
}

// forgetSession deletes the session's cookie. The session itself has already ended.
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

// shortDigest returns 48 bits of the digest of text, to distinguish cookies. It protects no
// secret.
func shortDigest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// cookieValue returns the value of one of our cookies, or nothing.
func (a *App) cookieValue(c echo.Context, name string) string {
	known, name := requestOf(c.Request()), a.cookieName(name)
	if known.cookies == nil {
		known.cookies = c.Request().Cookies()
	}
	for _, cookie := range known.cookies {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}
