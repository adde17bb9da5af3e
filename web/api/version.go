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

// told returns the record of u, and sets its ETag.
func (c *call) told(u users.User) userRecord {
	c.w.Header().Set("ETag", etag(u))
	return userRecordOf(u)
}

// unlessKnown returns the record of u, or answers 304 if If-None-Match has its ETag.
func (c *call) unlessKnown(u users.User) any {
	record := c.told(u)
	if names(c.r.Header.Values("If-None-Match"), u) {
		c.sent = true
		c.w.WriteHeader(http.StatusNotModified)
	}
	return record
}

// names reports whether one of the entity tags in the values of a header is that of u, or
// "*". A tag may be marked as weak, as proxies do that compress.
func names(values []string, u users.User) bool {
	for tag := range strings.SplitSeq(strings.Join(values, ","), ",") {
		if tag = strings.TrimSpace(tag); strings.TrimPrefix(tag, "W/") == etag(u) || tag == "*" {
			return true
		}
	}
	return false
}

// ifMatch returns the version of the user that a change is to be made to: that of now if
// If-Match names it or is "*", and zero for any version without If-Match. It returns
// [httperror.ErrPrecondition] if If-Match names others alone, and the errors of
// [users.Service.Target] for the act.
func (c *call) ifMatch(id users.ID, act users.Act) (int64, error) {
	values := c.r.Header.Values("If-Match")
	if len(values) == 0 {
		return 0, nil
	}
	u, err := c.h.users.Target(c.ctx(), c.actor, id, act)
	if err != nil {
		return 0, err
	}
	if !names(values, u) {
		return 0, httperror.ErrPrecondition
	}
	return u.Version, nil
}

// precondition returns [httperror.ErrPrecondition] for [users.ErrStale] where a version was
// asked for.
func precondition(err error, version int64) error {
	if version != 0 && errors.Is(err, users.ErrStale) {
		return httperror.ErrPrecondition
	}
	return err
}
