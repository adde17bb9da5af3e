package web

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/users"
)

// A Watch has callbacks for metrics and traces. They are called on the goroutine of the request;
// nil ones are skipped.
type Watch struct {
	// Request is called at the start of a request, with whether it came through a trusted proxy.
	// It returns the context for the request, and a function to call at its end.
	Request func(r *http.Request, fromProxy bool) (context.Context, func(Answered))

	// SignIn is called for each sign-in, with one of [SignInOutcomes].
	SignIn func(outcome string)

	// OverBudget is called for each request that is refused with 503 because too much memory
	// is in use, with what did not fit: "body", "response" or "request"; or "worker" where all
	// were busy for too long.
	OverBudget func(what string)

	// Importing is called at the begin and the end of reading an import, which takes much memory.
	Importing func(begins bool)

	// Logout is called for each logout token of the provider, with one of [LogoutOutcomes].
	Logout func(outcome string)

	// Recheck is called for each session of which the provider was asked again, with one of
	// [RecheckOutcomes].
	Recheck func(outcome string)
}

// An Answered says how a request was answered.
type Answered struct {
	Method string // as the client sent it
	Route  string // pattern of the route, like "/users/:id"; empty if there is none
	Status int
	Took   time.Duration
}

// importing calls Watch.Importing, and returns the function to call at the end.
func (a *App) importing() (end func()) {
	if a.watch.Importing == nil {
		return func() {}
	}
	a.watch.Importing(true)
	return func() { a.watch.Importing(false) }
}

// begin calls Watch.Request. It returns the request with the new context, and the function to call
// at the end.
func (a *App) begin(r *http.Request) (*http.Request, func(Answered)) {
	if a.watch.Request == nil {
		return r, func(Answered) {}
	}
	ctx, end := a.watch.Request(r, a.fromProxy(r))
	if ctx != r.Context() {
		r = r.WithContext(ctx)
	}
	return r, end
}

// fromProxy reports whether a request came through a trusted proxy.
func (a *App) fromProxy(r *http.Request) bool {
	if len(a.proxies) == 0 {
		return false
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && a.trusts(peer.Addr().Unmap().WithZone(""))
}

// Outcomes of sign-ins that are not those of [users.Refusal].
const (
	outcomeSignedIn    = "signed_in"
	outcomeBadAttempt  = "bad_attempt"          // too late, used before, or begun in another browser
	outcomeUnavailable = "provider_unavailable" // down or too slow
	outcomeUntrusted   = "provider_untrusted"   // it does not answer by the rules
	outcomeRefused     = "provider_refused"     // it did not let the person in
	outcomeUnknown     = "unknown"              // whether a session was started
	outcomeFault       = "fault"                // of our own
)

// SignInOutcomes returns every way in which a sign-in can end.
func SignInOutcomes() []string {
	all := []string{outcomeSignedIn, outcomeBadAttempt, outcomeUnavailable, outcomeUntrusted, outcomeRefused, outcomeUnknown, outcomeFault}
	for _, reason := range slices.Sorted(slices.Values(users.Refusals())) {
		all = append(all, string(reason))
	}
	return all
}

// signInOutcome returns how a sign-in has ended that ended with err.
func signInOutcome(err error) string {
	if refused, ok := errors.AsType[*users.RefusedError](err); ok {
		return string(refused.Reason)
	}
	_, refused := errors.AsType[*auth.ProviderError](err)
	switch {
	case err == nil:
		return outcomeSignedIn
	case errors.Is(err, auth.ErrUnavailable):
		return outcomeUnavailable
	case errors.Is(err, auth.ErrBadAttempt):
		return outcomeBadAttempt
	case errors.Is(err, auth.ErrUntrusted):
		return outcomeUntrusted
	case refused:
		return outcomeRefused
	case errors.Is(err, users.ErrUnknown):
		return outcomeUnknown
	}
	return outcomeFault
}

// overBudget reports a request that did not fit into the memory budget.
func (a *App) overBudget(what string) {
	if a.watch.OverBudget != nil {
		a.watch.OverBudget(what)
	}
}

// signInEnded reports the result of a sign-in.
func (a *App) signInEnded(err error) {
	if a.watch.SignIn != nil {
		a.watch.SignIn(signInOutcome(err))
	}
}
