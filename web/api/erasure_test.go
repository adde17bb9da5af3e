package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestDeletionIsFollowedByAnErasure deletes a user through the API, who deletes themselves: the
// history stays as it is for the set time, and is erased then by the console.
func TestDeletionIsFollowedByAnErasure(t *testing.T) {
	t.Parallel()
	const delay = 30 * 24 * time.Hour
	d := userstest.NewAt(t, databasetest.ServedURL(t), users.Config{ErasureDelay: delay})
	c := serve(t, d, d.Service, &logBuffer{out: t.Output()})
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	d.Clock.Advance(time.Minute)
	c.client(t, c.token(t, "ana@example.com")).do(t, http.MethodDelete, "/v1/users", "").ok(t)
	left := func() (changes, acts, erased int) {
		for _, e := range d.Since(t, 0) {
			switch {
			case e.Action == users.ActionErased:
				erased++
			case e.Target.Key == ana.Key && !e.ChangeErased:
				changes++
			}
			if e.Actor.Key == ana.Key && !e.ActorErased {
				acts++
			}
		}
		return changes, acts, erased
	}
	d.Clock.Advance(delay - time.Second)
	if _, err := d.EraseDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if changes, acts, erased := left(); changes == 0 || acts == 0 || erased != 0 {
		t.Errorf("before: %d events about her, %d acts of hers, erased %d times", changes, acts, erased)
	}
	d.Clock.Advance(time.Second)
	if done, err := d.Another(t).EraseDue(t.Context()); err != nil || !done {
		t.Fatalf("EraseDue: %t, %v", done, err)
	}
	if changes, acts, erased := left(); changes != 0 || acts != 0 || erased != 1 {
		t.Errorf("after: %d events about her, %d acts of hers, erased %d times", changes, acts, erased)
	}
}
