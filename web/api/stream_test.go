package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// A hookWriter calls hook when a block of an answer is written.
type hookWriter struct {
	*httptest.ResponseRecorder
	blocks int
	hook   func(block int)
}

func (w *hookWriter) Write(p []byte) (int, error) {
	w.blocks++
	w.hook(w.blocks)
	return w.ResponseRecorder.Write(p)
}

// manyMembers is how many users there are in tests of long lists, which take several blocks.
const manyMembers = 450

// addMembers adds manyMembers invited people.
func (c *console) addMembers(t testing.TB) {
	t.Helper()
	for i := range manyMembers {
		c.Invited(t, fmt.Sprintf("p%d@example.com", i), users.RoleUser)
	}
}

// read answers a request without a connection and reports whether the answer was aborted.
func (c *console) read(t testing.TB, secret, path string, hook func(block int)) (w *hookWriter, aborted bool) {
	t.Helper()
	w = &hookWriter{ResponseRecorder: httptest.NewRecorder(), hook: hook}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Header.Set("Authorization", "Bearer "+secret)
	defer func() {
		if fault := recover(); fault != nil {
			aborted = fault == http.ErrAbortHandler
		}
	}()
	c.app.Handler().ServeHTTP(w, r)
	return w, false
}

// TestLongLists checks that lists of several blocks are complete and in the order of creation while
// users are added, renamed and deleted.
func TestLongLists(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.addMembers(t)
	secret, name := c.token(t, c.Owner.ID), "AAA"
	for path, more := range map[string]int{"/v1/orgs/id/org_example/users": 1, "/v1/orgs/id/org_example/invites": 0} {
		w, aborted := c.read(t, secret, path, func(block int) {
			if block == 1 {
				if _, err := c.Edit(t.Context(), c.Owner, "p449@example.com", users.Edit{Fields: users.Fields{Name: &name}}); err != nil {
					t.Error(err)
				}
			}
		})
		var got struct {
			Data []struct {
				UserID string `json:"user_id"`
				User   struct {
					ID string `json:"user_id"`
				}
			}
		}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || aborted || w.blocks < 3 {
			t.Fatalf("%s: %v, aborted %t, %d blocks", path, err, aborted, w.blocks)
		}
		seen := map[string]bool{}
		for _, one := range got.Data {
			seen[one.UserID+one.User.ID] = true
		}
		if len(got.Data) != manyMembers+more || len(seen) != manyMembers+more || !seen["p449@example.com"] {
			t.Errorf("%s: got %d users, %d of them different", path, len(got.Data), len(seen))
		}
	}
}

// endings end the permission of auditor@example.com, or the token.
var endings = map[string]func(context.Context, *console, users.TokenID) error{
	"token revoked": func(ctx context.Context, c *console, id users.TokenID) error {
		return c.RevokeToken(ctx, c.Owner, id, users.TokenEnd{LeaveNone: true})
	},
	"token disabled": func(ctx context.Context, c *console, id users.TokenID) error {
		return c.DisableToken(ctx, c.Owner, id, users.TokenEnd{LeaveNone: true})
	},
	"deactivated": func(ctx context.Context, c *console, _ users.TokenID) error {
		return c.Deactivate(ctx, c.Owner, "auditor@example.com", users.Departure{})
	},
	"deleted": func(ctx context.Context, c *console, _ users.TokenID) error {
		return c.Delete(ctx, c.Owner, "auditor@example.com", users.Deletion{Confirm: "auditor@example.com"})
	},
	"demoted": func(ctx context.Context, c *console, _ users.TokenID) error {
		_, err := c.ChangeRole(ctx, c.Owner, "auditor@example.com", users.RoleChange{Role: users.RoleUser})
		return err
	},
}

// TestLongAnswersEndWithThePermission removes the permission for a list or the audit log while it is
// sent: nothing more is sent, the connection is aborted, and the program's log says why.
func TestLongAnswersEndWithThePermission(t *testing.T) {
	t.Parallel()
	for name, end := range endings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t)
			c.addMembers(t)
			c.user(t, "auditor")
			token, secret := c.issue(t, "auditor@example.com", users.NewToken{})
			paths := []string{"/v1/orgs/id/org_example/users", "/v1/orgs/id/org_example/invites", "/v1/audit"}
			if name != "token disabled" { // only that is undone below
				paths = paths[:1]
			}
			for _, path := range paths {
				ended := false
				w, aborted := c.read(t, secret, path, func(block int) {
					if block != 1 {
						return
					}
					c.Clock.Advance(251 * time.Millisecond)
					if err := end(t.Context(), c, token.ID); err != nil {
						t.Error(err)
					}
					ended = true
				})
				if !aborted || !ended || w.blocks != 1 || strings.HasSuffix(w.Body.String(), "]}") {
					t.Errorf("%s: aborted %t after %d blocks", path, aborted, w.blocks)
				}
				if name == "token disabled" {
					if err := c.EnableToken(t.Context(), users.Command("req"), token.ID, ""); err != nil {
						t.Fatal(err)
					}
				}
			}
			if !strings.Contains(c.log.String(), "answer aborted") {
				t.Error("the log does not say so")
			}
		})
	}
}

// TestLongAnswersAreBounded checks that a user is refused a fifth long answer while four are sent.
func TestLongAnswersAreBounded(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.addMembers(t)
	secret := c.token(t, c.Owner.ID)
	const path = "/v1/orgs/id/org_example/users"
	var last *hookWriter
	var read func(depth int)
	read = func(depth int) {
		w, _ := c.read(t, secret, path, func(block int) {
			if block == 1 && depth < 5 {
				read(depth + 1) // while this one is under way
			}
		})
		if depth == 5 {
			last = w
		} else if w.Code != http.StatusOK {
			t.Errorf("answer %d: got status %d", depth, w.Code)
		}
	}
	read(1)
	if last.Code != http.StatusTooManyRequests || last.Header().Get("Retry-After") == "" {
		t.Errorf("the fifth: got %d with %v", last.Code, last.Header())
	}
	if w, aborted := c.read(t, secret, path, func(int) {}); aborted || w.Code != http.StatusOK {
		t.Errorf("afterwards: got %d", w.Code)
	}
}
