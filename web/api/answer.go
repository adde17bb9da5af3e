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
	c := &call{h: h, w: w, r: r, info: h.frame.Info(r)}
	c.info.UserAgent = withoutSecrets(c.info.UserAgent) // which is kept in events
	data, err := c.answer()
	switch done, again := errors.AsType[*users.DoneError](err); {
	case again:
		c.replay(done.Answer)
	case err != nil:
		c.refuse(err)
	case !c.answered:
		h.Write(w, http.StatusOK, data)
	}
}

// answer makes the call and returns the data of its answer. It authenticates first: without a
// token, all paths get the same answer.
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

// note sets the route and the user of the log line.
func (c *call) note() {
	pattern := ""
	if c.route != nil {
		pattern = c.route.Pattern
	}
	c.h.frame.Note(c.r, pattern, c.actor.Key)
}

// admit checks the scope of the token, and reads the body of a call that may change
// something.
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
	if c.body, err = c.h.frame.Body(c.w, c.r, maxBody); err != nil {
		return err
	}
	return c.readKey()
}

// refuse answers the call with an error. It records a refused permission of a known caller, as
// pages do.
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

// method returns the method of the route; the one of the request may be HEAD.
func (c *call) method() string { return c.route.Method }

// tooMany returns [httperror.ErrTooMany] and sets Retry-After.
func (c *call) tooMany(wait time.Duration) error {
	retryAfter(c.w.Header(), wait)
	return httperror.ErrTooMany
}
