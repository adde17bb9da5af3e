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

// A guest is the person who is asked to sign in, once, so that what the provider
// tells of them can be seen. They get no session.
type guest struct {
	provider *auth.Provider
	back     string      // the path that they come back to
	came     chan coming // receives how it ended, once

	mu      sync.Mutex
	attempt auth.Attempt // under way; empty before and after
	secret  string       // in the cookie of the browser that began it
	done    bool
}

// A coming is how a guest came back.
type coming struct {
	visit      visit
	sameCookie bool // the one that was set when they left
	identity   auth.Identity
	at         time.Time // when identity was received
	err        error     // of [auth.Provider.Begin] or Complete
}

// newGuest returns the guest of a provider, who comes back to a path.
func newGuest(p *auth.Provider, back string) *guest {
	return &guest{provider: p, back: back, came: make(chan coming, 1)}
}

// startName ends the path of the link that the guest opens.
const startName = "sign-in"

// serve answers the guest's browser. It reports whether the request was theirs.
func (g *guest) serve(s *stand, w http.ResponseWriter, r *http.Request) bool {
	switch {
	case r.Method != http.MethodGet:
		return false
	case r.URL.Path == s.path(startName):
		g.start(s, w, r)
	case r.URL.Path == g.back:
		g.comeBack(s, w, r)
	default:
		return false
	}
	return true
}

// start sends the guest to the provider.
func (g *guest) start(s *stand, w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.done {
		http.Error(w, "This link has been used. Run console doctor --sign-in again for another.", http.StatusGone)
		return
	}
	address, attempt, err := g.provider.Begin(r.Context(), auth.BeginOptions{})
	if err != nil {
		g.finish(coming{visit: visitOf(r, s.secure), err: err})
		http.Error(w, "The provider could not be asked. The doctor says why, where it was started.", http.StatusBadGateway)
		return
	}
	g.attempt, g.secret = attempt, auth.NewSecret()
	http.SetCookie(w, s.cookie(g.secret))
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// comeBack takes the guest in, who comes from the provider.
func (g *guest) comeBack(s *stand, w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	query := r.URL.Query()
	if g.attempt.State == "" || subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(g.attempt.State)) != 1 {
		http.Error(w, "This sign-in was not begun with the doctor's link, or has ended. Open the link again.", http.StatusBadRequest)
		return
	}
	v := visitOf(r, s.secure)
	identity, err := g.provider.Complete(r.Context(), g.attempt, query)
	g.finish(coming{v, v.cookie == g.secret, identity, s.now(), err})
	_, _ = io.WriteString(w, "Thank you. The doctor says what came of it, where it was started. You can close this page.\n")
}

// finish hands over how it ended. The link is good no more.
func (g *guest) finish(c coming) {
	if !g.done {
		g.came <- c
	}
	g.done, g.attempt, g.secret = true, auth.Attempt{}, ""
}

// wait returns how the guest came back. The error is that of ctx.
func (g *guest) wait(ctx context.Context) (coming, error) {
	select {
	case c := <-g.came:
		return c, nil
	case <-ctx.Done():
		return coming{}, ctx.Err()
	}
}

// failed says why a sign-in did not come to its end.
func failed(err error) trouble {
	_, r, known := words.RefusalOf(err)
	if !known {
		return trouble{"The sign-in failed: " + shortened(err.Error()) + ".", "Open the link again, in one browser, and go straight through."}
	}
	if refused, is := errors.AsType[*auth.ProviderError](err); is {
		return trouble{"The provider refused: " + shortened(refused.Code) + ". " + r.Found, r.Fix}
	}
	return trouble{r.Found + " In detail: " + shortened(err.Error()) + ".", r.Fix}
}
