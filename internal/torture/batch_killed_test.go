package torture

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// batchUsers is how many users a batch is about.
const batchUsers = 200

// TestBatchKilled kills the console while it works on batches: after each start it goes on by
// itself, and does each item once.
func TestBatchKilled(t *testing.T) {
	t.Parallel()
	for engine, create := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			v := newInstance(t, create(t))
			v.start(t)
			db, b := open(t, v.database), v.signedIn(t)
			addInvited(t, b)
			killDuringBatches(t, db, b, func() { v.kill() }, func(done func()) {
				v.start(t)
				done()
			})
			v.stop(t)
		})
	}
}

// killDuringBatches starts batches, one after the other, and kills a console while one is worked on:
// by turns after the first part of it is done, and at a random moment. Its lease ends, and goOn
// has a console go on, and waits by done until the batch is done.
func killDuringBatches(t *testing.T, db *sql.DB, b *browser, kill func(), goOn func(done func())) {
	t.Helper()
	rounds, during := sized(3, 25), 0
	for i := range rounds {
		id := b.prepareBatch(t, []string{"deactivate", "reactivate"}[i%2])
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			_, _ = b.startBatch(id) // the console may be killed before it answers
		}()
		if i%2 == 0 {
			awaitBatch(t, db, id, `changed > 0`)
		} else {
			<-time.After(rand.N(50 * time.Millisecond))
		}
		kill()
		<-answered
		endLeases(t, db)
		if isBatch(t, db, id, `state = 'running'`) {
			during++
		}
		goOn(func() { b.finishBatch(t, db, id) })
		checkBatch(t, db, id)
	}
	t.Logf("%d kills, %d of them during a batch of %d users, each item done once", rounds, during, batchUsers)
}

// endLeases ends the leases on batches, as time does. PostgreSQL may be at the last transaction of
// a console that was killed.
func endLeases(t *testing.T, db *sql.DB) {
	t.Helper()
	past := database.Time(time.Unix(1, 0))
	for deadline := time.Now().Add(maxWait); ; <-time.After(time.Millisecond) {
		_, err := db.ExecContext(t.Context(), `UPDATE batches SET leased_until = $1 WHERE leased_until > $1`, past)
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// addInvited adds the users of the batches.
func addInvited(t *testing.T, b *browser) {
	t.Helper()
	for i := range batchUsers {
		a, err := b.post("/users/new", url.Values{"user_id": {fmt.Sprintf("batch-%d@example.com", i)}, "role": {"user"}})
		if err != nil || a.status != http.StatusSeeOther {
			t.Fatalf("add a person: %v, status %d: %s", err, a.status, a.text())
		}
	}
}

// prepareBatch prepares a batch on all of its users, and returns its ID once it can be started.
func (b *browser) prepareBatch(t *testing.T, act string) string {
	t.Helper()
	a, err := b.post("/users/batch", url.Values{"act": {act}, "all": {"1"}, "q": {"batch-"}, "step": {"values"}})
	if err != nil || a.status != http.StatusSeeOther {
		t.Fatalf("prepare a batch: %v, status %d: %s", err, a.status, a.text())
	}
	at := a.header.Get("Location")
	for deadline := time.Now().Add(maxWait); ; <-time.After(20 * time.Millisecond) {
		page, err := b.get(at)
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("wait for a preview: %v: %s", err, page.text())
		}
		if strings.Contains(page.body, at+"/start") {
			return strings.TrimPrefix(at, "/batches/")
		}
	}
}

// startBatch starts a batch that is prepared.
func (b *browser) startBatch(id string) (answer, error) {
	return b.post("/batches/"+id+"/start", url.Values{"confirm": {strconv.Itoa(batchUsers)}})
}

// finishBatch waits until a batch is done. It starts it again if it was not yet started.
func (b *browser) finishBatch(t *testing.T, db *sql.DB, id string) {
	t.Helper()
	for deadline := time.Now().Add(maxWait); isBatch(t, db, id, `state = 'prepared'`); <-time.After(20 * time.Millisecond) {
		if a, err := b.startBatch(id); time.Now().After(deadline) {
			t.Fatalf("start a batch again: %v, status %d: %s", err, a.status, a.text())
		}
	}
	awaitBatch(t, db, id, `state = 'done'`)
}

// awaitBatch waits until a condition holds for a batch.
func awaitBatch(t *testing.T, db *sql.DB, id, condition string) {
	t.Helper()
	for deadline := time.Now().Add(4 * maxWait); !isBatch(t, db, id, condition); <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the batch %s is not yet: %s", id, condition)
		}
	}
}

// isBatch reports whether a condition holds for a batch.
func isBatch(t *testing.T, db *sql.DB, id, condition string) (is bool) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), `SELECT `+condition+` FROM batches WHERE id = $1`, id).Scan(&is); err != nil {
		t.Fatal(err)
	}
	return is
}

// checkBatch checks that each item of a batch has one event, which the item names, and that the
// batch began and ended once.
func checkBatch(t *testing.T, db *sql.DB, id string) {
	t.Helper()
	var items, events, targets, named, frame int
	err := db.QueryRowContext(t.Context(), `SELECT
		(SELECT changed FROM batches WHERE id = $1),
		(SELECT COUNT(*) FROM events WHERE group_id = $1 AND target_key <> ''),
		(SELECT COUNT(DISTINCT target_key) FROM events WHERE group_id = $1 AND target_key <> ''),
		(SELECT COUNT(*) FROM batch_items i JOIN events e ON e.seq = i.seq AND e.target_key = i.user_key WHERE i.batch = $1 AND i.state = 'changed'),
		(SELECT COUNT(*) FROM events WHERE group_id = $1 AND action IN ('batch.started', 'batch.ended'))`, id).Scan(&items, &events, &targets, &named, &frame)
	if err != nil || items != batchUsers || events != batchUsers || targets != batchUsers || named != batchUsers || frame != 2 {
		t.Errorf("batch %s: %v, %d changed, %d events on %d users, %d named by items, %d of its begin and end", id, err, items, events, targets, named, frame)
	}
}
