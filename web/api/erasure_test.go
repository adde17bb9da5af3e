package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestDeletionIsFollowedByAnErasure has a user delete themselves through the API: the history stays
// until the erasure delay has passed, and is erased then.
func TestDeletionIsFollowedByAnErasure(t *testing.T) {
	t.Parallel()
	const delay = 30 * 24 * time.Hour
	d := userstest.NewAt(t, databasetest.ServedURL(t), users.Config{ErasureDelay: delay})
	c := serve(t, d, d.Service, &logBuffer{out: t.Output()})
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	d.Clock.Advance(time.Minute)
	c.client(t, c.token(t, "ana@example.com")).do(t, http.MethodDelete, "/v1/users", "").ok(t)
	count := func() (about, by, erased int) {
		for _, e := range d.Since(t, 0) {
			switch {
			case e.Action == users.ActionErased:
				erased++
			case e.Target.Key == ana.Key && !e.ChangeErased:
				about++
			}
			if e.Actor.Key == ana.Key && !e.ActorErased {
				by++
			}
		}
		return about, by, erased
	}
	d.Clock.Advance(delay - time.Second)
	if _, err := d.EraseDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if about, by, erased := count(); about == 0 || by == 0 || erased != 0 {
		t.Errorf("before: %d events about the user, %d by the user, erased %d times", about, by, erased)
	}
	d.Clock.Advance(time.Second)
	if done, err := d.Another(t).EraseDue(t.Context()); err != nil || !done {
		t.Fatalf("EraseDue: %t, %v", done, err)
	}
	if about, by, erased := count(); about != 0 || by != 0 || erased != 1 {
		t.Errorf("after: %d events about the user, %d by the user, erased %d times", about, by, erased)
	}
}
