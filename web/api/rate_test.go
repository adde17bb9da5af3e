package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
)

// TestTokenRate exhausts the rate of one token. Other tokens work, also those of the same user.
func TestTokenRate(t *testing.T) {
	t.Parallel()
	c := newConsole(t, func(o *web.Config) { o.TokenRate = 2 })
	one := c.as(t, "user")
	for range 20 {
		one.get(t, "/v1/users").ok(t)
	}
	for _, path := range []string{"/v1/users", "/v1/nothing"} {
		a := one.get(t, path)
		a.fails(t, http.StatusTooManyRequests)
		if a.header.Get("Retry-After") != "1" {
			t.Errorf("got Retry-After %q", a.header.Get("Retry-After"))
		}
	}
	c.as(t, "user").get(t, "/v1/users").ok(t)
	c.as(t, "admin").get(t, "/v1/users").ok(t)
	c.client(t, "usr_pat_x").get(t, "/v1/users").fails(t, http.StatusUnauthorized)
	c.Clock.Advance(time.Second)
	one.get(t, "/v1/users").ok(t)
	one.get(t, "/v1/users").ok(t)
	one.get(t, "/v1/users").fails(t, http.StatusTooManyRequests)
}

// TestTokenExpires checks the header with the end of a token in its last fourteen days.
func TestTokenExpires(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.user(t, "user")
	for lifetime, sent := range map[time.Duration]bool{14 * 24 * time.Hour: false, 14*24*time.Hour - time.Second: true, time.Minute: true} {
		token, secret := c.issue(t, "user@example.com", users.NewToken{Lifetime: lifetime})
		want := ""
		if sent {
			want = token.EndsAt.Format(time.RFC3339)
		}
		for _, path := range []string{"/v1/users", "/v1/nothing"} {
			if got := c.client(t, secret).get(t, path).header.Get("Token-Expires"); got != want {
				t.Errorf("%v left, %s: got %q, want %q", lifetime, path, got, want)
			}
		}
	}
}

// TestRecordedRefusalsAreLimited checks that only some of many refusals of one token are recorded in
// the database.
func TestRecordedRefusalsAreLimited(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	user := c.as(t, "user").unchecked()
	user.get(t, "/v1/audit").fails(t, http.StatusForbidden)
	c.Settle()
	statements := func(requests int) int64 {
		before := c.Statements.Load()
		for range requests {
			user.get(t, "/v1/audit").fails(t, http.StatusForbidden)
		}
		return c.Statements.Load() - before
	}
	statements(59)
	if got := statements(50); got != 50 { // only the look-up of the token
		t.Errorf("50 refusals ran %d statements, want 50", got)
	}
}
