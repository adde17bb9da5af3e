package doctor

import (
	"context"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/web/words"
)

// A trial is one sign-in that a person is asked for, to show the claims that the provider sends
// about them. It starts no session.
type trial struct {
	provider *auth.Provider
	back     string           // path of the callback
	result   chan trialResult // receives the result, once

	mu      sync.Mutex
	attempt auth.Attempt // in progress; empty before and after
	secret  string       // value of the browser's cookie
	done    bool
}

// A trialResult is the end of a trial sign-in.
type trialResult struct {
	visit      visit
	sameCookie bool // the browser returned the cookie that was set at the start
	identity   auth.Identity
	at         time.Time // when identity was received
	err        error     // from [auth.Provider.Begin] or Complete
}

// newTrial returns a trial sign-in with its callback's path.
func newTrial(p *auth.Provider, back string) *trial {
	return &trial{provider: p, back: back, result: make(chan trialResult, 1)}
}

// linkPath is the end of the link's path.
const linkPath = "sign-in"

// serve handles the requests of the trial's browser. It reports whether r is one.
func (g *trial) serve(s *standIn, w http.ResponseWriter, r *http.Request) bool {
	switch {
	case r.Method != http.MethodGet:
		return false
	case r.URL.Path == s.path(linkPath):
		g.start(s, w, r)
	case r.URL.Path == g.back:
		g.callback(s, w, r)
	default:
		return false
	}
	return true
}

// start redirects the browser to the provider.
func (g *trial) start(s *standIn, w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.done {
		http.Error(w, "This link has been used. Run console doctor --sign-in again for another.", http.StatusGone)
		return
	}
	address, attempt, err := g.provider.Begin(r.Context(), auth.BeginOptions{})
	if err != nil {
		g.finish(trialResult{visit: visitOf(r, s.secure), err: err})
		http.Error(w, "The provider could not be reached. The doctor prints why.", http.StatusBadGateway)
		return
	}
	g.attempt, g.secret = attempt, auth.NewSecret()
	http.SetCookie(w, s.cookie(g.secret))
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// callback completes the sign-in.
func (g *trial) callback(s *standIn, w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	query := r.URL.Query()
	if g.attempt.State == "" || subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(g.attempt.State)) != 1 {
		http.Error(w, "This sign-in was not started with the doctor's link, or has ended. Open the link again.", http.StatusBadRequest)
		return
	}
	v := visitOf(r, s.secure)
	identity, err := g.provider.Complete(r.Context(), g.attempt, query)
	g.finish(trialResult{v, v.cookie == g.secret, identity, s.now(), err})
	_, _ = io.WriteString(w, "Thank you. The doctor prints the result. You can close this page.\n")
}

// finish hands over the result. The link is invalid from then on.
func (g *trial) finish(c trialResult) {
	if !g.done {
		g.result <- c
	}
	g.done, g.attempt, g.secret = true, auth.Attempt{}, ""
}

// wait returns the result, or the error of ctx.
func (g *trial) wait(ctx context.Context) (trialResult, error) {
	select {
	case c := <-g.result:
		return c, nil
	case <-ctx.Done():
		return trialResult{}, ctx.Err()
	}
}

// diagnoseSignIn returns why a sign-in failed.
func diagnoseSignIn(err error) diagnosis {
	_, r, known := words.RefusalOf(err)
	if !known {
		return diagnosis{"The sign-in failed: " + shortened(err.Error()) + ".", "Open the link again, in one browser, and complete the sign-in."}
	}
	if refused, is := errors.AsType[*auth.ProviderError](err); is {
		return diagnosis{"The provider refused: " + shortened(refused.Code) + ". " + r.Found, r.Fix}
	}
	return diagnosis{r.Found + " Details:  " + shortened(err.Error()) + ".", r.Fix}
}
