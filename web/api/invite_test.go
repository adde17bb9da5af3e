package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
)

// TestInvite invites a person, reads the invite, and declines it.
func TestInvite(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	admin := c.as(t, "admin")
	got := admin.do(t, http.MethodPost, "/v1/orgs/id/org_example/users/id/Bo+test@example.com/invites", "").record(t)
	id, _ := got["invite_id"].(string)
	if got["user_id"] != "bo+test@example.com" || !strings.HasPrefix(id, "inv_") || got["invited_by"].(map[string]any)["user_id"] != "admin@example.com" {
		t.Fatalf("got %v", got)
	}
	if u := c.Must(t, "bo+test@example.com"); u.Status != users.StatusInvited || u.Role != users.RoleUser {
		t.Errorf("got %+v, want an invited user", u)
	}
	if diff := cmp.Diff(got, admin.get(t, "/v1/orgs/invites/id/"+id).record(t)); diff != "" {
		t.Errorf("by its ID (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]any{got}, admin.get(t, "/v1/orgs/id/org_example/invites").list(t)); diff != "" {
		t.Errorf("in the list (-want +got):\n%s", diff)
	}
	admin.do(t, http.MethodPost, "/v1/orgs/invites/id/"+id+"/decline", "").ok(t)
	admin.do(t, http.MethodPost, "/v1/orgs/invites/id/"+id+"/decline", "").fails(t, http.StatusNotFound)
	if list := admin.get(t, "/v1/orgs/id/org_example/invites").list(t); len(list) != 0 {
		t.Errorf("after that: got %v", list)
	}
}

// TestInviteRefused makes calls about invites that are refused.
func TestInviteRefused(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	admin := c.as(t, "admin")
	const path = "/v1/orgs/id/org_example/users/id/"
	id, _ := admin.do(t, http.MethodPost, path+"bo@example.com/invites", "").record(t)["invite_id"].(string)
	admin.do(t, http.MethodPost, path+"bo@example.com/invites", "").fails(t, http.StatusConflict)
	admin.do(t, http.MethodPost, path+"a%00b/invites", "").fails(t, http.StatusBadRequest)
	admin.do(t, http.MethodPost, "/v1/orgs/invites/id/"+id+"/accept", "").fails(t, http.StatusForbidden)
	admin.get(t, "/v1/orgs/invites/id/inv_none").fails(t, http.StatusNotFound)
	admin.get(t, "/v1/orgs/invites/id/"+strings.TrimPrefix(id, "inv_")).fails(t, http.StatusNotFound)
	auditor := c.as(t, "auditor")
	auditor.do(t, http.MethodPost, "/v1/orgs/invites/id/"+id+"/decline", "").fails(t, http.StatusForbidden)
	auditor.do(t, http.MethodPost, path+"cy@example.com/invites", "").fails(t, http.StatusForbidden)
	user := c.as(t, "user")
	if there, not := user.get(t, "/v1/orgs/invites/id/"+id).fails(t, http.StatusForbidden), user.get(t, "/v1/orgs/invites/id/inv_none").fails(t, http.StatusForbidden); there != not {
		t.Errorf("as user: got %q for an invite and %q for none", there, not)
	}
}

// TestInviteIsAcceptedBySigningIn signs the person in: there is no invite then, and accepting it
// changes nothing.
func TestInviteIsAcceptedBySigningIn(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	admin := c.as(t, "admin")
	id, _ := admin.do(t, http.MethodPost, "/v1/orgs/id/org_example/users/id/bo@example.com/invites", "").record(t)["invite_id"].(string)
	c.SignedIn(t, "bo@example.com")
	admin.get(t, "/v1/orgs/invites/id/"+id).fails(t, http.StatusNotFound)
	admin.do(t, http.MethodPost, "/v1/orgs/invites/id/"+id+"/decline", "").fails(t, http.StatusNotFound)
	bo := c.client(t, c.token(t, "bo@example.com"))
	last := c.Last(t)
	bo.do(t, http.MethodPost, "/v1/orgs/invites/id/"+id+"/accept", "").ok(t)
	if trail := c.Trail(t, last); trail != nil {
		t.Errorf("got events %q", trail)
	}
}

// TestInviterIsNeverNull lists invites by the operator and by a deleted user.
func TestInviterIsNeverNull(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	admin := c.as(t, "admin")
	if _, err := c.AddPerson(t.Context(), users.Command("req"), users.NewPerson{ID: "bo@example.com"}); err != nil {
		t.Fatal(err)
	}
	admin.do(t, http.MethodPost, "/v1/orgs/id/org_example/users/id/cy@example.com/invites", "").ok(t)
	admin.do(t, http.MethodDelete, "/v1/users", "").ok(t)
	var by []any
	for _, one := range c.as(t, "auditor").get(t, "/v1/orgs/id/org_example/invites").list(t) {
		by = append(by, one.(map[string]any)["invited_by"].(map[string]any)["user_id"])
	}
	if diff := cmp.Diff([]any{"(console)", "(deleted)"}, by); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
