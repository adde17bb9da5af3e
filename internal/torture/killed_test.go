package torture

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"
)

// TestKilledDuringWrites kills the console under load, repeatedly and at random moments.
func TestKilledDuringWrites(t *testing.T) {
	t.Parallel()
	v := newInstance(t, "sqlite:"+filepath.Join(t.TempDir(), "console.db"))
	db, l := open(t, v.database), newLedger()
	var all []*writer
	kills := sized(3, 25)
	for range kills {
		v.killDuringStart(t)
		v.start(t)
		if all == nil {
			all = v.newWriters(t, l, 8)
		}
		l.check(t, db)
		stop := writeLoad(all)
		waitFor(t, l, 10+rand.N(sized(40, 500)))
		<-time.After(rand.N(5 * time.Millisecond)) // at any moment, not only after an answer
		v.kill()
		if err := stop(); err != nil {
			t.Errorf("under load: %v", err)
		}
	}
	v.start(t)
	unacknowledged := l.check(t, db)
	checkIntegrity(t, v.database)
	all[0].must(t, "afterwards", 1)
	v.stop(t)
	l.check(t, db)
	t.Logf("%d kills and as many at the start, %d changes acknowledged, 0 to be lost; %d were never answered, of which %d were made",
		kills, l.count(), l.status(0), unacknowledged)
}

// killDuringStart kills the console while it creates, or recovers, its database.
func (v *instance) killDuringStart(t *testing.T) {
	t.Helper()
	cmd := v.command()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-time.After(rand.N(150 * time.Millisecond))
	if err := cmd.Process.Kill(); err != nil {
		t.Errorf("the console has ended by itself: %v", err)
	}
	_ = cmd.Wait() // killed
}

// waitFor returns when n more changes have been acknowledged.
func waitFor(t testing.TB, l *ledger, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), sized(maxWait, 10*maxWait))
	defer cancel()
	l.wait(ctx, n)
	if ctx.Err() != nil {
		t.Fatal("waited in vain for the console to acknowledge changes")
	}
}
