package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
)

// TestOrg reads the org by each call.
func TestOrg(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	created := c.Clock.Now().Format("2006-01-02T15:04:05Z")
	c.Clock.Advance(1)
	user := c.as(t, "user")
	want := map[string]any{"org_id": "org_example", "name": "Example", "tier": "premium", "status": "active", "created": created, "created_by": nil}
	for _, path := range []string{"/v1/orgs/caller", "/v1/users/id/user@example.com/orgs"} {
		if diff := cmp.Diff([]any{want}, user.get(t, path).list(t)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	if diff := cmp.Diff(want, user.get(t, "/v1/orgs/id/org_example").record(t)); diff != "" {
		t.Errorf("by its id (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]any{"example.com", "example.org"}, user.get(t, "/v1/orgs/id/org_example/email_domains").list(t)); diff != "" {
		t.Errorf("domains (-want +got):\n%s", diff)
	}
	for _, path := range []string{"", "/email_domains", "/users", "/invites"} {
		c.as(t, "auditor").get(t, "/v1/orgs/id/org_other"+path).fails(t, http.StatusNotFound)
	}
}

// TestNotOffered makes calls of the platform that the console does not offer.
func TestNotOffered(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	admin := c.as(t, "admin")
	for path, methods := range map[string]string{
		"/v1/orgs": "POST", "/v1/orgs/id/org_example": "PUT DELETE", "/v1/orgs/id/org_example/email_domains/id/example.net": "PUT DELETE",
	} {
		for _, method := range strings.Fields(methods) {
			admin.do(t, method, path, `{"name":"Other"}`).fails(t, http.StatusNotImplemented)
			admin.do(t, method, path, "").fails(t, http.StatusNotImplemented)
		}
	}
	admin.do(t, http.MethodPost, "/v1/datasets", `{}`).fails(t, http.StatusNotFound)
}

// memberIDs returns the ids of members with their roles, in their order.
func memberIDs(t *testing.T, list []any) (ids []string) {
	t.Helper()
	for _, one := range list {
		member := one.(map[string]any)
		ids = append(ids, fmt.Sprint(member["user"].(map[string]any)["user_id"], member["roles"]))
	}
	return ids
}

// TestMembers lists all members, and pages of them with filters.
func TestMembers(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	auditor, _, _ := c.as(t, "auditor"), c.user(t, "admin"), c.user(t, "service:user")
	c.user(t, "user")
	c.user(t, "system")
	if err := c.Deactivate(t.Context(), c.Owner, "user@example.com", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	const path = "/v1/orgs/id/org_example/users"
	all := []string{"owner@example.com[user admin owner]", "auditor@example.com[user]", "admin@example.com[user admin]", "service-user[user]"}
	if diff := cmp.Diff(all, memberIDs(t, auditor.get(t, path).list(t))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for query, want := range map[string]int{
		"limit=200": 4, "page_token=": 4, "limit=10&role=admin": 1, "limit=10&q=role:owner": 1, "limit=10&type=service": 1, "limit=10&type=system": 1,
		"limit=10&status=deactivated": 1, "limit=10&q=status:deactivated": 1, "limit=10&view=deactivated": 1, "limit=10&q=auditor": 1, "limit=10&seen=never": 1,
	} {
		page := auditor.get(t, path+"?"+query).record(t)
		if items := page["items"].([]any); len(items) != want || page["next_token"] != nil {
			t.Errorf("%s: got %v and next_token %v, want %d", query, memberIDs(t, items), page["next_token"], want)
		}
	}
	var walked []string
	for token, n := "", 0; n < 4; n++ {
		page := auditor.get(t, path+"?limit=1&sort=created&page_token="+token).record(t)
		walked = append(walked, memberIDs(t, page["items"].([]any))...)
		token, _ = page["next_token"].(string)
		if (token == "") != (n == 3) {
			t.Errorf("page %d: got next_token %q", n, token)
		}
	}
	if diff := cmp.Diff(all, walked); diff != "" {
		t.Errorf("page by page (-want +got):\n%s", diff)
	}
}

// TestMembersRefused sends queries that are not valid.
func TestMembersRefused(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	auditor := c.as(t, "auditor")
	const path = "/v1/orgs/id/org_example/users"
	for _, query := range []string{
		"limit=0", "limit=201", "limit=-1", "limit=x", "limit=1&limit=2", "limit=1&page_token=x", "limit=1&q=nofilter:x", "limit=1&role=boss", "limit=1&sort=x", "limit=1&view=x",
		"role=admin", "q=x", "limit=1&q=%ff", "limit=1&q=%00", "limit=1&seen=%00", "limit=1&q=" + strings.Repeat("x", 300), "limit=1&%zz", "limit=1;q=1",
	} {
		auditor.get(t, path+"?"+query).fails(t, http.StatusBadRequest)
	}
	c.as(t, "service:user").get(t, path).fails(t, http.StatusForbidden)
}

// roleChanges are bodies for a change of roles, and the roles before and after it.
var roleChanges = []struct {
	from users.Role
	body string
	want users.Role
}{
	{users.RoleUser, `{"add_roles":["admin"]}`, users.RoleAdmin},
	{users.RoleUser, `{"add_roles":["user"],"remove_roles":null}`, users.RoleUser},
	{users.RoleUser, `{"add_roles":["user","owner"]}`, users.RoleOwner},
	{users.RoleUser, `{"remove_roles":["admin"]}`, users.RoleUser},
	{users.RoleAuditor, `{"add_roles":["user"]}`, users.RoleAuditor},
	{users.RoleAuditor, `{"remove_roles":["owner"]}`, users.RoleAuditor},
	{users.RoleAuditor, `{"add_roles":["admin"]}`, users.RoleAdmin},
	{users.RoleAdmin, `{"remove_roles":["admin"]}`, users.RoleUser},
	{users.RoleAdmin, `{"add_roles":["owner"],"role":"user"}`, users.RoleOwner},
	{users.RoleOwner, `{"remove_roles":["owner"]}`, users.RoleAdmin},
	{users.RoleOwner, `{"remove_roles":["admin"]}`, users.RoleUser},
	{users.RoleOwner, `{"add_roles":["admin"],"remove_roles":["owner"]}`, users.RoleAdmin},
}

// TestRoles adds and removes roles of the SDK.
func TestRoles(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	owner := c.client(t, c.token(t, c.Owner.ID))
	for i, test := range roleChanges {
		id := fmt.Sprintf("p%d@example.com", i)
		c.Invited(t, id, test.from)
		if data := owner.do(t, http.MethodPut, "/v1/orgs/id/org_example/users/id/"+id, test.body).ok(t); data != nil {
			t.Errorf("got data %v", data)
		}
		if got := c.Must(t, users.ID(id)).Role; got != test.want {
			t.Errorf("%s with %s: got %s, want %s", test.from, test.body, got, test.want)
		}
	}
	path := "/v1/orgs/id/org_example/users/id/p0@example.com"
	for _, body := range []string{``, `{}`, `{"add_roles":[]}`, `{"add_roles":["auditor"]}`, `{"add_roles":["Admin"]}`, `{"add_roles":"admin"}`, `{"remove_roles":["user"]}`, `{"add_roles":[null]}`} {
		owner.do(t, http.MethodPut, path, body).fails(t, http.StatusBadRequest)
	}
	c.user(t, "service:user")
	owner.do(t, http.MethodPut, "/v1/orgs/id/org_example/users/id/service-user", `{"add_roles":["owner"]}`).fails(t, http.StatusBadRequest)
	owner.do(t, http.MethodPut, "/v1/orgs/id/org_example/users/id/nobody@example.com", `{"add_roles":["admin"]}`).fails(t, http.StatusNotFound)
	for _, who := range []string{"admin", "service:admin", "system"} {
		c.as(t, who).do(t, http.MethodPut, path, `{"add_roles":["admin"]}`).fails(t, http.StatusForbidden) // p0 is already an admin
	}
	for _, id := range []string{"p2@example.com", "p8@example.com"} {
		owner.do(t, http.MethodPut, "/v1/orgs/id/org_example/users/id/"+id, `{"remove_roles":["owner"]}`).ok(t)
	}
	owner.do(t, http.MethodPut, "/v1/orgs/id/org_example/users/id/owner@example.com", `{"remove_roles":["owner"]}`).fails(t, http.StatusConflict)
}

// TestRemoveMember checks that a removed member is deactivated and their tokens are suspended.
func TestRemoveMember(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	admin, user := c.as(t, "admin"), c.as(t, "user")
	const path = "/v1/orgs/id/org_example/users/id/user@example.com"
	user.do(t, http.MethodDelete, path, "").fails(t, http.StatusForbidden)
	for range 2 {
		if data := admin.do(t, http.MethodDelete, path, "").ok(t); data != nil {
			t.Errorf("got data %v", data)
		}
	}
	if message := user.get(t, "/v1/users").fails(t, http.StatusUnauthorized); !strings.Contains(message, "suspended") {
		t.Errorf("got message %q", message)
	}
	if !slices.Contains(c.Actions(t, "user@example.com"), users.ActionDeactivated) {
		t.Error("it is not in the history")
	}
	admin.do(t, http.MethodDelete, "/v1/orgs/id/org_example/users/id/owner@example.com", "").fails(t, http.StatusForbidden)
	admin.do(t, http.MethodDelete, "/v1/orgs/id/org_example/users/id/admin@example.com", "").fails(t, http.StatusForbidden)
	admin.do(t, http.MethodDelete, "/v1/orgs/id/org_example/users/id/nobody", "").fails(t, http.StatusNotFound)
}
