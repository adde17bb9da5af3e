package api_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/api"
)

// Who may make a call, by the kinds of [console.as].
const (
	everyone = "user auditor admin owner service:user service:auditor service:admin system"
	readers  = "auditor admin owner service:auditor service:admin system" // of the directory
	managers = "admin owner service:admin system"                         // of users and auditors
	people   = "user auditor admin owner service:user service:auditor service:admin"
)

// mayCall is who may make each call with a token of all scopes, where it is about another person
// with the role user. A call that is missing fails the test.
var mayCall = map[string]string{
	"GET /v1/users":                                         everyone,
	"POST /v1/users":                                        "system",
	"PUT /v1/users":                                         managers,
	"DELETE /v1/users":                                      managers,
	"GET /v1/users/whoami":                                  everyone,
	"GET /v1/users/id/{user_id}":                            readers,
	"GET /v1/users/id/{user_id}/orgs":                       readers,
	"GET /v1/orgs/caller":                                   everyone,
	"GET /v1/orgs/id/{org_id}":                              everyone,
	"POST /v1/orgs":                                         everyone, // not offered
	"PUT /v1/orgs/id/{org_id}":                              everyone, // not offered
	"DELETE /v1/orgs/id/{org_id}":                           everyone, // not offered
	"GET /v1/orgs/id/{org_id}/email_domains":                everyone,
	"PUT /v1/orgs/id/{org_id}/email_domains/id/{domain}":    everyone, // not offered
	"DELETE /v1/orgs/id/{org_id}/email_domains/id/{domain}": everyone, // not offered
	"GET /v1/orgs/id/{org_id}/users":                        readers,
	"PUT /v1/orgs/id/{org_id}/users/id/{user_id}":           "owner",
	"DELETE /v1/orgs/id/{org_id}/users/id/{user_id}":        managers,
	"POST /v1/orgs/id/{org_id}/users/id/{user_id}/invites":  managers,
	"GET /v1/orgs/id/{org_id}/invites":                      readers,
	"GET /v1/orgs/invites/id/{invite_id}":                   readers,
	"POST /v1/orgs/invites/id/{invite_id}/accept":           "",
	"POST /v1/orgs/invites/id/{invite_id}/decline":          managers,
	"GET /v1/audit":                                         readers,
	"GET /v1/tokens":                                        everyone,
	"POST /v1/tokens":                                       people, // the command line issues those of system users
	"GET /v1/tokens/self":                                   everyone,
	"DELETE /v1/tokens/self":                                everyone,
	"POST /v1/tokens/self/rotate":                           people,
	"GET /v1/tokens/id/{token_id}":                          everyone, // their own
	"DELETE /v1/tokens/id/{token_id}":                       everyone,
	"POST /v1/tokens/id/{token_id}/enable":                  people,
	"POST /v1/tokens/id/{token_id}/disable":                 everyone,
	"POST /v1/tokens/introspect":                            "", // needs a scope that no other one includes
}

// A request is a call in a test.
type request struct {
	path, body string
	target     string // in the header
}

// request returns a call of a route by a user, about a new invited person or a new token of the
// user.
func (c *console) request(t testing.TB, r api.Route, by users.ID) request {
	t.Helper()
	if strings.HasPrefix(r.Pattern, "/v1/tokens") {
		return c.tokenRequest(t, r, by)
	}
	id := fmt.Sprintf("target-%d@example.com", c.targets.Add(1))
	invite := "inv_" + strings.TrimPrefix(string(c.Invited(t, id, users.RoleUser).Key), "usr_")
	req := request{target: id}
	if r.Method == http.MethodPost && strings.HasSuffix(r.Pattern, "/invites") || r.Method == http.MethodPost && r.Pattern == "/v1/users" {
		id = "new-" + id
	}
	req.path = strings.NewReplacer("{user_id}", id, "{org_id}", "org_example", "{domain}", "example.net", "{invite_id}", invite).Replace(r.Pattern)
	switch r.Method + " " + r.Pattern {
	case "POST /v1/users":
		req.body = `{"user_id":"` + id + `"}`
	case "PUT /v1/orgs/id/{org_id}/users/id/{user_id}":
		req.body = `{"add_roles":["admin"]}`
	case "PUT /v1/users":
		req.body = `{"name":"Changed"}`
	}
	return req
}

// tokenRequest is request for the calls about tokens.
func (c *console) tokenRequest(t testing.TB, r api.Route, by users.ID) request {
	t.Helper()
	req := request{path: r.Pattern}
	if strings.Contains(req.path, "{token_id}") {
		token, _ := c.issue(t, by, users.NewToken{})
		req.path = strings.ReplaceAll(req.path, "{token_id}", string(token.ID))
	}
	if r.Method+" "+r.Pattern == "POST /v1/tokens" {
		req.body = newTokenBody(fmt.Sprintf("token %d", c.targets.Add(1)))
	}
	return req
}

// send makes a call of a route.
func (c *client) send(t testing.TB, r api.Route, req request) answer {
	t.Helper()
	return c.with(userHeader, req.target).do(t, r.Method, req.path, req.body)
}

// TestEveryCallForEveryRole makes each call as each sort of user. What is refused is in the
// history.
func TestEveryCallForEveryRole(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	for _, who := range strings.Fields(everyone) {
		caller := c.as(t, who)
		for _, r := range c.app.API().Routes() {
			if !r.Token {
				continue
			}
			route := r.Method + " " + r.Pattern
			may, listed := mayCall[route]
			if !listed {
				t.Fatalf("%s: it is not said who may call it", route)
			}
			c.Clock.Advance(time.Minute) // the rate of recorded refusals is limited
			req := c.request(t, r, c.user(t, who))
			last := c.Last(t)
			a := caller.send(t, r, req)
			if route == "DELETE /v1/tokens/self" {
				caller = c.as(t, who)
			}
			switch allowed := slices.Contains(strings.Fields(may), who); {
			case allowed && a.status != http.StatusOK && a.status != http.StatusNotImplemented:
				t.Errorf("%s as %s: got %d %s", route, who, a.status, a.body)
			case !allowed:
				a.fails(t, http.StatusForbidden)
				if trail := c.Trail(t, last); len(trail) != 1 || !strings.Contains(trail[0], "access.refused") {
					t.Errorf("%s as %s: got events %q", route, who, trail)
				}
			}
		}
	}
}

// TestEveryListedCallIsServed checks that each call of the table exists.
func TestEveryListedCallIsServed(t *testing.T) {
	t.Parallel()
	served := map[string]bool{}
	for _, r := range newConsole(t).app.API().Routes() {
		served[r.Method+" "+r.Pattern] = true
	}
	for route := range mayCall {
		if !served[route] {
			t.Errorf("%s is not served", route)
		}
	}
}

// TestEveryCallForEveryScope makes each call with a token of each single scope.
func TestEveryCallForEveryScope(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	for _, scope := range users.Scopes {
		caller := c.client(t, c.token(t, c.Owner.ID, scope))
		for _, r := range c.app.API().Routes() {
			if r.Scope == "" {
				continue
			}
			a := caller.send(t, r, c.request(t, r, c.Owner.ID))
			if users.ScopeSet([]users.Scope{scope}).Allows(r.Scope) {
				if a.status == http.StatusForbidden && mayCall[r.Method+" "+r.Pattern] != "" && r.Pattern != "/v1/users" {
					t.Errorf("%s %s with %s: got %s", r.Method, r.Pattern, scope, a.body)
				}
				continue
			}
			if message := a.fails(t, http.StatusForbidden); !strings.Contains(message, string(r.Scope)) {
				t.Errorf("%s %s with %s: got message %q", r.Method, r.Pattern, scope, message)
			}
		}
	}
}

// badTokens are Authorization headers that get the same answer.
func badTokens(secret string) map[string][]string {
	flipped := []byte(secret)
	flipped[20] ^= 1
	return map[string][]string{
		"none": nil, "empty": {""}, "only the scheme": {"Bearer"}, "an empty one": {"Bearer "}, "unknown": {"Bearer usr_pat_" + strings.Repeat("a", 43) + "_00000000"},
		"truncated": {"Bearer " + secret[:len(secret)-1]}, "of the first characters": {"Bearer " + secret[:20]}, "miswritten": {"Bearer " + string(flipped)},
		"in upper case": {"Bearer " + strings.ToUpper(secret)}, "longer": {"Bearer " + secret + "0"}, "another scheme": {"Basic " + secret}, "without a scheme": {secret},
		"twice": {"Bearer " + secret, "Bearer " + secret}, "of the platform": {"Bearer robo_pat_x"}, "huge": {"Bearer " + strings.Repeat("x", 10_000)},
		"not text": {"Bearer \xff\xfe"}, "with a comma": {"Bearer " + secret + ", Bearer " + secret},
	}
}

// TestEveryCallWithoutAToken sends each call, and calls that do not exist, without a valid token:
// all get the same bytes, except for the request ID, after the same number of statements.
func TestEveryCallWithoutAToken(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	secret := c.token(t, c.Owner.ID)
	routes := append(c.app.API().Routes(), api.Route{Method: "GET", Pattern: "/v1/nothing", Token: true}, api.Route{Method: "PATCH", Pattern: "/v1/users", Token: true}, api.Route{Method: "OPTIONS", Pattern: "/v1/users", Token: true})
	c.client(t, secret).get(t, "/v1/users").ok(t)
	c.Settle()
	want, statements := "", int64(0)
	for name, values := range badTokens(secret) {
		caller := c.client(t, "")
		caller.header["Authorization"] = values
		for _, r := range routes {
			if !r.Token {
				continue
			}
			before := c.Statements.Load()
			a := caller.do(t, r.Method, strings.NewReplacer("{", "", "}", "").Replace(r.Pattern), "")
			a.fails(t, http.StatusUnauthorized)
			ran := c.Statements.Load() - before
			body := strings.ReplaceAll(a.body, a.header.Get("X-Request-Id"), "ID") + a.header.Get("WWW-Authenticate")
			if want == "" {
				want, statements = body, ran
			}
			if body != want || ran != statements {
				t.Errorf("%s %s with a token that is %s: got %s after %d statements, want %s after %d", r.Method, r.Pattern, name, body, ran, want, statements)
			}
		}
	}
}

// endedToken issues a token that is not valid, one second later, for a reason.
func (c *console) endedToken(t *testing.T, why string) (secret string) {
	t.Helper()
	id := c.user(t, map[bool]string{true: "user", false: "admin"}[why == "suspended"])
	n := users.NewToken{Name: why}
	switch why {
	case "expired":
		n.Lifetime = time.Second
	case "range":
		n.Ranges = []string{"192.0.2.0/24"}
	}
	token, secret := c.issue(t, id, n)
	var err error
	switch why {
	case "revoked":
		err = c.RevokeToken(t.Context(), c.Owner, token.ID, users.TokenEnd{LeaveNone: true})
	case "disabled":
		err = c.DisableToken(t.Context(), c.Owner, token.ID, users.TokenEnd{LeaveNone: true})
	case "suspended":
		err = c.Deactivate(t.Context(), c.Owner, id, users.Departure{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// TestEveryCallWithATokenThatEnded sends each call with tokens that are no longer valid: the answer
// says why, and since when.
func TestEveryCallWithATokenThatEnded(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	since := c.Clock.Now().Format(time.RFC3339)
	secrets := map[string]string{}
	for _, why := range []string{"revoked", "expired", "disabled", "suspended", "range"} {
		secrets[why] = c.endedToken(t, why)
	}
	c.Clock.Advance(time.Second)
	for why, secret := range secrets {
		caller := c.client(t, secret)
		for _, r := range append(c.app.API().Routes(), api.Route{Method: "GET", Pattern: "/v1/nothing", Token: true}) {
			if !r.Token {
				continue
			}
			message := caller.do(t, r.Method, strings.NewReplacer("{", "", "}", "").Replace(r.Pattern), "").fails(t, http.StatusUnauthorized)
			if !strings.Contains(message, why) || !strings.Contains(message, since[:17]) || strings.Contains(message, "example.com") {
				t.Errorf("%s: got message %q", why, message)
			}
		}
	}
	inside := netip.MustParsePrefix("127.0.0.0/8").String()
	_, secret := c.issue(t, c.Owner.ID, users.NewToken{Ranges: []string{inside}})
	c.client(t, secret).get(t, "/v1/users").ok(t)
}
