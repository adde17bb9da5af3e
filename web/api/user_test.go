package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
)

const userHeader = "X-Roboto-User-Id"

// anaRecord returns the first record of ana@example.com.
func anaRecord() map[string]any {
	return map[string]any{
		"user_id": "ana@example.com", "is_service_user": false, "is_system_user": false, "name": "Ana", "picture_url": nil,
		"notification_channels_enabled": map[string]any{"email": true}, "notification_types_enabled": map[string]any{"comment_mention": true},
	}
}

// TestReadUser reads the caller, and a user by the ID in the spellings of clients.
func TestReadUser(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.Person(t, "ana@example.com", users.RoleUser)
	ana, admin := c.client(t, c.token(t, "ana@example.com")), c.as(t, "admin")
	if diff := cmp.Diff(anaRecord(), ana.get(t, "/v1/users").record(t)); diff != "" {
		t.Errorf("the caller (-want +got):\n%s", diff)
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

// TestCreateUser creates users of each kind as a system user, and is refused as another one.
func TestCreateUser(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	system := c.as(t, "system")
	last := c.Last(t)
	got := system.do(t, http.MethodPost, "/v1/users", `{"user_id":"Bo@Example.com"}`).record(t)
	want := anaRecord()
	want["user_id"], want["name"] = "bo@example.com", nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("with only the ID (-want +got):\n%s", diff)
	}
	got = system.do(t, http.MethodPost, "/v1/users", `{"user_id":"robot.","name":"Robot","is_service_user":true,"is_system_user":false,
		"picture_url":"https://example.com/r.png","default_notification_channels":["web_ui"],"default_notification_types":[]}`).record(t)
	want = map[string]any{
		"user_id": "robot.", "is_service_user": true, "is_system_user": false, "name": "Robot", "picture_url": "https://example.com/r.png",
		"notification_channels_enabled": map[string]any{"email": false, "web_ui": true}, "notification_types_enabled": map[string]any{"comment_mention": false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("a service user (-want +got):\n%s", diff)
	}
	got = system.do(t, http.MethodPost, "/v1/users", `{"user_id":"platform-2","name":"Platform","is_system_user":true,"default_notification_channels":null}`).record(t)
	if got["is_system_user"] != true || got["name"] != "Platform" {
		t.Errorf("a system user: got %v", got)
	}
	if trail := c.Trail(t, last); len(trail) != 3 {
		t.Errorf("got events %q, want three", trail)
	}
	system.do(t, http.MethodPost, "/v1/users", `{"user_id":"bo@example.com"}`).fails(t, http.StatusConflict)
	for _, who := range []string{"user", "auditor", "admin", "service:admin"} {
		c.as(t, who).do(t, http.MethodPost, "/v1/users", `{"user_id":"x@example.com"}`).fails(t, http.StatusForbidden)
	}
	c.client(t, c.token(t, c.Owner.ID)).do(t, http.MethodPost, "/v1/users", `{"user_id":"x","is_system_user":true}`).fails(t, http.StatusForbidden)
}

// newUserMistakes are bodies for POST /v1/users, and what the message has to contain.
var newUserMistakes = map[string]string{
	``:                                  "user_id",
	`{}`:                                "user_id",
	`{"user_id":null}`:                  "user_id",
	`{"user_id":7}`:                     "user_id",
	`{"user_id":"Ana <a@b.co>"}`:        "user_id",
	`{"user_id":"a\u0000b"}`:            "user_id",
	`{"user_id":"new"}`:                 "user_id",
	`{"user_id":"x-1","name":""}`:       "name",
	`{"user_id":"x-1","name":"\ud800"}`: "name",
	`{"user_id":"x-1","name":["a"]}`:    "name",
	`{"user_id":"x-1","picture_url":"http://example.com/"}`:          "picture_url",
	`{"user_id":"x-1","is_service_user":"yes"}`:                      "is_service_user",
	`{"user_id":"x-1","is_service_user":true,"is_system_user":true}`: "is_system_user",
	`{"user_id":"x-1","default_notification_channels":["sms"]}`:      "default_notification_channels: The channels",
	`{"user_id":"x-1","default_notification_channels":"email"}`:      "default_notification_channels",
	`{"user_id":"x-1","default_notification_types":[null]}`:          "default_notification_types",
	`{"user_id":"x-1","user_id":"x-2"}`:                              "twice",
	`{"user_id":"x-1"} {}`:                                           "follows",
	`[{"user_id":"x-1"}]`:                                            "brace",
	`{"user_id":"x-1",}`:                                             "byte",
	"{\"user_id\":\"x-\xff\"}":                                       "UTF-8",
	"\ufeff{\"user_id\":\"x-1\"}":                                    "brace",
	`{"user_id":"x-1","a":` + strings.Repeat("[", 60_000) + `}`:      "byte",
	`{"user_id":"x-1","name":"` + strings.Repeat("é", 201) + `"}`:    "name",
}

// TestCreateUserMistakes checks that the message names the field of each mistake.
func TestCreateUserMistakes(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	system := c.as(t, "system")
	last := c.Last(t)
	for body, field := range newUserMistakes {
		if message := system.do(t, http.MethodPost, "/v1/users", body).fails(t, http.StatusBadRequest); !strings.Contains(message, field) {
			t.Errorf("%.80s: got message %q, want one with %q", body, message, field)
		}
	}
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "", "a/b/c"} {
		system.with("Content-Type", kind).do(t, http.MethodPost, "/v1/users", `{"user_id":"x-1"}`).fails(t, http.StatusBadRequest)
	}
	large := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/users", strings.NewReader(strings.Repeat(" ", 64<<10+1)))
	large.Header = system.header
	w := httptest.NewRecorder()
	c.app.Handler().ServeHTTP(w, large)
	answer{w.Code, w.Header(), w.Body.String(), "a large body"}.fails(t, http.StatusRequestEntityTooLarge)
	if trail := c.Trail(t, last); trail != nil {
		t.Errorf("got events %q, want none", trail)
	}
}

// updateMistakes are bodies for PUT /v1/users, and what the message has to contain.
var updateMistakes = map[string]string{
	`{"name":""}`: "name", `{"name":" \u200b"}`: "name", `{"picture_url":""}`: "picture_url",
	`{"notification_channels_enabled":{"sms":true,"fax":true}}`: "accepted. notification_channels_enabled: The channels are email and web_ui.", `{"notification_types_enabled":{"x":true}}`: "notification_types_enabled: The only type is comment_mention.",
	`{"notification_channels_enabled":{"email":"on"}}`:               "notification_channels_enabled",
	`{"notification_channels_enabled":{"email":true,"email":false}}`: "notification_channels_enabled", `{"notification_types_enabled":[]}`: "notification_types_enabled",
}

// TestUpdateUser checks that set members are merged into the record, and that others change nothing.
func TestUpdateUser(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.Person(t, "ana@example.com", users.RoleUser)
	ana := c.client(t, c.token(t, "ana@example.com"))
	want := anaRecord()
	steps := []struct {
		body   string
		change func()
	}{
		{`{"name":"Ana Álvarez","picture_url":null,"notification_channels_enabled":{"web_ui":true},"notification_types_enabled":null}`, func() {
			want["name"], want["notification_channels_enabled"] = "Ana Álvarez", map[string]any{"email": true, "web_ui": true}
		}},
		{`{"name":null,"picture_url":null,"notification_channels_enabled":null,"notification_types_enabled":null}`, func() {}},
		{`{}`, func() {}},
		{``, func() {}},
		{`{"notification_channels_enabled":{"email":false,"web_ui":null},"notification_types_enabled":{}}`, func() {
			want["notification_channels_enabled"] = map[string]any{"email": false, "web_ui": true}
		}},
		{`{"picture_url":"https://example.com/a.png"}`, func() { want["picture_url"] = "https://example.com/a.png" }},
	}
	for _, step := range steps {
		step.change()
		if diff := cmp.Diff(want, ana.do(t, http.MethodPut, "/v1/users", step.body).record(t)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.body, diff)
		}
	}
	for body, field := range updateMistakes {
		if message := ana.do(t, http.MethodPut, "/v1/users", body).fails(t, http.StatusBadRequest); !strings.Contains(message, field) {
			t.Errorf("%s: got message %q", body, message)
		}
	}
	if diff := cmp.Diff(want, ana.get(t, "/v1/users").record(t)); diff != "" {
		t.Errorf("in the end (-want +got):\n%s", diff)
	}
}

// TestUnknownKeysAreKeptAndNeverSent stores keys of a later version of the platform, and
// edits the user.
func TestUnknownKeysAreKeptAndNeverSent(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.Person(t, "ana@example.com", users.RoleUser)
	set := `UPDATE users SET channels = '{"email":true,"pager":true}', types = '{"comment_mention":true,"mail_bomb":false}' WHERE user_id = 'ana@example.com'`
	c.write(t, set)
	ana := c.client(t, c.token(t, "ana@example.com"))
	if diff := cmp.Diff(anaRecord(), ana.get(t, "/v1/users").record(t)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	ana.do(t, http.MethodPut, "/v1/users", `{"notification_channels_enabled":{"web_ui":false}}`).record(t)
	u := c.Must(t, "ana@example.com")
	if diff := cmp.Diff(map[string]bool{"email": true, "web_ui": false, "pager": true}, u.Channels); diff != "" || u.Types["mail_bomb"] || len(u.Types) != 2 {
		t.Errorf("stored (-want +got):\n%s, types %v", diff, u.Types)
	}
}

// TestUserOfTheHeader edits and deletes the user in the header, and the caller without one.
func TestUserOfTheHeader(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.Person(t, "ana@example.com", users.RoleUser)
	admin := c.as(t, "admin")
	other := admin.with(userHeader, "ANA@example.com")
	if got := other.do(t, http.MethodPut, "/v1/users", `{"name":"Anna"}`).record(t); got["user_id"] != "ana@example.com" || got["name"] != "Anna" {
		t.Errorf("got %v", got)
	}
	for _, id := range []string{"", " ", "\t"} {
		admin.with(userHeader, id).do(t, http.MethodDelete, "/v1/users", "").fails(t, http.StatusBadRequest)
	}
	for _, id := range []string{"nobody@example.com", "ana%40example.com", "\xfcber@example.com", "über@example.com", "a+b", strings.Repeat("x", 3000)} {
		admin.with(userHeader, id).do(t, http.MethodPut, "/v1/users", `{"name":"X"}`).fails(t, http.StatusNotFound)
		admin.with(userHeader, id).do(t, http.MethodDelete, "/v1/users", "").fails(t, http.StatusNotFound)
	}
	admin.with(userHeader, "owner@example.com").do(t, http.MethodPut, "/v1/users", `{"name":"X"}`).fails(t, http.StatusForbidden)
	if data := other.do(t, http.MethodDelete, "/v1/users", "").ok(t); data != nil {
		t.Errorf("got data %v", data)
	}
	other.do(t, http.MethodDelete, "/v1/users", "").fails(t, http.StatusNotFound) // as the SDK sends it again
	admin.do(t, http.MethodDelete, "/v1/users", "").ok(t)
	admin.get(t, "/v1/users").fails(t, http.StatusUnauthorized)
	if _, err := c.User(t.Context(), c.Owner, "admin@example.com"); err == nil {
		t.Error("the caller is still there")
	}
	owner := c.client(t, c.token(t, c.Owner.ID))
	owner.do(t, http.MethodDelete, "/v1/users", "").fails(t, http.StatusConflict)
}

// TestForbiddenTellsNothing checks that a caller who may not see the directory gets the same answer
// whether a user exists or not.
func TestForbiddenTellsNothing(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.Person(t, "ana@example.com", users.RoleUser)
	for _, who := range []string{"user", "service:user"} {
		client := c.as(t, who)
		for _, call := range []struct{ method, path, body string }{
			{http.MethodGet, "/v1/users/id/%s", ""}, {http.MethodGet, "/v1/users/id/%s/orgs", ""},
			{http.MethodPut, "/v1/orgs/id/org_example/users/id/%s", `{"add_roles":["admin"]}`}, {http.MethodDelete, "/v1/orgs/id/org_example/users/id/%s", ""},
			{http.MethodPost, "/v1/orgs/id/org_example/users/id/%s/invites", ""},
		} {
			there := client.do(t, call.method, fmt.Sprintf(call.path, "ana@example.com"), call.body).fails(t, http.StatusForbidden)
			not := client.do(t, call.method, fmt.Sprintf(call.path, "nobody@example.com"), call.body).fails(t, http.StatusForbidden)
			if there != not {
				t.Errorf("%s %s as %s: got %q for a user and %q for none", call.method, call.path, who, there, not)
			}
		}
		for _, method := range []string{http.MethodPut, http.MethodDelete} {
			there := client.with(userHeader, "ana@example.com").do(t, method, "/v1/users", "").fails(t, http.StatusForbidden)
			if not := client.with(userHeader, "nobody@example.com").do(t, method, "/v1/users", "").fails(t, http.StatusForbidden); there != not {
				t.Errorf("%s as %s: got %q for a user and %q for none", method, who, there, not)
			}
		}
	}
}
