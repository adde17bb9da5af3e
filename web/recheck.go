package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/claims"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// A session may end at a provider without back-channel logout. With Config.SessionRecheck the
// browser is redirected to the provider periodically, with prompt=none, and returns at once:
// confirmed, or signed out.

const (
	// recheckRetry is the least time between two rechecks of a session.
	recheckRetry = 5 * time.Minute

	// recheckPatience is how long a page waits for the provider before it is served without a
	// recheck.
	recheckPatience = 2 * time.Second

	// recheckFor is how long the browser may take to come back.
	recheckFor = 10 * time.Minute

	// maxRecheckReturn is the longest address to come back to, in bytes, as it travels in a
	// cookie.
	maxRecheckReturn = 1000
)

// The outcomes of a recheck.
const (
	recheckConfirmed = "confirmed"
	recheckEnded     = "ended"  // the person is no longer signed in there, or is signed in as another person
	recheckFailed    = "failed" // no answer, or an unclear one; the session stays valid
)

// RecheckOutcomes returns all outcomes of a recheck.
func RecheckOutcomes() []string { return []string{recheckConfirmed, recheckEnded, recheckFailed} }

// rechecked asks the provider to confirm the viewer's session before a page is shown, where
// that is due.
func (a *App) rechecked(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		in, ok := signedIn(c)
		if !ok || !a.recheckDue(in.Session) || isHTMX(c) || !opensPage(c.Request()) {
			return next(c)
		}
		address, err := a.beginRecheck(c, in.Session)
		if err != nil {
			a.recheckEnded(c, recheckFailed, err)
		}
		if address == "" {
			return next(c)
		}
		return c.Redirect(http.StatusSeeOther, address)
	}
}

// opensPage reports whether a person opens a page in a tab, as far as the browser says so
// (Fetch Metadata, section 2).
func opensPage(r *http.Request) bool {
	dest := r.Header.Get("Sec-Fetch-Dest")
	return r.Method == http.MethodGet && (dest == "" || dest == "document") && r.Header.Get("Sec-Purpose") == ""
}

// recheckDue reports whether the provider is to be asked of a session. A clock that was set
// back makes none due.
func (a *App) recheckDue(s users.Session) bool {
	now := a.now()
	return a.recheck > 0 && now.Sub(s.ConfirmedAt) >= a.recheck && now.Sub(s.AskedAt) >= recheckRetry
}

// A recheck is what a browser keeps in a cookie while the provider is asked of its session.
// Nothing in it has to be kept from the browser or believed of it: the session has to be the
// one that the browser has, the provider's answer one about its person, and what is returned to
// a page of ours.
type recheck struct {
	Seed     string // of the attempt
	Session  users.SessionID
	ReturnTo string
}

// recheckCookie names the cookie of the recheck with that state.
func recheckCookie(state string) string { return "recheck-" + shortDigest(state) }

// beginRecheck returns where to send the browser, and gives it the cookie to come back
// with. It returns "" for a page whose address is too long to come back to. That the
// provider is asked is noted first, so that one that is away is not asked at every page.
func (a *App) beginRecheck(c echo.Context, s users.Session) (string, error) {
	returnTo := c.Request().URL.RequestURI()
	if len(returnTo) > maxRecheckReturn || a.ownPath(returnTo) != returnTo {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), recheckPatience)
	defer cancel()
	hint, err := a.users.AskedProvider(ctx, s)
	if err != nil {
		return "", err
	}
	resume := waitFor(c.Request())
	address, begun, err := a.provider.BeginSilently(ctx, hint)
	resume()
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(recheck{begun.Seed, s.ID, returnTo})
	if err != nil {
		return "", err
	}
	value := base64.RawURLEncoding.EncodeToString(data)
	c.SetCookie(a.cookie(recheckCookie(begun.State), value, int(recheckFor/time.Second)))
	return address, nil
}

// takeRecheck returns the recheck that the browser comes back from, if it is one, and takes
// its cookie away.
func (a *App) takeRecheck(c echo.Context) (asked recheck, ok bool) {
	name := recheckCookie(c.QueryParam("state"))
	value := a.cookieValue(c, name)
	if value == "" {
		return recheck{}, false
	}
	c.SetCookie(a.cookie(name, "", -1))
	data, err := base64.RawURLEncoding.DecodeString(value)
	return asked, err == nil && json.Unmarshal(data, &asked) == nil
}

// finishRecheck applies the provider's answer to the viewer's session and redirects to the page.
// A session that was replaced in the meantime is not changed.
func (a *App) finishRecheck(c echo.Context, asked recheck) error {
	in, ok := signedIn(c)
	back := func() error { return a.seeOther(c, a.ownPath(asked.ReturnTo)) }
	if !ok || in.Session.ID != asked.Session {
		return back()
	}
	why, err := a.recheckAnswer(c, in.Session, asked)
	if why == "" {
		outcome := recheckConfirmed
		if err != nil {
			outcome = recheckFailed
		}
		a.recheckEnded(c, outcome, err)
		return back()
	}
	known := requestOf(c.Request())
	provider := users.Provider(known.id, known.address.String(), userAgent(c.Request()))
	if err := a.users.EndAtProvider(c.Request().Context(), provider, in.Session.ID, why); err != nil {
		return err
	}
	a.recheckEnded(c, recheckEnded, err)
	return back()
}

// recheckAnswer returns why the provider ends a session by what the browser came back with;
// "" if it does not. With an error it is not known, and the session goes on.
func (a *App) recheckAnswer(c echo.Context, s users.Session, asked recheck) (why users.SessionEnd, err error) {
	resume := waitFor(c.Request())
	identity, err := a.provider.Complete(c.Request().Context(), auth.AttemptOf(asked.Seed), c.QueryParams())
	resume()
	if refused, ok := errors.AsType[*auth.ProviderError](err); ok {
		switch refused.Cause() {
		case auth.CauseInteraction, auth.CauseDenied:
			return users.EndedNotAtProvider, err
		}
	}
	if err != nil {
		return "", err
	}
	if identity.Issuer != s.Issuer || identity.Subject != s.Subject {
		return users.EndedOtherAtProvider, nil
	}
	confirmed, err := a.users.Confirm(c.Request().Context(), s, claims.Of(identity))
	if err == nil && !confirmed {
		return users.EndedAtProvider, nil
	}
	return "", err
}

// recheckEnded logs the outcome of a recheck and calls Watch.Recheck.
func (a *App) recheckEnded(c echo.Context, outcome string, err error) {
	if a.watch.Recheck != nil {
		a.watch.Recheck(outcome)
	}
	known := requestOf(c.Request())
	line := []any{"request", known.id, "user", known.user, "outcome", outcome}
	if err != nil {
		line = append(line, "error", words.Plain(err.Error()))
	}
	if outcome == recheckConfirmed {
		a.log.Debug("session recheck", line...)
		return
	}
	a.log.Info("session recheck", line...)
}
