package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/httperror"
)

// etag returns the entity tag of the record of u (RFC 9110 section 8.8.3): its version.
func etag(u users.User) string { return `"` + strconv.FormatInt(u.Version, 10) + `"` }

// withETag returns the record of u and sets its ETag.
func (c *call) withETag(u users.User) userRecord {
	c.w.Header().Set("ETag", etag(u))
	return userRecordOf(u)
}

// orNotModified returns the record of u, or answers 304 if If-None-Match has its ETag.
func (c *call) orNotModified(u users.User) any {
	record := c.withETag(u)
	if matchesETag(c.r.Header.Values("If-None-Match"), u) {
		c.answered = true
		c.w.WriteHeader(http.StatusNotModified)
	}
	return record
}

// matchesETag reports whether the values of a header have the entity tag of u, or "*". The tag may
// be marked as weak: proxies that compress do that.
func matchesETag(values []string, u users.User) bool {
	for tag := range strings.SplitSeq(strings.Join(values, ","), ",") {
		if tag = strings.TrimSpace(tag); strings.TrimPrefix(tag, "W/") == etag(u) || tag == "*" {
			return true
		}
	}
	return false
}

// ifMatch returns the version that a change requires: the current one if If-Match matches it,
// zero, which is any, without If-Match. It returns [httperror.ErrPrecondition] if If-Match does
// not match, and the errors of [users.Service.Target] for the act.
func (c *call) ifMatch(id users.ID, act users.Act) (int64, error) {
	values := c.r.Header.Values("If-Match")
	if len(values) == 0 {
		return 0, nil
	}
	u, err := c.h.users.Target(c.ctx(), c.actor, id, act)
	if err != nil {
		return 0, err
	}
	if !matchesETag(values, u) {
		return 0, httperror.ErrPrecondition
	}
	return u.Version, nil
}

// precondition returns [httperror.ErrPrecondition] for [users.ErrStale] where a version was
// required.
func precondition(err error, version int64) error {
	if version != 0 && errors.Is(err, users.ErrStale) {
		return httperror.ErrPrecondition
	}
	return err
}
