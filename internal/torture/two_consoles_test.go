//go:build postgres

package torture

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database/postgrestest"
)

// TestTwoConsolesStart starts two consoles concurrently on an empty database: the migrations
// run once, and the owner is created once.
func TestTwoConsolesStart(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	rounds := sized(1, 10)
	for i := range rounds {
		name := fmt.Sprintf("empty_%d", i)
		statement(t, s, `CREATE DATABASE `+name+` ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0`)
		w := newConsolePair(t, s.URL(postgrestest.Superuser, name))
		w.start(t)
		w.stop(t)
		db := open(t, w.consoles[0].database)
		var steps, twice, owners int
		err := db.QueryRowContext(t.Context(), `SELECT COUNT(*), COUNT(*) - COUNT(DISTINCT version_id),
			(SELECT COUNT(*) FROM events WHERE action = 'user.created') FROM goose_db_version`).Scan(&steps, &twice, &owners)
		if err != nil || steps < 2 || twice != 0 || owners != 1 {
			t.Errorf("%v: of %d migrations %d ran twice, and %d owners were made", err, steps, twice, owners)
		}
		newLedger().check(t, db)
	}
	t.Logf("two consoles: %d times two consoles started at once on an empty database", rounds)
}

// TestTwoConsolesBatch kills one of two consoles while batches are worked on: the other one takes
// them over, and each item is done once.
func TestTwoConsolesBatch(t *testing.T) {
	t.Parallel()
	s := newMigrated(t)
	w := newConsolePair(t, s.URL(serveRole, "console"))
	w.start(t)
	db, b := open(t, s.URL(postgrestest.Superuser, "console")), w.consoles[0].signedIn(t)
	addInvited(t, b)
	var killed *instance
	kill := func() {
		killed = w.consoles[w.next.Load()%2] // which got the last request, the start of the batch
		killed.kill()
	}
	killDuringBatches(t, db, b, kill, func(done func()) {
		done() // by the other console
		killed.start(t)
	})
	w.stop(t)
}

// TestTwoConsolesWrite uses two consoles on one database, with alternating requests.
func TestTwoConsolesWrite(t *testing.T) {
	t.Parallel()
	s := newMigrated(t)
	w := newConsolePair(t, s.URL(serveRole, "console"))
	w.start(t)
	v, db, l := w.consoles[0], open(t, s.URL(postgrestest.Superuser, "console")), newLedger()
	b := v.signedIn(t)
	if w.last(t, "GET /sign-in/start") == w.last(t, "GET /sign-in/callback") {
		t.Error("the sign-in ended on the console that it began on")
	}
	w.checkSessionEnds(t, b)
	all := v.newWriters(t, l, 8)
	stop := writeLoad(all)
	waitFor(t, l, sized(100, 3000))
	if err := stop(); err != nil {
		t.Error(err)
	}
	if rest := l.check(t, db); rest != w.made {
		t.Errorf("beside what writers did there are %d changes, want %d", rest, w.made)
	}
	rounds := sized(5, 25) // sign-ins are rate-limited per network
	for range rounds {
		w.checkOwnerStays(t, b)
	}
	if full() { // it takes three minutes; internal/users tests it with a clock
		checkCleanupLease(t, db)
	}
	l.check(t, db)
	w.stop(t)
	t.Logf("two consoles: %d changes acknowledged by two consoles, 0 to be lost, and %d times one of two owners stayed", l.count(), rounds)
}

// second is another user.
const second = "second@example.com"

// checkSessionEnds ends sessions in each way, and checks the next request to each console.
func (w *consolePair) checkSessionEnds(t *testing.T, b *browser) {
	t.Helper()
	b.mustSubmit(t, "/users/new", url.Values{"user_id": {second}, "role": {"admin"}})
	w.made++
	at := "/users/" + second
	for what, end := range map[string]func(ana *browser){
		"sign-out": func(ana *browser) {
			if a, err := ana.post("/sign-out", nil); err != nil || a.status != http.StatusOK {
				t.Errorf("sign out: %v, status %d", err, a.status)
			}
		},
		"deactivation": func(*browser) {
			b.mustSubmit(t, at+"/deactivate", nil)
		},
		"demotion": func(*browser) {
			b.mustSubmit(t, at+"/role", url.Values{"role": {"user"}})
		},
	} {
		ana := w.consoles[0].signedInAs(t, "2", second)
		stolen := ana.copyCookies(t)
		w.checkBoth(t, stolen, "before the "+what, http.StatusOK)
		end(ana)
		w.checkBoth(t, stolen, "after the "+what, http.StatusSeeOther)
		switch what {
		case "deactivation":
			b.mustSubmit(t, at+"/reactivate", nil)
		case "demotion":
			b.mustSubmit(t, at+"/role", url.Values{"role": {"admin"}})
		}
	}
}

// checkBoth checks the status of the next request to each console.
func (w *consolePair) checkBoth(t *testing.T, b *browser, when string, status int) {
	t.Helper()
	var by [2]int
	for i := range by {
		a, err := b.get("/users")
		if err != nil || a.status != status {
			t.Errorf("%s: %v, status %d, want %d", when, err, a.status, status)
		}
		by[i] = w.last(t, "GET /users")
	}
	if by[0] == by[1] {
		t.Errorf("%s: one console answered both times", when)
	}
}

// copyCookies returns a browser with the same cookies, as a thief would have.
func (b *browser) copyCookies(t testing.TB) *browser {
	t.Helper()
	other := newBrowser(t, b.base)
	at := must(url.Parse(b.base))
	other.client.Jar.SetCookies(at, b.client.Jar.Cookies(at))
	return other
}

// checkOwnerStays makes two owners demote each other concurrently on different consoles: one
// must stay owner, and restores the other.
func (w *consolePair) checkOwnerStays(t *testing.T, b *browser) {
	t.Helper()
	b.mustSubmit(t, "/users/"+second+"/role", url.Values{"role": {"owner"}})
	owners := map[string]*browser{second: b, owner: w.consoles[0].signedInAs(t, "2", second)} // by whom they demote
	forms := map[string]url.Values{}
	for id, by := range owners {
		fields, a, err := by.form("/users/" + id + "/role")
		if err != nil || fields == nil {
			t.Fatalf("the role of %s: %v, status %d: %s", id, err, a.status, a.text())
		}
		fields.Set("role", "admin")
		forms[id] = fields
	}
	var mu sync.Mutex
	var done []string
	var both sync.WaitGroup
	for id, by := range owners {
		both.Go(func() {
			a, err := by.post("/users/"+id+"/role", forms[id])
			mu.Lock()
			defer mu.Unlock()
			if err == nil && a.status == http.StatusSeeOther && !strings.HasPrefix(a.header.Get("Location"), "/sign-in") {
				done = append(done, id)
			}
		})
	}
	both.Wait()
	if w.last(t, "POST /users/"+owner+"/role") == w.last(t, "POST /users/"+second+"/role") {
		t.Error("one console served both")
	}
	if len(done) != 1 {
		t.Fatalf("of two owners who demoted each other, these were demoted: %v", done)
	}
	if done[0] == owner {
		owners[owner].mustSubmit(t, "/users/"+owner+"/role", url.Values{"role": {"owner"}})
		*b = *w.consoles[0].signedIn(t)
	}
}

// checkCleanupLease waits for three clean-ups: two consoles together clean up no more often
// than one.
func checkCleanupLease(t *testing.T, db *sql.DB) {
	t.Helper()
	due := func() (at time.Time) {
		if err := db.QueryRowContext(t.Context(), `SELECT due_at FROM duties WHERE name = 'tidy'`).Scan(&at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	last := due()
	var first time.Time
	for times := range 3 {
		for began := time.Now(); due().Equal(last); <-time.After(100 * time.Millisecond) {
			if time.Since(began) > 2*maxWait {
				t.Fatalf("no clean-up after %d", times)
			}
		}
		if last = due(); times == 0 {
			first = time.Now()
		}
	}
	if took := time.Since(first); took < 110*time.Second {
		t.Errorf("two consoles cleaned up three times within %v", took)
	}
}
