package api_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// lines returns the lines of an answer in JSON Lines.
func (a answer) lines(t testing.TB) (all []map[string]any) {
	t.Helper()
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/jsonl" {
		t.Fatalf("%s: got %d %s with %v", a.what, a.status, a.body, a.header)
	}
	scanner := bufio.NewScanner(strings.NewReader(a.body))
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		var line map[string]any
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			t.Fatalf("%s: %v in %s", a.what, err, scanner.Text())
		}
		all = append(all, line)
	}
	return all
}

// TestAudit reads the audit log from the first event, and from a later one.
func TestAudit(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	auditor := c.as(t, "auditor")
	for i := range 450 { // more than one statement reads
		c.Invited(t, "p"+strconv.Itoa(i)+"@example.com", users.RoleUser)
	}
	last := c.Last(t)
	all := auditor.get(t, "/v1/audit").lines(t)
	for i, line := range all {
		if line["seq"] != float64(i+1) {
			t.Fatalf("line %d: got seq %v", i, line["seq"])
		}
	}
	if int64(len(all)) != last {
		t.Errorf("got %d events, want %d", len(all), last)
	}
	newest := auditor.get(t, "/v1/audit?after="+strconv.FormatInt(last-1, 10)).lines(t)
	if len(newest) != 1 || newest[0]["action"] != "user.created" || newest[0]["actor"].(map[string]any)["actor_id"] != "owner@example.com" || newest[0]["request_id"] != "req-owner" {
		t.Errorf("got %v", newest)
	}
	if none := auditor.get(t, "/v1/audit?after="+strconv.FormatInt(last, 10)); none.body != "" || len(none.lines(t)) != 0 {
		t.Errorf("got %q", none.body)
	}
	for _, query := range []string{"after=-1", "after=x", "after=1&after=2", "wait=1", "wait=-1s", "wait=61s", "wait=1h", "after=9223372036854775808"} {
		auditor.get(t, "/v1/audit?"+query).fails(t, http.StatusBadRequest)
	}
	c.client(t, c.token(t, "auditor@example.com", users.ScopeUsersRead)).get(t, "/v1/audit").fails(t, http.StatusForbidden)
	c.as(t, "user", users.ScopeAuditRead).get(t, "/v1/audit").fails(t, http.StatusForbidden)
}

// TestAuditHasTheTokenAndErasedParts reads an event of a program, and erases its parts.
func TestAuditHasTheTokenAndErasedParts(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	auditor := c.as(t, "auditor")
	token, secret := c.issue(t, c.user(t, "system"), users.NewToken{})
	after := strconv.FormatInt(c.Last(t), 10)
	caller := c.client(t, secret).with("X-Roboto-Requester", `{"roboto_tool":"cli","roboto_tool_version":"0.62.0"}`)
	caller.do(t, http.MethodPost, "/v1/users", `{"user_id":"bo@example.com","name":"Bo"}`).ok(t)
	read := func() map[string]any { return auditor.get(t, "/v1/audit?after="+after).lines(t)[0] }
	line := read()
	change, _ := line["change"].(map[string]any)
	actor, _ := line["actor"].(map[string]any)
	if line["token_id"] != string(token.ID) || line["tool"] != "roboto-cli 0.62.0" || line["via"] != "token" || change["target_id"] != "bo@example.com" ||
		change["target_kind"] != "person" || actor["actor_id"] != "system" || actor["actor_kind"] != "system" || actor["address"] != "127.0.0.1" || line["undoes"] != nil {
		t.Errorf("got %v", line)
	}
	c.write(t, `DELETE FROM event_changes WHERE seq > $1`, after)
	c.write(t, `DELETE FROM event_actors WHERE seq > $1`, after)
	erased := read()
	if erased["change"] != nil || erased["actor"] != nil || fmt.Sprint(erased["erased"]) != "[change actor]" || erased["target_key"] != line["target_key"] || erased["tool"] != line["tool"] {
		t.Errorf("erased: got %v", erased)
	}
}

// TestDeletedUserIsErasedLater deletes a user through the API: after thirty days the audit log has only
// the user's key, and the stored answers to Idempotency-Keys are deleted.
func TestDeletedUserIsErasedLater(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	_, secret := c.issue(t, c.Owner.ID, users.NewToken{})
	owner := c.client(t, secret)
	c.as(t, "system").do(t, http.MethodPost, "/v1/users", `{"user_id":"zyxw@example.com","name":"Zyxw"}`).ok(t)
	owner.with(userHeader, "zyxw@example.com").with("Idempotency-Key", "zyxw's").do(t, http.MethodPut, "/v1/users", `{"name":"Zyxw Two"}`).ok(t)
	owner.with(userHeader, "zyxw@example.com").do(t, http.MethodDelete, "/v1/users", "").ok(t)
	for _, step := range []struct {
		wait   time.Duration
		erased bool
	}{{users.DefaultErasureDelay - time.Second, false}, {2 * time.Second, true}} {
		c.Clock.Advance(step.wait)
		if _, err := c.EraseDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		log := owner.get(t, "/v1/audit")
		contains := strings.Contains(log.body, "Zyxw") || strings.Contains(log.body, "zyxw@") // "zyxw" may be in a random ID
		if contains == step.erased {
			t.Errorf("%v later the audit log contains the name: %t", step.wait, contains)
		}
		if step.erased != strings.Contains(log.body, `"erased":["change`) {
			t.Errorf("%v later: got %s", step.wait, log.body)
		}
	}
	var kept int
	if err := c.DB.Reads().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM done_requests WHERE answer IS NOT NULL`).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("%d answers are kept, %v", kept, err)
	}
}

// TestAuditWaits waits for events of this console and of another one, and gets an empty answer when
// the time is over or the console stops.
func TestAuditWaits(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	other := c.another(t)
	auditor, system := c.as(t, "auditor"), c.as(t, "system")
	for _, by := range []*console{c, other} {
		after := strconv.FormatInt(c.Last(t), 10)
		got := make(chan answer)
		go func() { got <- auditor.get(t, "/v1/audit?wait=60s&after="+after) }()
		system.on(by).do(t, http.MethodPost, "/v1/users", `{"user_id":"new-`+after+`"}`).ok(t)
		if lines := (<-got).lines(t); len(lines) != 1 || lines[0]["action"] != "user.created" {
			t.Errorf("got %v", lines)
		}
	}
	after := strconv.FormatInt(c.Last(t), 10)
	if lines := auditor.get(t, "/v1/audit?wait=1ms&after="+after).lines(t); len(lines) != 0 {
		t.Errorf("without an event: got %v", lines)
	}
	got := make(chan answer)
	go func() { got <- auditor.get(t, "/v1/audit?wait=60s&after="+after) }()
	c.app.Drain()
	if lines := (<-got).lines(t); len(lines) != 0 {
		t.Errorf("while it stops: got %v", lines)
	}
}

// TestAuditWaitsWhileAllowed removes the permission of clients that wait: none gets the event that ends
// the wait.
func TestAuditWaitsWhileAllowed(t *testing.T) {
	t.Parallel()
	for name, end := range endings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t)
			c.user(t, "auditor")
			token, secret := c.issue(t, "auditor@example.com", users.NewToken{})
			client, after := c.client(t, secret), strconv.FormatInt(c.Last(t), 10)
			got := c.waiting(t, client, "/v1/audit?wait=60s&after="+after)
			c.Clock.Advance(time.Second) // longer than a permission is cached
			if err := end(t.Context(), c, token.ID); err != nil {
				t.Fatal(err)
			}
			status := http.StatusUnauthorized
			if name == "demoted" {
				status = http.StatusForbidden
			}
			(<-got).fails(t, status)
		})
	}
}

// waiting sends a request for the next event and returns once the console waits for it.
func (c *console) waiting(t *testing.T, client *client, path string) chan answer {
	t.Helper()
	got := make(chan answer)
	c.Settle()
	before := c.Statements.Load()
	go func() { got <- client.get(t, path) }()
	for c.Statements.Load() < before+3 { // the token, the events, the newest event
		runtime.Gosched()
	}
	return got
}

// TestAuditWaitersAreBounded checks that a user is refused a seventeenth wait while sixteen go on.
func TestAuditWaitersAreBounded(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	auditor := c.as(t, "auditor").unchecked()
	after := strconv.FormatInt(c.Last(t), 10)
	got := make(chan answer)
	const most = 16
	for range most + 1 {
		go func() { got <- auditor.get(t, "/v1/audit?wait=60s&after="+after) }()
	}
	refused := <-got // all others wait
	refused.fails(t, http.StatusTooManyRequests)
	if refused.header.Get("Retry-After") == "" {
		t.Error("there is no Retry-After")
	}
	c.app.Drain()
	for range most {
		(<-got).lines(t)
	}
}
