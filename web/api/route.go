package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/httperror"
)

// A route is one call: a method at a path.
type route struct {
	Method  string
	Pattern string      // a segment in braces is a parameter, as in "/v1/users/id/{user_id}"
	Scope   users.Scope // that the token has to have, or one of the two below
	Secret  bool        // the answer holds a secret and is not stored: an Idempotency-Key is refused
	Form    bool        // the body is a form, rather than JSON
	handle  func(*call) (any, error)

	segments []string // of the pattern
}

// What a route may require instead of a scope.
const (
	noToken  users.Scope = "no token"
	anyToken users.Scope = "any token"
)

// allRoutes returns every call, in the order of the OpenAPI document.
func (h *Handler) allRoutes() []route {
	all := slices.Concat(
		h.userRoutes(),
		h.orgRoutes(),
		h.memberRoutes(),
		h.inviteRoutes(),
		h.auditRoutes(),
		h.tokenRoutes(),
		h.credentialRoutes(),
		h.documentRoutes(),
		h.benchRoutes(),
	)
	for i := range all {
		all[i].segments = strings.Split(all[i].Pattern, "/")
	}
	return all
}

// writes reports whether the call may change something.
func (r *route) writes() bool { return r.Method != http.MethodGet }

// match returns the values of the parameters of r in the segments of a path, and whether the
// path is one of r. Each segment is decoded once; a plus sign stands for itself.
func (r *route) match(segments []string) (params map[string]string, ok bool) {
	if len(r.segments) != len(segments) {
		return nil, false
	}
	for i, p := range r.segments {
		if !strings.HasPrefix(p, "{") {
			if p != segments[i] {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(segments[i])
		if err != nil || value == "" {
			return nil, false
		}
		if params == nil {
			params = make(map[string]string, 2)
		}
		params[strings.Trim(p, "{}")] = value
	}
	return params, true
}

// find returns the route of a request with the values of its parameters. It returns
// [users.ErrNotFound] where there is none, and [httperror.ErrNoMethod] with the methods of the
// path where it has others. HEAD is answered like GET.
func (h *Handler) find(r *http.Request) (found *route, params map[string]string, allow []string, err error) {
	segments := strings.Split(r.URL.EscapedPath(), "/")
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for i := range h.routes {
		one := &h.routes[i]
		values, ok := one.match(segments)
		if !ok {
			continue
		}
		if one.Method == method {
			return one, values, nil, nil
		}
		allow = append(allow, one.Method)
		if one.Method == http.MethodGet {
			allow = append(allow, http.MethodHead)
		}
	}
	if len(allow) > 0 {
		return nil, nil, allow, httperror.ErrNoMethod
	}
	return nil, nil, nil, users.ErrNotFound
}

// A Route is a call of the API, for tests of all calls.
type Route struct {
	Method, Pattern string
	Scope           users.Scope // empty if the call needs none
	Token           bool        // the call needs a token
}

// Routes returns every call that h answers.
func (h *Handler) Routes() []Route {
	all := make([]Route, len(h.routes))
	for i, r := range h.routes {
		all[i] = Route{r.Method, r.Pattern, r.Scope, r.Scope != noToken}
		if r.Scope == noToken || r.Scope == anyToken {
			all[i].Scope = ""
		}
	}
	return all
}
