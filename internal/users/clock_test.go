package users_test

import (
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// clockJumps are the ways in which a clock is set wrongly while a console runs.
var clockJumps = map[string]time.Duration{
	"an hour back":   -time.Hour,
	"a year ahead":   365 * 24 * time.Hour,
	"a minute ahead": time.Minute,
}

// TestClockJumpKeepsSessions sets the clock wrong, tidies up, and sets it right again: sessions
// from before are valid, and those that began by the wrong clock end in time by the right one.
func TestClockJumpKeepsSessions(t *testing.T) {
	for name, jump := range clockJumps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := tidied(t)
			signIn(t, d, "before")
			d.Clock.Advance(jump)
			if _, err := d.Tidy(t.Context()); err != nil {
				t.Fatal(err)
			}
			lives(t, d, "before", jump < users.DefaultSessionIdle)
			signIn(t, d, "meanwhile")
			lives(t, d, "meanwhile", true)
			d.Settle()

			d.Clock.Advance(-jump)
			lives(t, d, "before", true)
			signIn(t, d, "after")
			lives(t, d, "after", true)
			d.Settle()
			for range 9 * 24 { // they are not used, and so outlive neither limit
				d.Clock.Advance(time.Hour)
				if _, err := d.Tidy(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			for _, secret := range []string{"before", "meanwhile", "after"} {
				lives(t, d, secret, false)
			}
		})
	}
}

// TestClockJumpKeepsTidying sets the clock wrong for a while and right again: tidying continues
// within a minute, both times.
func TestClockJumpKeepsTidying(t *testing.T) {
	for name, jump := range clockJumps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := tidied(t)
			for _, step := range []time.Duration{jump, -jump} {
				d.Clock.Advance(step)
				done := 0
				for range 3 {
					mine, err := d.Tidy(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if mine {
						done++
					}
					d.Clock.Advance(users.TidyEvery)
				}
				if done < 2 {
					t.Errorf("after %v: tidied up %d times in three minutes", step, done)
				}
			}
		})
	}
}

// TestClockJumpKeepsEventOrder makes changes by a clock that jumps: events are numbered without a
// gap, and the history is in the order of their numbers.
func TestClockJumpKeepsEventOrder(t *testing.T) {
	for name, jump := range clockJumps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			for i, step := range []time.Duration{0, jump, -jump, jump} {
				d.Clock.Advance(step)
				d.Invited(t, string(rune('a'+i))+"bc@example.com", users.RoleUser)
			}
			page, err := d.History.Events(t.Context(), users.Command(""), history.Query{Limit: users.MaxLimit})
			if err != nil {
				t.Fatal(err)
			}
			for i, e := range page.Events { // newest first
				if want := int64(len(page.Events) - i); e.Seq != want {
					t.Errorf("place %d: got event %d, want %d", i, e.Seq, want)
				}
			}
			if got := page.Events[0].Target.ID; got != "dbc@example.com" {
				t.Errorf("the newest event is about %s", got)
			}
		})
	}
}
