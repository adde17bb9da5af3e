package api_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestIdempotencyKey sends each call that changes something twice with one key: the second one does
// nothing and gets the first answer with its ETag.
func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	system, owner := c.as(t, "system"), c.client(t, c.token(t, c.Owner.ID))
	c.user(t, "user")
	c.user(t, "auditor")
	id := owner.do(t, http.MethodPost, "/v1/orgs/id/org_example/users/id/declines@example.com/invites", "").record(t)["invite_id"].(string)
	for _, call := range []struct {
		client             *client
		method, path, body string
	}{
		{system, http.MethodPost, "/v1/users", `{"user_id":"bo@example.com"}`},
		{owner.with(userHeader, "user@example.com"), http.MethodPut, "/v1/users", `{"name":"New"}`},
		{owner, http.MethodPut, "/v1/users", `{}`},
		{owner, http.MethodPut, "/v1/orgs/id/org_example/users/id/user@example.com", `{"add_roles":["admin"]}`},
		{owner, http.MethodDelete, "/v1/orgs/id/org_example/users/id/auditor@example.com", ""},
		{owner, http.MethodPost, "/v1/orgs/id/org_example/users/id/cy@example.com/invites", ""},
		{owner, http.MethodPost, "/v1/orgs/invites/id/" + id + "/decline", ""},
		{owner.with(userHeader, "user@example.com"), http.MethodDelete, "/v1/users", ""},
	} {
		keyed := call.client.with("Idempotency-Key", "key of "+call.method+" "+call.path+call.body)
		first := keyed.do(t, call.method, call.path, call.body)
		first.ok(t)
		last := c.Last(t)
		c.Clock.Advance(23 * time.Hour)
		again := keyed.do(t, call.method, call.path, call.body)
		if again.body != first.body || again.status != first.status || again.header.Get("ETag") != first.header.Get("ETag") {
			t.Errorf("%s: got %d %s with %v, want %s", again.what, again.status, again.body, again.header, first.body)
		}
		if trail := c.Trail(t, last); trail != nil {
			t.Errorf("%s again: got events %q", again.what, trail)
		}
		keyed.do(t, call.method, call.path, call.body+" ").fails(t, http.StatusUnprocessableEntity)
	}
}

// TestIdempotencyKeyOfOthers checks that a key is another one for another caller, another user in the
// header, and after a day.
func TestIdempotencyKeyOfOthers(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.user(t, "user")
	owner, admin := c.client(t, c.token(t, c.Owner.ID)).with("Idempotency-Key", "1"), c.as(t, "admin").with("Idempotency-Key", "1")
	owner.do(t, http.MethodPut, "/v1/users", `{"name":"One"}`).ok(t)
	if got := admin.do(t, http.MethodPut, "/v1/users", `{"name":"Two"}`).record(t); got["name"] != "Two" {
		t.Errorf("of another caller: got %v", got)
	}
	owner.with(userHeader, "user@example.com").do(t, http.MethodPut, "/v1/users", `{"name":"One"}`).fails(t, http.StatusUnprocessableEntity)
	c.Clock.Advance(24*time.Hour + time.Second)
	if got := owner.with(userHeader, "user@example.com").do(t, http.MethodPut, "/v1/users", `{"name":"Three"}`).record(t); got["name"] != "Three" {
		t.Errorf("a day later: got %v", got)
	}
}

// TestIdempotencyKeyMistakes checks that invalid keys are refused, and that a call that failed may be
// repeated.
func TestIdempotencyKeyMistakes(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	user := c.as(t, "user")
	for _, key := range []string{"", "\x80", "a\tb", strings.Repeat("k", 256)} {
		user.with("Idempotency-Key", key).do(t, http.MethodPut, "/v1/users", `{"name":"X"}`).fails(t, http.StatusBadRequest)
	}
	keyed := user.with("Idempotency-Key", strings.Repeat("~", 255))
	keyed.do(t, http.MethodPut, "/v1/users", `{"name":""}`).fails(t, http.StatusBadRequest)
	keyed.do(t, http.MethodPut, "/v1/users", `{"name":"X"}`).ok(t)
	user.with("Idempotency-Key", "").get(t, "/v1/users").ok(t) // which changes nothing
}

// TestIdempotencyKeyConcurrently sends one call twenty times at the same time to two consoles: it is
// done once, and all get the same answer.
func TestIdempotencyKeyConcurrently(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	other := c.another(t)
	system := c.as(t, "system").with("Idempotency-Key", "once")
	last := c.Last(t)
	answers := make([]answer, 20)
	var wait sync.WaitGroup
	for i := range answers {
		wait.Go(func() {
			answers[i] = system.on([]*console{c, other}[i%2]).do(t, http.MethodPost, "/v1/users", `{"user_id":"bo@example.com"}`)
		})
	}
	wait.Wait()
	for _, a := range answers {
		if a.ok(t); a.body != answers[0].body {
			t.Errorf("got %s and %s", a.body, answers[0].body)
		}
	}
	if trail := c.Trail(t, last); len(trail) != 1 {
		t.Errorf("got events %q, want one", trail)
	}
}
