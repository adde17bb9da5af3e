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

	_ "github.com/jackc/pgx/v5/stdlib" // and this what it wrote to PostgreSQL
	_ "modernc.org/sqlite"             // reads what the console wrote
)

// A deed is a change that the console has acknowledged.
type deed struct {
	request string // id of the request that asked for it
	action  string // as events name it
	target  string // user_id
	name    string // that the user was given
}

// A ledger is what is known outside of the console of what it has acknowledged.
// Clients write in it at the same time.
type ledger struct {
	mu      sync.Mutex
	deeds   []deed
	times   []time.Time   // of the acknowledgements, in that order
	again   []deed        // that were sent again, as it was not known whether they were done, and then acknowledged
	refused []deed        // of which the console said that nothing was changed
	states  map[int]int   // how many answers had each status; 0: there was none
	more    chan struct{} // closed and made anew with every deed
}

// newLedger returns a ledger with nothing in it.
func newLedger() *ledger {
	return &ledger{states: map[int]int{}, more: make(chan struct{})}
}

// answered notes the answer to a request to change something, and the change where
// the answer acknowledges it.
func (l *ledger) answered(a answer, err error, d deed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.status == 303 { // also where the body broke off: the line above it says that it is done
		d.request = a.request
		l.deeds = append(l.deeds, d)
		l.acknowledged()
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

// unknown is counted among the statuses where nobody knows whether it was done.
const unknown = -1

// resent notes a change that was acknowledged when its form was sent again.
func (l *ledger) resent(d deed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.again = append(l.again, d)
	l.acknowledged()
}

// awaited reports whether of some change it is not known whether it was done.
func (l *ledger) awaited() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.states[unknown] > len(l.again)
}

// acknowledged notes when that was, and tells whoever waits for it. It is called with
// the ledger locked.
func (l *ledger) acknowledged() {
	l.times = append(l.times, time.Now())
	close(l.more)
	l.more = make(chan struct{})
}

// silence returns the longest time without an acknowledgement since the last one before
// a moment.
func (l *ledger) silence(since time.Time) (longest time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(l.times) - 1; i > 0 && l.times[i].After(since); i-- {
		longest = max(longest, l.times[i].Sub(l.times[i-1]))
	}
	return longest
}

// count returns how many changes have been acknowledged.
func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.times)
}

// status returns how many answers had that status, 0 of those that never came.
func (l *ledger) status(status int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.states[status]
}

// wait returns when n more changes have been acknowledged than there are now, or
// ctx is done.
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

// open returns the database at an address for the test to read, past the console.
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

// An event is one row of the audit log with its details.
type event struct {
	seq                     int64
	action, request, target string
	details                 bool // it has some
	targetID                string
	version                 int64 // of the target after it
	changes                 []change
}

// A change is one field's old and new value.
type change struct{ Field, Old, New string }

// A record is what a user is now.
type record struct {
	key, id, name string
	version       int64
}

// A trail is the whole of what the database says.
type trail struct {
	users  []record
	events []event
}

// read returns what the database says, all of it of one moment.
func read(t testing.TB, db *sql.DB) (found trail) {
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
	facets(t, tx)
	return found
}

// rows returns what scan makes of each row of a query.
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

// facets checks that the counts which the database keeps are those of its users.
func facets(t testing.TB, tx *sql.Tx) {
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
		t.Errorf("the database counts %v, and there are %v", kept, there)
	}
	kept = count(`SELECT what, day, '', n FROM day_tallies WHERE n > 0`)
	there = count(`SELECT what, day, '', COUNT(*) FROM users_on_days GROUP BY what, day`)
	if !maps.Equal(kept, there) {
		t.Errorf("by day, the database counts %v, and there are %v", kept, there)
	}
}
