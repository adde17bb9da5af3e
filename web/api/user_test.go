package api_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
)

// anaRecord is the record of ana@example.com as it is at first.
func anaRecord() map[string]any {
	return map[string]any{
		"user_id": "ana@example.com", "is_service_user": false, "is_system_user": false, "name": "Ana", "picture_url": nil,
		"notification_channels_enabled": map[string]any{"email": true}, "notification_types_enabled": map[string]any{"comment_mention": true},
	}
}

// TestReadUser reads a user by oneself, by the id, and in the spellings of clients.
func TestReadUser(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.Person(t, "ana@example.com", users.RoleUser)
	ana, admin := c.client(t, c.token(t, "ana@example.com")), c.as(t, "admin")
	if diff := cmp.Diff(anaRecord(), ana.get(t, "/v1/users").record(t)); diff != "" {
		t.Errorf("oneself (-want +got):\n%s", diff)
	}
	for _, path := range []string{"/v1/users/id/ana@example.com", "/v1/users/id/ana%40example.com", "//v1/users/id/ANA%40EXAMPLE.COM"} {
		if diff := cmp.Diff(anaRecord(), admin.get(t, path).record(t)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	who := ana.get(t, "/v1/users/whoami").record(t)
	if diff := cmp.Diff(anaRecord(), who["user"]); diff != "" || who["role"] != "user" {
		t.Errorf("whoami: got role %v and user (-want +got):\n%s", who["role"], diff)
	}
	admin.do(t, http.MethodHead, "/v1/users/id/ana@example.com", "")
	admin.get(t, "/v1/users/id/nobody@example.com").fails(t, http.StatusNotFound)
}
