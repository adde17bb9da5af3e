package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
)

// newTokenBody is what the SDK sends for a new token: all four keys.
func newTokenBody(name string) string {
	return fmt.Sprintf(`{"api_scopes":null,"description":null,"expiry_days":30,"name":%q}`, name)
}

// contextOf returns the context of a token record.
func contextOf(t testing.TB, record map[string]any) map[string]any {
	t.Helper()
	context, ok := record["context"].(map[string]any)
	if !ok {
		t.Fatalf("got %v, want a token", record)
	}
	return context
}

// TestTokens creates a token and uses it until its end, as the SDK does.
func TestTokens(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	robot := c.as(t, "service:auditor", users.ScopeUsersRead, users.ScopeTokensSelf, users.ScopeFilesUpload)
	made := robot.do(t, http.MethodPost, "/v1/tokens", newTokenBody("nightly")).record(t)
	secret, _ := made["secret"].(string)
	context := contextOf(t, made)
	id := fmt.Sprint(context["token_id"])
	want := map[string]any{
		"token_id": id, "name": "nightly", "description": nil, "last_used": nil, "enabled": true,
		"expires":    c.Clock.Now().Add(30 * 24 * time.Hour).Format(time.RFC3339Nano),
		"api_scopes": []any{"files.upload"}, "console_scopes": []any{"tokens.self", "users.read"},
	}
	if diff := cmp.Diff(want, context); diff != "" || !users.WellFormedSecret(secret) || made["user_id"] != "service-auditor" {
		t.Errorf("the new token: secret %q of %v (-want +got):\n%s", secret, made["user_id"], diff)
	}
	if list := robot.get(t, "/v1/tokens").list(t); len(list) != 2 || strings.Contains(fmt.Sprint(list), "secret") {
		t.Errorf("the list: got %v, want two without secrets", list)
	}
	testLifeOfToken(t, c, robot, c.client(t, secret), "/v1/tokens/id/"+id)
}

// testLifeOfToken uses, disables, enables and revokes a token of a service user.
func testLifeOfToken(t *testing.T, c *console, robot, fresh *client, path string) {
	t.Helper()
	fresh.get(t, "/v1/users").ok(t)
	c.Settle()
	if got := contextOf(t, robot.get(t, path).record(t)); got["last_used"] == nil {
		t.Error("the token was used, but its record does not say so")
	}
	for range 2 { // as a client that repeats it
		robot.do(t, http.MethodPost, path+"/disable", "").ok(t)
	}
	if message := fresh.get(t, "/v1/users").fails(t, http.StatusUnauthorized); !strings.Contains(message, "disabled") {
		t.Errorf("a disabled token is refused with %q", message)
	}
	if got := contextOf(t, robot.get(t, path).record(t)); got["enabled"] != false {
		t.Errorf("the disabled token: got %v", got)
	}
	for range 2 {
		robot.do(t, http.MethodPost, path+"/enable", "").ok(t)
	}
	fresh.get(t, "/v1/users").ok(t)
	robot.do(t, http.MethodDelete, path, "").ok(t)
	robot.do(t, http.MethodDelete, path, "").fails(t, http.StatusNotFound)
	robot.do(t, http.MethodPost, path+"/enable", "").fails(t, http.StatusNotFound)
	robot.get(t, path).fails(t, http.StatusNotFound)
	if message := fresh.get(t, "/v1/users").fails(t, http.StatusUnauthorized); !strings.Contains(message, "revoked") {
		t.Errorf("a revoked token is refused with %q", message)
	}
	if list := robot.get(t, "/v1/tokens").list(t); len(list) != 1 {
		t.Errorf("the list after the end: got %v", list)
	}
}

// TestTokensOfOthers checks that tokens of other users are not found, whatever the role of the caller.
func TestTokensOfOthers(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	other, secret := c.issue(t, c.user(t, "service:user"), users.NewToken{})
	for _, who := range []string{"user", "auditor", "admin", "owner", "service:admin", "system"} {
		caller := c.as(t, who)
		for _, id := range []string{string(other.ID), "tok_none", "%00", strings.Repeat("x", 5000)} {
			path := "/v1/tokens/id/" + id
			caller.get(t, path).fails(t, http.StatusNotFound)
			caller.do(t, http.MethodDelete, path, "").fails(t, http.StatusNotFound)
			caller.do(t, http.MethodPost, path+"/disable", "").fails(t, http.StatusNotFound)
			caller.do(t, http.MethodPost, path+"/enable", "").fails(t, http.StatusNotFound)
		}
	}
	c.client(t, secret).get(t, "/v1/users").ok(t)
}

// TestCreateTokenRefused sends bodies with one mistake each.
func TestCreateTokenRefused(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	robot := c.as(t, "service:user", users.ScopeTokensSelf, users.ScopeUsersRead)
	for body, field := range map[string]string{
		`{"name":"x"}`:                                                                    "expiry_days",
		`{"name":"x","expiry_days":null}`:                                                 "expiry_days",
		`{"name":"x","expiry_days":0}`:                                                    "expiry_days",
		`{"name":"x","expiry_days":366}`:                                                  "expiry_days",
		`{"name":"x","expiry_days":-1}`:                                                   "expiry_days",
		`{"name":"x","expiry_days":1.5}`:                                                  "expiry_days",
		`{"name":"x","expiry_days":"30"}`:                                                 "expiry_days",
		`{"name":"x","expiry_days":99999999999999999999}`:                                 "expiry_days",
		`{"expiry_days":30}`:                                                              "name",
		`{"name":null,"expiry_days":30}`:                                                  "name",
		`{"name":"","expiry_days":30}`:                                                    "name",
		`{"name":"  ","expiry_days":30}`:                                                  "name",
		`{"name":7,"expiry_days":30}`:                                                     "name",
		`{"name":"` + strings.Repeat("x", 101) + `","expiry_days":30}`:                    "name",
		`{"name":"x","expiry_days":30,"api_scopes":["users.delete"]}`:                     "api_scopes",
		`{"name":"x","expiry_days":30,"api_scopes":["users.read","audit.read"]}`:          "api_scopes",
		`{"name":"x","expiry_days":30,"api_scopes":["api.everything_else"]}`:              "api_scopes",
		`{"name":"x","expiry_days":30,"api_scopes":[]}`:                                   "api_scopes",
		`{"name":"x","expiry_days":30,"api_scopes":"users.read"}`:                         "api_scopes",
		`{"name":"x","expiry_days":30,"api_scopes":[null]}`:                               "api_scopes",
		`{"name":"x","expiry_days":30,"description":"` + strings.Repeat("x", 5000) + `"}`: "description",
		`[]`: "body",
		``:   "expiry_days",
	} {
		if message := robot.do(t, http.MethodPost, "/v1/tokens", body).fails(t, http.StatusBadRequest); !strings.Contains(message, field) {
			t.Errorf("%s: got %q, want something about %s", body, message, field)
		}
	}
	robot.with("Idempotency-Key", "k").do(t, http.MethodPost, "/v1/tokens", newTokenBody("x")).fails(t, http.StatusBadRequest)
	c.as(t, "service:user", users.ScopeUsersRead).do(t, http.MethodPost, "/v1/tokens", newTokenBody("x")).fails(t, http.StatusForbidden)
	if list := robot.get(t, "/v1/tokens").list(t); len(list) != 2 {
		t.Errorf("the refused requests left tokens: %v", list)
	}
}

// TestCreateTokenIgnores sends keys that the call does not have: the token is the caller's, with the
// caller's role.
func TestCreateTokenIgnores(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	robot := c.as(t, "service:user")
	body := `{"name":" x ","expiry_days":365,"user_id":"owner@example.com","role":"owner","expires":"9999-12-31T23:59:59Z","secret":"usr_pat_mine","token_id":"tok_mine","enabled":false}`
	made := robot.do(t, http.MethodPost, "/v1/tokens", body).record(t)
	secret := fmt.Sprint(made["secret"])
	if who := c.client(t, secret).get(t, "/v1/users/whoami").record(t); who["role"] != "user" || made["user_id"] != "service-user" || contextOf(t, made)["name"] != "x" {
		t.Errorf("got %v, whose token is %v", made, who)
	}
}

// TestCreateTokenTwice repeats a call whose answer was lost: the first token is revoked, unless it
// was used.
func TestCreateTokenTwice(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	robot := c.as(t, "service:user")
	create := func() string {
		t.Helper()
		return fmt.Sprint(robot.do(t, http.MethodPost, "/v1/tokens", newTokenBody("nightly")).record(t)["secret"])
	}
	lost, second := create(), create()
	c.client(t, lost).get(t, "/v1/users").fails(t, http.StatusUnauthorized)
	c.client(t, second).get(t, "/v1/users").ok(t)
	c.Settle()
	third := create()
	c.client(t, second).get(t, "/v1/users").ok(t)
	c.client(t, third).get(t, "/v1/users").ok(t)
}

// TestOwnToken reads and revokes the token of the call, whatever its scopes.
func TestOwnToken(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	for _, scope := range users.Scopes {
		token, secret := c.issue(t, c.user(t, "service:user"), users.NewToken{Name: string(scope), Scopes: []users.Scope{scope}})
		robot := c.client(t, secret)
		if got := contextOf(t, robot.get(t, "/v1/tokens/self").record(t)); got["token_id"] != string(token.ID) || got["name"] != string(scope) {
			t.Errorf("with %s: got %v", scope, got)
		}
		last := c.Last(t)
		robot.do(t, http.MethodDelete, "/v1/tokens/self", "").ok(t)
		robot.do(t, http.MethodDelete, "/v1/tokens/self", "").fails(t, http.StatusUnauthorized)
		if events := c.Since(t, last); len(events) != 1 || events[0].Action != users.ActionTokenRevoked || events[0].Actor.ID != "service-user" {
			t.Errorf("with %s: got events %v", scope, events)
		}
	}
}

// TestRotateOwnToken rotates the token of the call, loses the answer, and repeats the call.
func TestRotateOwnToken(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	old, secret := c.issue(t, c.user(t, "service:user"), users.NewToken{Name: "nightly", Scopes: []users.Scope{users.ScopeTokensSelf, users.ScopeUsersRead}})
	robot := c.client(t, secret)
	rotate := func(body string) map[string]any {
		t.Helper()
		return robot.do(t, http.MethodPost, "/v1/tokens/self/rotate", body).record(t)
	}
	c.Clock.Advance(24 * time.Hour)
	lost, next := rotate(`{"overlap_seconds":3600}`), rotate(`{"overlap_seconds":3600}`)
	c.client(t, fmt.Sprint(lost["secret"])).get(t, "/v1/tokens/self").fails(t, http.StatusUnauthorized)
	fresh := c.client(t, fmt.Sprint(next["secret"]))
	got, want := contextOf(t, fresh.get(t, "/v1/tokens/self").record(t)), contextOf(t, next)
	if diff := cmp.Diff(want, got); diff != "" || got["name"] != "nightly" || fmt.Sprint(got["console_scopes"]) != "[tokens.self users.read]" ||
		got["expires"] != old.EndsAt.Add(24*time.Hour).Format(time.RFC3339Nano) {
		t.Errorf("the successor: got %v (-created +read):\n%s", got, diff)
	}
	a := robot.get(t, "/v1/tokens/self")
	end := c.Clock.Now().Add(time.Hour)
	if a.header.Get("Token-Expires") != end.Format(time.RFC3339) || contextOf(t, a.record(t))["expires"] != end.Format(time.RFC3339Nano) {
		t.Errorf("the old token: got %s with headers %v", a.body, a.header)
	}
	c.Settle()
	robot.do(t, http.MethodPost, "/v1/tokens/self/rotate", "").fails(t, http.StatusConflict) // the successor is in use
	for _, body := range []string{`{"overlap_seconds":59}`, `{"overlap_seconds":-1}`, `{"overlap_seconds":31536001}`, `{"overlap_seconds":"1h"}`, `[]`} {
		fresh.do(t, http.MethodPost, "/v1/tokens/self/rotate", body).fails(t, http.StatusBadRequest)
	}
	fresh.with("Idempotency-Key", "k").do(t, http.MethodPost, "/v1/tokens/self/rotate", "").fails(t, http.StatusBadRequest)
	c.Clock.Advance(time.Hour)
	robot.get(t, "/v1/tokens/self").fails(t, http.StatusUnauthorized)
	fresh.do(t, http.MethodPost, "/v1/tokens/self/rotate", "").record(t)
	c.as(t, "user", users.ScopeUsersRead).do(t, http.MethodPost, "/v1/tokens/self/rotate", "").fails(t, http.StatusForbidden)
}

// introspected sends a form to the introspection and returns the answer.
func (c *client) introspected(t testing.TB, form string) map[string]any {
	t.Helper()
	a := c.with("Content-Type", "application/x-www-form-urlencoded").do(t, http.MethodPost, "/v1/tokens/introspect", form)
	var got map[string]any
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != http.StatusOK || a.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("introspect: got status %d and %s", a.status, a.body)
	}
	return got
}

// TestIntrospect introspects tokens in each state.
func TestIntrospect(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	platform := c.as(t, "service:user", users.ScopeTokensIntrospect)
	token, secret := c.issue(t, c.user(t, "service:auditor"), users.NewToken{Scopes: []users.Scope{users.ScopeUsersRead, users.ScopeFilesUpload}})
	want := map[string]any{
		"active": true, "sub": string(token.User.Key), "username": "service-auditor", "kind": "service", "role": "auditor",
		"scope": "files.upload users.read", "exp": float64(token.EndsAt.Unix()), "token_id": string(token.ID), "token_type": "Bearer",
	}
	if diff := cmp.Diff(want, platform.introspected(t, "token="+secret+"&token_type_hint=access_token")); diff != "" {
		t.Errorf("a live token (-want +got):\n%s", diff)
	}
	_, ranged := c.issue(t, "service-auditor", users.NewToken{Ranges: []string{"198.51.100.0/24"}})
	if got := platform.introspected(t, "token="+ranged+"&client_address=198.51.100.7"); got["active"] != true {
		t.Errorf("a token from an address in its range: got %v", got)
	}
	disabled, off := c.issue(t, "service-auditor", users.NewToken{})
	if err := c.DisableToken(t.Context(), c.Owner, disabled.ID, users.TokenEnd{LeaveNone: true}); err != nil {
		t.Fatal(err)
	}
	inactive := map[string]any{"active": false}
	for name, form := range map[string]string{
		"a disabled token": "token=" + off, "another text": "token=x", "an empty text": "token=", "a truncated secret": "token=" + secret[:len(secret)-1],
		"a token outside of its range": "token=" + ranged + "&client_address=203.0.113.1", "a token with a range and no address": "token=" + ranged,
	} {
		if diff := cmp.Diff(inactive, platform.introspected(t, form)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if err := c.Deactivate(t.Context(), c.Owner, "service-auditor", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(inactive, platform.introspected(t, "token="+secret)); diff != "" {
		t.Errorf("a token of a deactivated user (-want +got):\n%s", diff)
	}
}

// TestIntrospectRefused introspects without the scope, and with forms that cannot be parsed.
func TestIntrospectRefused(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	platform := c.as(t, "service:user", users.ScopeTokensIntrospect).with("Content-Type", "application/x-www-form-urlencoded")
	for _, form := range []string{"", "secret=x", "token=a&token=b", "token=%zz", "token=a&client_address=here"} {
		platform.do(t, http.MethodPost, "/v1/tokens/introspect", form).fails(t, http.StatusBadRequest)
	}
	platform.with("Content-Type", "application/json").do(t, http.MethodPost, "/v1/tokens/introspect", `{"token":"x"}`).fails(t, http.StatusBadRequest)
	for _, who := range []string{"user", "owner", "service:admin", "system"} {
		c.as(t, who).with("Content-Type", "application/x-www-form-urlencoded").do(t, http.MethodPost, "/v1/tokens/introspect", "token=x").fails(t, http.StatusForbidden)
	}
}
