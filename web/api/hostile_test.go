package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roboto-ai/console/internal/users"
)

// assigned are keys that no call of the API sets, with harmful values.
const assigned = `"role":"owner","roles":["owner"],"status":"active","deactivated":false,"is_system_user":true,"is_service_user":true,"key":"usr_x","user_id":"owner@example.com",
	"iss":"https://evil.example","sub":"1","created_at":"2000-01-01T00:00:00Z","version":1,"purpose":"x","responsible":"x","Name":"X","NAME":"X","org_id":"x","time_zone":"Asia/Tokyo"`

// TestMassAssignment sends keys that a call does not have, as each kind of user: they have no
// effect.
func TestMassAssignment(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	ignore := cmp.Options{cmpopts.IgnoreUnexported(users.User{}), cmpopts.IgnoreFields(users.User{}, "SeenAt")}
	for _, who := range strings.Fields(everyone) {
		caller := c.as(t, who)
		id := c.user(t, who)
		c.Settle()
		before := c.Must(t, id)
		if got := caller.do(t, http.MethodPut, "/v1/users", `{`+assigned+`}`).record(t); got["user_id"] != string(id) {
			t.Errorf("as %s: got %v", who, got)
		}
		if diff := cmp.Diff(before, c.Must(t, id), ignore); diff != "" {
			t.Errorf("as %s (-before +after):\n%s", who, diff)
		}
		if who == "owner" {
			continue
		}
		caller.with(userHeader, "owner@example.com").do(t, http.MethodPut, "/v1/users", `{"user_id":"`+string(id)+`","name":"X"}`).fails(t, http.StatusForbidden)
	}
	created := c.as(t, "system").do(t, http.MethodPost, "/v1/users", `{"user_id":"bo@example.com","role":"owner","status":"active","key":"usr_x","version":9,"created_by":"x","roles":["owner"]}`)
	created.ok(t)
	if u := c.Must(t, "bo@example.com"); u.Role != users.RoleUser || u.Status != users.StatusInvited || u.Key == "usr_x" || u.Version != 1 || u.Kind != users.KindPerson {
		t.Errorf("got %+v", u)
	}
	c.as(t, "admin").unchecked().do(t, http.MethodPost, "/v1/orgs/id/org_example/users/id/cy@example.com/invites?role=owner", `{`+assigned+`}`).ok(t)
	if u := c.Must(t, "cy@example.com"); u.Role != users.RoleUser || u.Kind != users.KindPerson {
		t.Errorf("got %+v", u)
	}
}

// TestQueryIsNoBody sends members of the body in the query: they have no effect.
func TestQueryIsNoBody(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.user(t, "user")
	owner := c.client(t, c.token(t, c.Owner.ID))
	owner.do(t, http.MethodPut, "/v1/users?name=X", `{"name":null}`).ok(t)
	if name := c.Must(t, c.Owner.ID).Name; name == "X" {
		t.Error("the query decided the name")
	}
	owner.do(t, http.MethodPut, "/v1/orgs/id/org_example/users/id/user@example.com?add_roles=admin", "").fails(t, http.StatusBadRequest)
	owner.get(t, "/v1/users?access_token=x&robotoUserId=user@example.com").ok(t)
}

// TestMethods checks that HEAD is answered like GET, that other methods are refused with the ones of
// the path, and that no origin is allowed.
func TestMethods(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	owner := c.client(t, c.token(t, c.Owner.ID)).with("Origin", "https://evil.example").with("Access-Control-Request-Method", "PUT")
	for _, r := range c.app.API().Routes() {
		path := strings.NewReplacer("{", "", "}", "").Replace(r.Pattern)
		for _, method := range []string{http.MethodOptions, http.MethodPatch, http.MethodTrace, "PROPFIND", "get", strings.Repeat("X", 500)} {
			a := owner.do(t, method, path, "")
			a.fails(t, http.StatusMethodNotAllowed)
			if !strings.Contains(a.header.Get("Allow"), r.Method) {
				t.Errorf("%s: got Allow %q", a.what, a.header.Get("Allow"))
			}
			for name := range a.header {
				if strings.HasPrefix(name, "Access-Control") {
					t.Errorf("%s: got %s", a.what, name)
				}
			}
		}
	}
	for _, path := range []string{"/v1/users", "/v1/users/id/owner@example.com", "/v1/orgs/id/org_example/users", "/v1/audit?wait=30s&after=1000000"} {
		got, head := owner.get(t, strings.Replace(path, "wait=30s&", "", 1)), owner.do(t, http.MethodHead, path, "")
		if head.status != http.StatusOK || head.body != "" || head.header.Get("Content-Type") != got.header.Get("Content-Type") || head.header.Get("ETag") != got.header.Get("ETag") {
			t.Errorf("HEAD %s: got %d %q with %v", path, head.status, head.body, head.header)
		}
	}
	for _, path := range []string{"/v1", "/v1/", "/v1/users/", "/v1/users/id", "/v1/users/id/", "/v1/users/id//orgs", "/v1//users", "/V1/users", "/v1/orgs/id//users"} {
		if a := owner.get(t, path); strings.HasPrefix(path, "/v1") {
			a.fails(t, http.StatusNotFound)
		}
	}
}

// TestPathIsDecodedOnce finds users whose IDs have characters that are encoded in a path.
func TestPathIsDecodedOnce(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	for _, id := range []string{"a+b@example.com", "x/y@example.com", "50%25@example.com", "o'neil@example.com", "q?r@example.com"} {
		c.Invited(t, id, users.RoleUser)
	}
	admin := c.as(t, "admin")
	for path, id := range map[string]string{
		"a+b@example.com": "a+b@example.com", "a%2Bb%40example.com": "a+b@example.com", "a%2bb@example.com": "a+b@example.com",
		"x%2Fy%40example.com": "x/y@example.com", "50%2525@example.com": "50%25@example.com", "o%27neil@example.com": "o'neil@example.com",
		"o'neil@example.com": "o'neil@example.com", "q%3Fr@example.com": "q?r@example.com", "%61%2Bb@example.com": "a+b@example.com",
	} {
		if got := admin.get(t, "/v1/users/id/"+path).record(t); got["user_id"] != id {
			t.Errorf("%s: got %v", path, got)
		}
	}
	for _, path := range []string{"a b@example.com", "a%20b@example.com", "x/y@example.com", "a%252Bb@example.com", "%00", "a%00b", "..", "%2e%2e", "%2e%2e%2f", ".", "%c3%28", "%ff", "x%252Fy@example.com", strings.Repeat("x", 5000), "whoami", "new"} {
		admin.get(t, "/v1/users/id/"+strings.ReplaceAll(path, " ", "%20")).fails(t, http.StatusNotFound)
	}
}

// hostileTexts are texts for any part of a request.
var hostileTexts = []string{
	"", " ", "'", `"`, "\\", "%", "%00", "%2500", "\x00", "\xff", "\u202e", "\u2028", "${7*7}", "{{7*7}}", "' OR 1=1 --", "<script>", "../../etc/passwd", "a\r\nX: y",
	"null", "NaN", "-1", "0", "9223372036854775808", "1e400", "[]", "{}", strings.Repeat("a", 10_000), strings.Repeat("%", 300), "\u212a@example.com", "ﬀ@example.com",
}

// sendHostile sends a request past the client's library, with a header under every name that the
// console reads. The answer has to be JSON, and no internal error.
func (c *console) sendHostile(t *testing.T, secret, method, target, body, header string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/", strings.NewReader(body))
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(target, "?")
	r.ContentLength = int64(len(body))
	r.Header.Set("Authorization", "Bearer "+secret)
	r.Header.Set("Content-Type", "application/json")
	for _, name := range []string{userHeader, "Idempotency-Key", "If-Match", "If-None-Match", "X-Roboto-Requester", "User-Agent", "X-Roboto-Api-Version", "X-Forwarded-For"} {
		if header != "" && (name != userHeader || method != http.MethodDelete) {
			r.Header[name] = []string{header}
		}
	}
	w := httptest.NewRecorder()
	c.app.Handler().ServeHTTP(w, r)
	var v any
	if kind := w.Header().Get("Content-Type"); w.Code >= 500 && w.Code != http.StatusNotImplemented || w.Code != http.StatusNotModified && kind != "application/jsonl" && (kind != "application/json" || json.Unmarshal(w.Body.Bytes(), &v) != nil) {
		t.Errorf("%s %.100q with body %.100q and header %.100q: got %d %s", method, target, body, header, w.Code, w.Body)
	}
}

// TestNothingIsAFault sends hostile texts in every part of every call: none is answered with an
// internal error, and each answer is JSON.
func TestNothingIsAFault(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	secret := c.token(t, c.Owner.ID)
	send := func(method, target, body, header string) { c.sendHostile(t, secret, method, target, body, header) }
	for _, r := range c.app.API().Routes() {
		if r.Method == http.MethodDelete {
			continue // it may delete the caller
		}
		plain := strings.NewReplacer("{org_id}", "org_example", "{user_id}", "x@example.com", "{", "", "}", "").Replace(r.Pattern)
		for _, text := range hostileTexts {
			quoted, _ := json.Marshal(text)
			send(r.Method, strings.NewReplacer("{org_id}", "org_example", "{user_id}", text, "{domain}", text, "{invite_id}", text, "{token_id}", text).Replace(r.Pattern), "", "")
			send(r.Method, plain+"?limit=1&q="+text+"&page_token="+text, "", "")
			send(r.Method, plain+"?limit="+text+"&after="+text+"&wait="+text+"&seen="+text, "", "")
			send(r.Method, plain, text, "")
			send(r.Method, plain, "", text)
			for _, key := range []string{"user_id", "name", "picture_url", "add_roles", "default_notification_channels", "notification_channels_enabled", "expiry_days", "api_scopes"} {
				send(r.Method, plain, `{"`+key+`":`+string(quoted)+`}`, "")
				send(r.Method, plain, `{"`+key+`":[`+string(quoted)+`]}`, "")
				send(r.Method, plain, `{"`+key+`":{`+string(quoted)+`:true}}`, "")
			}
		}
	}
	if strings.Contains(c.log.String(), `"msg":"fault"`) || strings.Contains(c.log.String(), `"msg":"panic"`) {
		t.Error("the log has a fault")
	}
}

// TestClientThatHasDisconnected checks that the log has no fault where a client disconnects before the
// answer.
func TestClientThatHasDisconnected(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/v1/users", nil)
	r.Header.Set("Authorization", "Bearer "+c.token(t, c.Owner.ID))
	c.app.Handler().ServeHTTP(w, r)
	if w.Code != 499 {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if log := c.log.String(); strings.Contains(log, `"msg":"fault"`) || !strings.Contains(log, `"status":499`) {
		t.Errorf("got log %s", log)
	}
}
