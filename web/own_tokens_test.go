package web_test

import (
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
)

// The pages about one's own tokens are those about a user's tokens at another path: what the
// tests that walk all routes know of these holds for those.
func init() {
	for route := range mayCall {
		if method, tail, found := strings.Cut(route, " /users/:id/tokens"); found {
			mayCall[method+" /profile/tokens"+tail] = "user auditor admin owner"
		}
	}
	for route, why := range unversioned {
		if own, found := ownRoute(route); found {
			unversioned[own] = why
		}
	}
	for route, asks := range askedByNothing {
		if own, found := ownRoute(route); found {
			askedByNothing[own] = asks
		}
	}
	for route, act := range formActs {
		if own, found := ownRoute(route); found {
			formActs[own] = act.own()
		}
	}
}

// ownRoute returns the path of one's own tokens that is like one of a user's tokens.
func ownRoute(route string) (string, bool) {
	tail, found := strings.CutPrefix(route, "/users/:id/tokens")
	return "/profile/tokens" + tail, found
}

// own returns the act on one's own tokens that is like act, of the owner.
func (act formAct) own() formAct {
	if page, found := ownRoute(act.page); found {
		act.page = page
	}
	if begin := act.begin; begin != nil {
		act.begin = func(t *testing.T, s *site, b *browser, _ users.ID) { begin(t, s, b, "owner@example.com") }
	}
	return act
}
