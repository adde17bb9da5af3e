package torture

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// batchUsers is how many users a batch is about.
const batchUsers = 200

// TestBatchKilled kills the console while it works on batches, at random moments: after each start
// it goes on by itself, and does each item once.
func TestBatchKilled(t *testing.T) {
	t.Parallel()
	for engine, create := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			kills := sized(3, 25)
			if engine != "sqlite" { // each start waits for the end of the killed console's lease
				kills = sized(1, 5)
			}
			v := newInstance(t, create(t))
			v.start(t)
			db, b := open(t, v.database), v.signedIn(t)
			addInvited(t, b)
			var batches []string
			for i := range kills {
				batches = append(batches, b.startBatch(t, []string{"deactivate", "reactivate"}[i%2]))
				<-time.After(rand.N(300 * time.Millisecond)) // at any moment, not only after an answer
				v.kill()
				v.start(t)
				awaitBatch(t, db, batches[i])
			}
			v.stop(t)
			for _, id := range batches {
				checkBatch(t, db, id)
			}
			t.Logf("%d kills during batches of %d users, each item done once", kills, batchUsers)
		})
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

// startBatch starts a batch on all of its users, and returns its ID.
func (b *browser) startBatch(t *testing.T, act string) string {
	t.Helper()
	a, err := b.post("/users/batch", url.Values{"act": {act}, "all": {"1"}, "q": {"batch-"}, "step": {"values"}})
	if err != nil || a.status != http.StatusSeeOther {
		t.Fatalf("prepare a batch: %v, status %d: %s", err, a.status, a.text())
	}
	at := a.header.Get("Location")
	deadline := time.Now().Add(maxWait)
	for form := url.Values(nil); form == nil; {
		page, err := b.get(at)
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("wait for a preview: %v: %s", err, page.text())
		}
		if strings.Contains(page.body, at+"/start") {
			form = url.Values{"confirm": {fmt.Sprint(batchUsers)}}
			if a, err = b.post(at+"/start", form); err != nil || a.status != http.StatusSeeOther {
				t.Fatalf("start a batch: %v, status %d: %s", err, a.status, a.text())
			}
		}
		<-time.After(20 * time.Millisecond)
	}
	return strings.TrimPrefix(at, "/batches/")
}

// awaitBatch waits until a batch has ended.
func awaitBatch(t *testing.T, db *sql.DB, id string) {
	t.Helper()
	deadline := time.Now().Add(4 * maxWait)
	for state := ""; state != "done"; <-time.After(50 * time.Millisecond) {
		if err := db.QueryRowContext(t.Context(), `SELECT state FROM batches WHERE id = $1`, id).Scan(&state); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(deadline) {
			t.Fatalf("the batch %s is still %s", id, state)
		}
	}
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
