package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// backchannelPath is where the provider posts logout tokens to.
const backchannelPath = "/sign-out/backchannel"

// badLogoutPace is how many logout tokens of one network are refused before the next are not
// looked at. Good ones are not counted: a provider may end thousands of sessions at once.
var badLogoutPace = pace{atOnce: 60, every: time.Second}

// What becomes of a logout token.
const (
	logoutAccepted = "accepted" // whether it ended a session or there was none
	logoutReplayed = "replayed" // it was accepted before
	logoutRefused  = "refused"  // it is none of the provider's for this console, or too old
	logoutFailed   = "failed"   // the provider's keys or the database could not be reached
)

// LogoutOutcomes returns everything that can become of a logout token.
func LogoutOutcomes() []string {
	return []string{logoutAccepted, logoutReplayed, logoutRefused, logoutFailed}
}

// A logoutError is the answer to a logout token that was not accepted (OpenID Connect
// Back-Channel Logout 1.0, section 2.8).
type logoutError struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

// logOutByProvider serves POST /sign-out/backchannel, where the provider says that a session
// there has ended (OpenID Connect Back-Channel Logout 1.0, sections 2.5 to 2.8). No browser
// comes here: the token is all that counts.
func (a *App) logOutByProvider(c echo.Context) error {
	ctx, known := c.Request().Context(), requestOf(c.Request())
	from := client{network: network(known.address, 64)}
	if wait := a.logouts.wait(from); wait > 0 {
		retryAfter(c.Response().Header(), wait)
		return a.answerLogout(c, http.StatusTooManyRequests, "Too many logout tokens from this network were refused.")
	}
	tokens := c.Request().PostForm["logout_token"]
	if len(tokens) != 1 || tokens[0] == "" {
		a.logoutEnded(logoutRefused)
		a.logouts.take(from)
		return a.answerLogout(c, http.StatusBadRequest, "The form needs one logout_token.")
	}
	resume := waitFor(c.Request())
	l, err := a.provider.VerifyLogout(ctx, tokens[0])
	resume()
	ended := 0
	if err == nil {
		ended, err = a.users.LogOut(ctx, users.Provider(known.id, known.address.String(), userAgent(c.Request())),
			users.Logout{Issuer: l.Issuer, Subject: l.Subject, SessionID: l.SessionID, JTI: l.JTI, IssuedAt: l.IssuedAt})
	}
	outcome := logoutOutcome(err)
	a.logoutEnded(outcome)
	if err == nil {
		a.log.Info("signed out by the provider", "request", known.id, "sessions", ended)
		return c.NoContent(http.StatusOK)
	}
	a.log.Warn("logout token not accepted", "request", known.id, "address", known.address.String(), "outcome", outcome, "error", words.Plain(err.Error()))
	switch outcome {
	case logoutFailed:
		retryAfter(c.Response().Header(), retrySoon)
		return a.answerLogout(c, http.StatusServiceUnavailable, "The logout could not be carried out now.")
	case logoutReplayed:
		return a.answerLogout(c, http.StatusBadRequest, "This logout token was used before.")
	}
	a.logouts.take(from)
	return a.answerLogout(c, http.StatusBadRequest, "The logout token was not accepted.")
}

// logoutOutcome returns what became of a logout token that led to err.
func logoutOutcome(err error) string {
	switch {
	case err == nil:
		return logoutAccepted
	case errors.Is(err, users.ErrReplayed):
		return logoutReplayed
	case errors.Is(err, auth.ErrUntrusted):
		return logoutRefused
	}
	return logoutFailed
}

// answerLogout answers the provider with why its logout token was not accepted. Caches keep
// no answer, as with every page.
func (a *App) answerLogout(c echo.Context, status int, why string) error {
	code := "invalid_request"
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		code = "temporarily_unavailable"
	}
	return c.JSON(status, logoutError{code, why})
}

// logoutEnded calls Watch.Logout with the outcome of a logout token.
func (a *App) logoutEnded(outcome string) {
	if a.watch.Logout != nil {
		a.watch.Logout(outcome)
	}
}
