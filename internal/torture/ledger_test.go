package torture

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // to read the console's database
	_ "modernc.org/sqlite"             // to read the console's database
)

// A change is a change of a user.
type change struct {
	request string // ID of the request
	action  string // action of the event
	target  string // user_id
	name    string // new name of the user
}

// A ledger records outside of the console what it has acknowledged. It is safe for concurrent
// use.
type ledger struct {
	mu           sync.Mutex
	acknowledged []change
	times        []time.Time   // of the acknowledgements, in order
	again        []change      // acknowledged after a resend, as the first result was unknown
	refused      []change      // answered with "nothing was changed"
	states       map[int]int   // number of answers by status; 0: no answer
	more         chan struct{} // closed and replaced at each acknowledgement
}

// newLedger returns an empty ledger.
func newLedger() *ledger {
	return &ledger{states: map[int]int{}, more: make(chan struct{})}
}

// record records the answer to a change.
func (l *ledger) record(a answer, err error, d change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.status == 303 { // also if the body is incomplete: the status acknowledges
		d.request = a.request
		l.acknowledged = append(l.acknowledged, d)
		l.noteAcknowledgement()
	} else if err != nil {
		a.status = 0
	} else if strings.Contains(a.text(), "Nothing was changed") {
		l.refused = append(l.refused, d)
	}
	l.states[a.status]++
	if a.unknown() {
		l.states[unknown]++
	}
}

// unknown is the key in states for unknown results.
const unknown = -1

// acknowledgedResend records a change that was acknowledged after a resend.
func (l *ledger) acknowledgedResend(d change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.again = append(l.again, d)
	l.noteAcknowledgement()
}

// hasUnknown reports whether the result of a change is unknown.
func (l *ledger) hasUnknown() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.states[unknown] > len(l.again)
}

// noteAcknowledgement records the time and wakes waiters. The caller holds the lock.
func (l *ledger) noteAcknowledgement() {
	l.times = append(l.times, time.Now())
	close(l.more)
	l.more = make(chan struct{})
}

// longestGap returns the longest time between acknowledgements since the last one before a
// time.
func (l *ledger) longestGap(since time.Time) (longest time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(l.times) - 1; i > 0 && l.times[i].After(since); i-- {
		longest = max(longest, l.times[i].Sub(l.times[i-1]))
	}
	return longest
}

// count returns the number of acknowledged changes.
func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.times)
}

// status returns the number of answers with that status; 0: without an answer.
func (l *ledger) status(status int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.states[status]
}

// wait returns when n more changes have been acknowledged, or ctx is done.
func (l *ledger) wait(ctx context.Context, n int) {
	for want := l.count() + n; ; {
		l.mu.Lock()
		have, more := len(l.times), l.more
		l.mu.Unlock()
		if have >= want {
			return
		}
		select {
		case <-more:
		case <-ctx.Done():
			return
		}
	}
}

// open opens the database for the test.
func open(t testing.TB, address string) *sql.DB {
	t.Helper()
	driver, source := "pgx", address+"&default_transaction_isolation="+url.PathEscape("repeatable read")
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		driver, source = "sqlite", "file:"+path+"?_pragma=busy_timeout(20000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// An event is a row of the audit log with its parts.
type event struct {
	seq                     int64
	action, request, target string
	details                 bool // has both parts
	targetID                string
	version                 int64 // of the target after the event
	changes                 []fieldChange
}

// A fieldChange is one field's old and new value.
type fieldChange struct{ Field, Old, New string }

// A record is the current state of a user.
type record struct {
	key, id, name string
	version       int64
}

// A snapshot is the content of the database.
type snapshot struct {
	users  []record
	events []event
}

// read returns a snapshot of the database.
func read(t testing.TB, db *sql.DB) (found snapshot) {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	found.users = rows(t, tx, func(r *sql.Rows) (u record, err error) {
		return u, r.Scan(&u.key, &u.id, &u.name, &u.version)
	}, `SELECT key, user_id, COALESCE(name, ''), version FROM users`)
	found.events = rows(t, tx, func(r *sql.Rows) (e event, err error) {
		var changes string
		var details int
		err = r.Scan(&e.seq, &e.action, &e.request, &e.target, &details, &e.targetID, &e.version, &changes)
		if err != nil {
			return e, err
		}
		e.details = details == 1
		return e, json.Unmarshal([]byte(changes), &e.changes)
	}, `SELECT e.seq, e.action, e.request_id, e.target_key, CASE WHEN c.seq IS NULL OR a.seq IS NULL THEN 0 ELSE 1 END,
		COALESCE(c.target_id, ''), COALESCE(c.target_version, 0), COALESCE(c.changes, '[]')
		FROM events e LEFT JOIN event_changes c ON c.seq = e.seq LEFT JOIN event_actors a ON a.seq = e.seq ORDER BY e.seq`)
	checkTallies(t, tx)
	return found
}

// rows returns the result of scan for each row of a query.
func rows[T any](t testing.TB, tx *sql.Tx, scan func(*sql.Rows) (T, error), query string) []T {
	t.Helper()
	r, err := tx.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var all []T
	for r.Next() {
		row, err := scan(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// checkTallies checks that the stored tallies are those of the users.
func checkTallies(t testing.TB, tx *sql.Tx) {
	t.Helper()
	count := func(query string) map[[3]string]int {
		counts := map[[3]string]int{}
		rows(t, tx, func(r *sql.Rows) (struct{}, error) {
			var f [3]string
			var n int
			err := r.Scan(&f[0], &f[1], &f[2], &n)
			counts[f] = n
			return struct{}{}, err
		}, query)
		return counts
	}
	kept := count(`SELECT kind, role, status, n FROM tallies WHERE n > 0`)
	there := count(`SELECT kind, role, status, COUNT(*) FROM users GROUP BY kind, role, status`)
	if !maps.Equal(kept, there) {
		t.Errorf("the tallies are %v, and the users %v", kept, there)
	}
	kept = count(`SELECT what, day, '', n FROM day_tallies WHERE n > 0`)
	there = count(`SELECT what, day, '', COUNT(*) FROM users_on_days GROUP BY what, day`)
	if !maps.Equal(kept, there) {
		t.Errorf("the tallies by day are %v, and the users %v", kept, there)
	}
	kept = count(`SELECT day, action, '', n FROM event_tallies`)
	there = count(`SELECT day, action, '', n FROM events_on_days`)
	if !maps.Equal(kept, there) {
		t.Errorf("the tallies of events are %v, and the events %v", kept, there)
	}
}
