package users_test

import (
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestPermitAge checks a permit against the database once in 250 milliseconds, and at once after
// the clock was set back.
func TestPermitAge(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	permit := d.Permit(d.Owner, users.ActExport)
	for _, step := range []struct {
		advance time.Duration
		asks    int64
	}{{0, 1}, {0, 0}, {250 * time.Millisecond, 0}, {time.Millisecond, 1}, {time.Millisecond, 0}, {-time.Hour, 1}} {
		d.Clock.Advance(step.advance)
		before := d.Statements.Load()
		if err := permit.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := d.Statements.Load() - before; got != step.asks {
			t.Errorf("after %v: %d statements, want %d", step.advance, got, step.asks)
		}
	}
}
