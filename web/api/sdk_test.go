package api_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
)

// An sdk sends what the platform's SDK 0.62.0 sends by Python's urllib: a connection for each request,
// an endpoint that may end with a slash, IDs by quote_plus or raw, headers in Latin-1, no
// Content-Type without a body, up to ten attempts.
type sdk struct {
	endpoint string // without scheme
	prefix   string // of each path: a slash where the endpoint ends with one
	secret   string
	cli      bool

	lose int // answers to lose
	sent int // requests so far
}

// sdk returns a client with a token of a user.
func (c *console) sdk(t testing.TB, who string) *sdk {
	t.Helper()
	return &sdk{endpoint: strings.TrimPrefix(c.server.URL, "http://"), secret: c.token(t, c.user(t, who))}
}

// attempts is how often the SDK sends a request that fails temporarily.
const attempts = 10

// call sends a request as often as the SDK does, and returns the last answer. headers and body
// are sent as they are; an empty body is none.
func (s *sdk) call(t testing.TB, method, path, body string, headers ...string) answer {
	t.Helper()
	var a answer
	for range attempts {
		a = s.send(t, method, path, body, headers...)
		switch a.status {
		case 408, 429, 500, 502, 503, 504:
			continue
		case -1: // the answer was lost; the SDK sends again what it takes for idempotent
			if method == http.MethodPost {
				return a
			}
			continue
		}
		return a
	}
	return a
}

// request returns a request as urllib writes it.
func (s *sdk) request(method, path, body string, headers []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s/%s HTTP/1.1\r\nAccept-Encoding: identity\r\n", method, s.prefix, path)
	if body != "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	} else if method == http.MethodPost {
		b.WriteString("Content-Length: 0\r\n")
	}
	fmt.Fprintf(&b, "Host: %s\r\nUser-Agent: Python-urllib/3.12\r\nX-roboto-api-version: 2026-03-13\r\nAuthorization: Bearer %s\r\n", s.endpoint, s.secret)
	if s.cli {
		b.WriteString("X-roboto-requester: {\"schema_version\":\"v1\",\"platform\":\"Linux-6.1\",\"roboto_tool\":\"cli\",\"roboto_tool_version\":\"0.62.0\"}\r\n")
	}
	for i := 0; i < len(headers); i += 2 {
		b.WriteString(headers[i] + ": " + headers[i+1] + "\r\n")
	}
	if body != "" {
		b.WriteString("Content-Type: application/json\r\n")
	}
	b.WriteString("Connection: close\r\n\r\n" + body)
	return b.String()
}

// send sends one request on a connection of its own.
func (s *sdk) send(t testing.TB, method, path, body string, headers ...string) answer {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.endpoint)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, s.request(method, path, body, headers)); err != nil {
		t.Fatal(err)
	}
	s.sent++
	res, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	if s.lose > 0 {
		s.lose--
		return answer{status: -1}
	}
	return answer{res.StatusCode, res.Header, string(content), method + " " + path}
}

// quotePlus is urllib.parse.quote_plus.
func quotePlus(text string) string {
	return strings.NewReplacer("%7E", "~").Replace(url.QueryEscape(text))
}

// update is a body of User.update, which always has all four keys.
func update(name, picture any, channels, types map[string]bool) string {
	body, _ := json.Marshal(map[string]any{"name": name, "picture_url": picture, "notification_channels_enabled": channels, "notification_types_enabled": types})
	return string(body)
}

// TestSDK makes the calls of the SDK's User, Org and OrgInvite, with an endpoint that ends
// with a slash and with one that does not.
func TestSDK(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"", "/"} {
		c := newConsole(t)
		system, owner := c.sdk(t, "system"), c.sdk(t, "owner")
		system.prefix, owner.prefix = prefix, prefix
		const id = "svc+test@example.com"
		created := system.call(t, http.MethodPost, "v1/users", `{"user_id":"svc+test@example.com","name":"Svc","is_service_user":true}`).record(t)
		if diff := cmp.Diff(created, owner.call(t, http.MethodGet, "v1/users/id/"+quotePlus(id), "").record(t)); diff != "" {
			t.Errorf("from_id (-created +found):\n%s", diff)
		}
		got := owner.call(t, http.MethodPut, "v1/users", update(nil, nil, map[string]bool{"web_ui": true}, nil), "X-roboto-user-id", id).record(t)
		if got["name"] != "Svc" || got["notification_channels_enabled"].(map[string]any)["web_ui"] != true {
			t.Errorf("update: got %v", got)
		}
		owner.call(t, http.MethodPut, "v1/users", update("", nil, nil, nil), "X-roboto-user-id", id).fails(t, http.StatusBadRequest)
		owner.call(t, http.MethodGet, "v1/users/id/"+quotePlus("über@example.com"), "").fails(t, http.StatusNotFound)
		owner.call(t, http.MethodPut, "v1/users", update("X", nil, nil, nil), "X-roboto-user-id", "\xfcber@example.com").fails(t, http.StatusNotFound)
		owner.call(t, http.MethodPut, "v1/orgs/id/org_example/users/id/"+quotePlus(id), `{"add_roles":["admin"]}`).ok(t)
		members := owner.call(t, http.MethodGet, "v1/orgs/id/org_example/users", "").list(t)
		if diff := cmp.Diff([]string{"owner@example.com[user admin owner]", id + "[user admin]"}, memberIDs(t, members)); diff != "" {
			t.Errorf("members (-want +got):\n%s", diff)
		}
		for _, path := range []string{"v1/users", "v1/users/whoami", "v1/orgs/caller", "v1/orgs/id/org_example", "v1/orgs/id/org_example/email_domains", "v1/users/id/" + quotePlus(id) + "/orgs"} {
			owner.call(t, http.MethodGet, path, "").ok(t)
		}
		invite := owner.call(t, http.MethodPost, "v1/orgs/id/org_example/users/id/new+one@example.com/invites", "").record(t)
		if invite["user_id"] != "new+one@example.com" {
			t.Errorf("invite: got %v", invite)
		}
		owner.call(t, http.MethodPost, "v1/orgs/invites/id/"+invite["invite_id"].(string)+"/decline", "").ok(t)
		owner.call(t, http.MethodDelete, "v1/orgs/id/org_example/users/id/"+quotePlus(id), "").ok(t)
		owner.call(t, http.MethodDelete, "v1/users", "", "X-roboto-user-id", id).ok(t)
		owner.call(t, http.MethodDelete, "v1/users", "", "X-roboto-user-id", id).fails(t, http.StatusNotFound)
		owner.call(t, http.MethodPut, "v1/orgs/id/org_example/email_domains/id/example.net", "").fails(t, http.StatusNotImplemented)
	}
}

// TestSDKRepeats loses answers: a repeated request gets the answer of a second call, and is done
// once.
func TestSDKRepeats(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	system, owner := c.sdk(t, "system"), c.sdk(t, "owner")
	system.lose = 1
	if a := system.call(t, http.MethodPost, "v1/users", `{"user_id":"bo@example.com"}`); a.status != -1 {
		t.Fatalf("got %d", a.status)
	}
	system.call(t, http.MethodPost, "v1/users", `{"user_id":"bo@example.com"}`).fails(t, http.StatusConflict)
	last := c.Last(t)
	owner.lose = attempts - 1
	owner.call(t, http.MethodPut, "v1/users", update("Bo", nil, nil, nil), "X-roboto-user-id", "bo@example.com").ok(t)
	owner.lose = 2
	owner.call(t, http.MethodDelete, "v1/users", "", "X-roboto-user-id", "bo@example.com").fails(t, http.StatusNotFound)
	if trail := c.Trail(t, last); len(trail) != 2 || owner.sent != attempts+3 {
		t.Errorf("got events %q after %d requests", trail, owner.sent)
	}
}

// TestSDKIsNamed checks that the last use of a token has the tool and the version of the client.
func TestSDKIsNamed(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	user := c.sdk(t, "user")
	for _, cli := range []bool{false, true} {
		c.Clock.Advance(3600e9)
		user.cli = cli
		user.call(t, http.MethodGet, "v1/users", "").ok(t)
		c.Settle()
		all, err := c.Tokens(t.Context(), c.Owner, "user@example.com")
		want := map[bool]string{false: "Python-urllib 3.12", true: "roboto-cli 0.62.0"}[cli]
		if err != nil || len(all) != 1 || all[0].LastUsed.Tool != want {
			t.Errorf("got %+v, %v, want tool %s", all, err, want)
		}
	}
}

// TestNoTypeWithoutABody checks that the Content-Type of an absent body does not matter.
func TestNoTypeWithoutABody(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	owner := c.sdk(t, "owner")
	for i, kind := range []string{"", "text/plain", "application/octet-stream", "x"} {
		path := "v1/orgs/id/org_example/users/id/p" + strconv.Itoa(i) + "@example.com/invites"
		owner.call(t, http.MethodPost, path, "", "Content-Type", kind).ok(t)
		owner.call(t, http.MethodPut, "v1/users", "", "Content-Length", "0", "Content-Type", kind).ok(t)
	}
	owner.call(t, http.MethodPut, "v1/users", "{}", "Content-Type", "text/plain").fails(t, http.StatusBadRequest)
	owner.call(t, http.MethodPut, "v1/users", "", "Transfer-Encoding", "chunked").fails(t, http.StatusBadRequest)
	if _, err := c.User(t.Context(), c.Owner, users.ID("p3@example.com")); err != nil {
		t.Error(err)
	}
}
