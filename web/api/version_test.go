package api_test

import (
	"net/http"
	"testing"

	"github.com/roboto-ai/console/internal/users"
)

// TestIfMatch checks that a user is changed and deleted only in the version of the header.
func TestIfMatch(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.Person(t, "ana@example.com", users.RoleUser)
	admin := c.client(t, c.token(t, c.Owner.ID)).with(userHeader, "ana@example.com")
	first := admin.get(t, "/v1/users/id/ana@example.com")
	tag := first.header.Get("ETag")
	changed := admin.with("If-Match", tag).do(t, http.MethodPut, "/v1/users", `{"name":"Anna"}`)
	changed.ok(t)
	if tag == "" || changed.header.Get("ETag") == tag {
		t.Fatalf("got ETag %q, then %q", tag, changed.header.Get("ETag"))
	}
	back := admin.do(t, http.MethodPut, "/v1/users", `{"name":"Ana"}`) // the record is as at first, and yet another version
	back.ok(t)
	last := c.Last(t)
	for _, old := range []string{tag, "W/" + tag, `"0"`, `"x"`, "x", "", `"99999999999999999999"`, tag + ", " + changed.header.Get("ETag")} {
		stale := admin.with("If-Match", old)
		stale.do(t, http.MethodPut, "/v1/users", `{"name":"X"}`).fails(t, http.StatusPreconditionFailed)
		stale.do(t, http.MethodDelete, "/v1/users", "").fails(t, http.StatusPreconditionFailed)
		stale.do(t, http.MethodPut, "/v1/orgs/id/org_example/users/id/ana@example.com", `{"add_roles":["admin"]}`).fails(t, http.StatusPreconditionFailed)
		stale.do(t, http.MethodDelete, "/v1/orgs/id/org_example/users/id/ana@example.com", "").fails(t, http.StatusPreconditionFailed)
	}
	if trail := c.Trail(t, last); trail != nil {
		t.Errorf("got events %q", trail)
	}
	admin.with("If-Match", "*").with(userHeader, "nobody@example.com").do(t, http.MethodPut, "/v1/users", `{}`).fails(t, http.StatusNotFound)
	admin.with("If-Match", `"1", `+back.header.Get("ETag")).do(t, http.MethodPut, "/v1/users", `{"name":"X"}`).ok(t)
	admin.with("If-Match", "*").do(t, http.MethodPut, "/v1/orgs/id/org_example/users/id/ana@example.com", `{"add_roles":["admin"]}`).ok(t)
	tag = admin.get(t, "/v1/users/id/ana@example.com").header.Get("ETag")
	admin.with("If-Match", "W/"+tag).do(t, http.MethodDelete, "/v1/users", "").ok(t)
}

// TestIfNoneMatch checks that an unchanged record is answered without a body.
func TestIfNoneMatch(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	user := c.as(t, "user")
	for _, path := range []string{"/v1/users", "/v1/users/id/user@example.com"} {
		tag := user.get(t, path).header.Get("ETag")
		if a := user.with("If-None-Match", tag).get(t, path); a.status != http.StatusNotModified || a.body != "" || a.header.Get("ETag") != tag {
			t.Errorf("%s: got %d %q with %v", path, a.status, a.body, a.header)
		}
		user.with("If-None-Match", `"0"`).get(t, path).ok(t)
	}
}
