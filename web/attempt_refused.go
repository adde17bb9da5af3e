package web

import (
	"net/http"
	"strings"

	"github.com/roboto-ai/console/internal/auth"
)

// An attemptFlaw is why a sign-in attempt cannot be finished. Its values are words of the
// log.
type attemptFlaw string

// What keeps an attempt from being finished.
const (
	attemptLate       attemptFlaw = "attempt_expired"         // it took longer than [attemptFor]
	attemptUsed       attemptFlaw = "attempt_used"            // it has signed a person in before
	attemptUnreadable attemptFlaw = "attempt_unreadable"      // begun before an upgrade, or sealed with a key that is gone
	attemptElsewhere  attemptFlaw = "attempt_of_another"      // the browser has cookies, but not that of the attempt
	attemptNoCookies  attemptFlaw = "attempt_without_cookies" // it has none at all
)

// An attemptError says that an attempt cannot be finished. It is [auth.ErrBadAttempt].
type attemptError struct{ flaw attemptFlaw }

func (e *attemptError) Error() string { return auth.ErrBadAttempt.Error() + ": " + string(e.flaw) }

// Unwrap returns [auth.ErrBadAttempt].
func (e *attemptError) Unwrap() error { return auth.ErrBadAttempt }

// attemptAnswers tell each flaw. BASE stands for the address of the console.
var attemptAnswers = map[attemptFlaw]string{
	attemptLate:       "This sign-in took longer than ten minutes. Sign in again.",
	attemptUsed:       "This sign-in was finished already. Sign in again.",
	attemptUnreadable: "The console was updated or restored while you signed in. Sign in again.",
	attemptElsewhere:  "This sign-in was begun in another browser or under another address, or it was finished already. Open the console at BASE and sign in again.",
	attemptNoCookies: "Your browser sent no cookie of this sign-in. Either it was finished already, or it was begun in another browser or under another address, " +
		"or your browser accepts no cookies from this site. Open the console at BASE, allow cookies for it, and sign in again.",
}

// answerToAttempt returns how an attempt that cannot be finished is told.
func (a *App) answerToAttempt(e *attemptError) signInAnswer {
	why := strings.ReplaceAll(attemptAnswers[e.flaw], "BASE", a.baseURL.String())
	return signInAnswer{reason: string(e.flaw), status: http.StatusBadRequest, why: why}
}
