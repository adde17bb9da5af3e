package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestNoSecretAnywhere uses a token in every call, sends its secret wherever a client may put it by
// mistake, and searches the log, the events and the answers for it.
func TestNoSecretAnywhere(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	token, secret := c.issue(t, c.Owner.ID, users.NewToken{})
	_, other := c.issue(t, c.Owner.ID, users.NewToken{})
	owner, user := c.client(t, secret), c.as(t, "user")
	var answers strings.Builder
	keep := func(a answer) { fmt.Fprintln(&answers, a.status, a.header, a.body) }
	for _, r := range c.app.API().Routes() {
		if r.Pattern != "/v1/tokens/self" || r.Method != http.MethodDelete {
			keep(owner.send(t, r, c.request(t, r, c.Owner.ID)))
		}
		misplaced := func(c *client) *client {
			return c.unchecked().with("X-Roboto-Requester", `{"roboto_tool":"`+other+`"}`).with("User-Agent", other).with("X-Request-Id", other).with(userHeader, other)
		}
		path := strings.NewReplacer("{org_id}", "org_example", "{user_id}", other, "{invite_id}", other, "{domain}", other, "{token_id}", other).Replace(r.Pattern)
		if r.Method != http.MethodDelete {
			keep(misplaced(owner).do(t, r.Method, path+"?access_token="+other+"&limit="+other, ""))
		}
		c.Clock.Advance(time.Minute) // the rate of recorded refusals is limited
		keep(misplaced(user).do(t, r.Method, path, ""))
		keep(c.client(t, other[:len(other)-1]).do(t, r.Method, strings.NewReplacer("{", "", "}", "").Replace(r.Pattern), ""))
	}
	c.Settle()
	c.hasNoSecret(t, answers.String(), secret, other)
	for _, id := range []users.ID{c.Owner.ID, "user@example.com"} {
		all, err := c.Tokens(t.Context(), c.Owner, id)
		if err != nil || strings.Contains(fmt.Sprintf("%+v", all), other[8:38]) {
			t.Errorf("the uses of a token have the secret of another: %+v, %v", all, err)
		}
	}
	if !strings.Contains(answers.String(), string(token.ID)) {
		t.Error("no answer has the ID of the token: the answers are not those of its calls")
	}
}

// hasNoSecret searches the log, the answers and the events for secrets of tokens.
func (c *console) hasNoSecret(t *testing.T, answers string, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		part := s[8 : 8+30] // of the random characters
		if strings.Contains(c.log.String(), part) {
			t.Error("the log has the secret of a token")
		}
		if strings.Contains(answers, part) {
			t.Error("an answer has the secret of a token")
		}
		for _, e := range eventsOf(t, c.Directory) {
			if strings.Contains(strings.ToLower(fmt.Sprintf("%+v", e)), strings.ToLower(part)) {
				t.Errorf("event %d has the secret of a token", e.Seq)
			}
		}
	}
}

// eventsOf returns all events.
func eventsOf(t *testing.T, d *userstest.Directory) []users.Event {
	t.Helper()
	all, err := d.History.EventsAfter(t.Context(), users.Command("req"), 0, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestTwoConsoles ends a token on one console: the other console refuses the next request.
func TestTwoConsoles(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	other := c.another(t)
	for name, end := range map[string]func(users.TokenID) error{
		"revoked": func(id users.TokenID) error {
			return c.RevokeToken(t.Context(), c.Owner, id, users.TokenEnd{LeaveNone: true})
		},
		"disabled": func(id users.TokenID) error {
			return c.DisableToken(t.Context(), c.Owner, id, users.TokenEnd{LeaveNone: true})
		},
	} {
		id := c.user(t, "service:admin")
		token, secret := c.issue(t, id, users.NewToken{Name: name})
		client := c.client(t, secret)
		client.on(other).get(t, "/v1/users").ok(t)
		client.get(t, "/v1/users").ok(t)
		if err := end(token.ID); err != nil {
			t.Fatal(err)
		}
		for _, one := range []*console{other, c} {
			if message := client.on(one).get(t, "/v1/users").fails(t, http.StatusUnauthorized); !strings.Contains(message, name) {
				t.Errorf("%s: got message %q", name, message)
			}
			client.on(one).do(t, http.MethodPut, "/v1/users", `{"name":"X"}`).fails(t, http.StatusUnauthorized)
		}
	}
}

// TestTwoConsolesAndAUser demotes, deactivates or deletes a user on one console: the other console
// refuses the next request.
func TestTwoConsolesAndAUser(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	other := c.another(t)
	admin := c.as(t, "service:admin")
	admin.on(other).get(t, "/v1/users/id/owner@example.com").ok(t)
	if _, err := c.ChangeRole(t.Context(), c.Owner, "service-admin", users.RoleChange{Role: users.RoleUser}); err != nil {
		t.Fatal(err)
	}
	admin.on(other).get(t, "/v1/users/id/owner@example.com").fails(t, http.StatusForbidden)
	if err := c.Deactivate(t.Context(), c.Owner, "service-admin", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	admin.on(other).get(t, "/v1/users").fails(t, http.StatusUnauthorized)
	auditor := c.as(t, "auditor")
	auditor.on(other).get(t, "/v1/users").ok(t)
	c.client(t, c.token(t, c.Owner.ID)).with(userHeader, "auditor@example.com").do(t, http.MethodDelete, "/v1/users", "").ok(t)
	auditor.on(other).get(t, "/v1/users").fails(t, http.StatusUnauthorized)
}
