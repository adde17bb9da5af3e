package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/httperror"
)

// ServeHTTP answers one request. A doubled leading slash of its path has been removed.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h.turns.do(r.Context(), func(end func()) { h.serve(w, r, end) }); err != nil {
		h.Fail(w, r, err)
	}
}

// serve answers one request that has a turn, which endTurn ends.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, endTurn func()) {
	c := &call{h: h, w: w, r: r, about: h.frame.About(r), endTurn: endTurn}
	c.about.UserAgent = withoutSecrets(c.about.UserAgent) // which events keep
	data, err := c.answer()
	switch done, again := errors.AsType[*users.DoneError](err); {
	case again:
		c.replay(done.Answer)
	case err != nil:
		c.refuse(err)
	case !c.sent:
		h.Write(w, http.StatusOK, data)
	}
}

// answer makes the call and returns the data of its answer. Who makes it is found out first:
// to those who have no token, every path is like one that is not there.
func (c *call) answer() (any, error) {
	found, params, allow, missing := c.h.find(c.r)
	c.route, c.params = found, params
	c.note()
	if found == nil || found.Scope != noToken {
		if err := c.authenticate(); err != nil {
			return nil, err
		}
		c.note()
		if wait := c.h.rates.take(c.caller.Token.ID); wait > 0 {
			return nil, c.tooMany(wait)
		}
	}
	if missing != nil {
		if allow != nil {
			c.w.Header().Set("Allow", strings.Join(slices.Sorted(slices.Values(allow)), ", "))
		}
		return nil, missing
	}
	if err := c.admit(); err != nil {
		return nil, err
	}
	return found.handle(c)
}

// note has the log line of the request say which call it is, and who makes it.
func (c *call) note() {
	pattern := ""
	if c.route != nil {
		pattern = c.route.Pattern
	}
	c.h.frame.Note(c.r, pattern, c.actor.Key)
}

// admit returns nil once the token has the scope of the route, and the body of a call that
// may change something is read.
func (c *call) admit() (err error) {
	if scope := c.route.Scope; scope != noToken && scope != anyToken && !c.actor.Scopes.Allows(scope) {
		return &users.ForbiddenError{Why: "The token does not have the scope " + string(scope) + "."}
	}
	if !c.route.writes() {
		return nil
	}
	if c.route.Scope == noToken {
		if wait := c.h.frame.Admit(c.r); wait > 0 {
			return c.tooMany(wait)
		}
	}
	c.endTurn()
	if c.body, err = c.h.frame.Body(c.w, c.r, maxBody); err != nil {
		return err
	}
	return c.readKey()
}

// refuse answers the call with an error. That a known caller was refused something is
// recorded, as it is on a page.
func (c *call) refuse(err error) {
	if revoked, ok := errors.AsType[*users.RevokedError](err); ok {
		err = errors.Join(err, users.ErrNoToken)
		if revoked.Why == users.RevokedRole {
			err = errors.Join(err, users.ErrForbidden)
		}
	}
	if c.actor.Key != "" && errors.Is(err, users.ErrForbidden) && c.ctx().Err() == nil && c.h.refusals.take(c.actor.Token) == 0 {
		c.h.users.RefuseAccess(c.ctx(), c.actor, c.target, c.method()+" "+c.route.Pattern)
	}
	c.h.Fail(c.w, c.r, err)
}

// method returns the method of the route, as what a client sends may be anything.
func (c *call) method() string { return c.route.Method }

// tooMany is the answer to a client that has to wait.
func (c *call) tooMany(wait time.Duration) error {
	retryAfter(c.w.Header(), wait)
	return httperror.ErrTooMany
}
