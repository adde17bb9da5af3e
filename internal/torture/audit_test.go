package torture

import (
	"database/sql"
	"slices"
	"strings"
	"testing"
)

// check compares the ledger with the database: no acknowledged change is lost, no event is
// without its change, no change without its event. It returns the number of unacknowledged
// changes.
func (l *ledger) check(t testing.TB, db *sql.DB) (unacknowledged int) {
	t.Helper()
	l.mu.Lock()
	acknowledged, again, refused := slices.Clone(l.acknowledged), slices.Clone(l.again), slices.Clone(l.refused)
	l.mu.Unlock()
	f := read(t, db) // after the ledger: it may contain more changes
	f.undone(t, refused)
	return f.judge(t, append(acknowledged, f.once(t, again)...))
}

// A reporter receives errors. It is a [testing.T], except in tests of the checks themselves.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

// judge reports inconsistencies, and returns the number of unacknowledged changes.
func (f snapshot) judge(t reporter, acknowledged []change) (unacknowledged int) {
	t.Helper()
	unacknowledged = f.hasEvents(t, acknowledged)
	f.checkSequence(t)
	f.replay(t)
	return unacknowledged
}

// checkIntegrity runs SQLite's integrity check on a new connection. FTS5 caches the structure
// of the index per connection, and its integrity check (unlike queries) ignores the data
// version: a connection that has checked before would report merged segments as corrupt.
func checkIntegrity(t testing.TB, address string) {
	t.Helper()
	db := open(t, address)
	defer db.Close() // before its disk is unmounted
	var says string
	if err := db.QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&says); err != nil || says != "ok" {
		t.Errorf("integrity_check: %v, %s", err, says)
	}
}

// checkSearchIndex checks on existing connections that the search index finds all users.
func checkSearchIndex(t testing.TB, db *sql.DB) {
	t.Helper()
	var found, there int
	err := db.QueryRowContext(t.Context(), `SELECT (SELECT COUNT(*) FROM users_search WHERE users_search MATCH '"exa"'),
		(SELECT COUNT(*) FROM users WHERE search_text LIKE '%exa%')`).Scan(&found, &there)
	if err != nil || found != there || there == 0 {
		t.Errorf("the index of the search finds %d of %d users: %v", found, there, err)
	}
}

// hasEvents checks that each acknowledged change has its event, and returns the number of other
// events of these kinds.
func (f snapshot) hasEvents(t reporter, acknowledged []change) (unacknowledged int) {
	t.Helper()
	byRequest := map[string]event{}
	for _, e := range f.events {
		if slices.Contains([]string{"user.created", "user.edited"}, e.action) && e.request != "" {
			if _, twice := byRequest[e.request]; twice {
				t.Errorf("request %s was done twice", e.request)
			}
			byRequest[e.request] = e
		}
	}
	for _, d := range acknowledged {
		e, ok := byRequest[d.request]
		if !ok || e.action != d.action || e.targetID != d.target || e.given() != d.name {
			t.Errorf("lost: %+v; there is %+v", d, e)
		}
		delete(byRequest, d.request)
	}
	return len(byRequest)
}

// once checks that each resent change was made once, and returns it with its request.
func (f snapshot) once(t reporter, again []change) (done []change) {
	t.Helper()
	byName := f.byName()
	for _, d := range again {
		if by := byName[d.name]; len(by) != 1 {
			t.Errorf("sent until it was acknowledged: %+v; it was done %d times", d, len(by))
		} else {
			d.request = by[0].request
			done = append(done, d)
		}
	}
	return done
}

// undone checks that refused changes were not made.
func (f snapshot) undone(t reporter, refused []change) {
	t.Helper()
	byName := f.byName()
	for _, d := range refused {
		if by := byName[d.name]; len(by) > 0 {
			t.Errorf("made although refused: %+v; there is %+v", d, by)
		}
	}
}

// byName returns the events that gave a user a name, by that name, which is unique per change.
func (f snapshot) byName() map[string][]event {
	found := map[string][]event{}
	for _, e := range f.events {
		if name := e.given(); name != "" {
			found[name] = append(found[name], e)
		}
	}
	return found
}

// given returns the name that an event gave to its target.
func (e event) given() string {
	for _, c := range e.changes {
		if c.Field == "name" {
			return c.New
		}
	}
	return ""
}

// checkSequence checks that events are numbered without a gap, and have their parts.
func (f snapshot) checkSequence(t reporter) {
	t.Helper()
	for i, e := range f.events {
		if e.seq != int64(i+1) || !e.details {
			t.Errorf("event number %d is %d, with details: %v", i+1, e.seq, e.details)
			return // the following ones differ too
		}
	}
}

// replay applies all events and compares the result with the records.
func (f snapshot) replay(t reporter) {
	t.Helper()
	now := map[string]record{}
	for _, e := range f.events {
		u := now[e.target]
		switch kind, what, _ := strings.Cut(e.action, "."); {
		case kind != "user" && kind != "identity": // does not change the record
			continue
		case what == "deleted":
			delete(now, e.target)
			continue
		}
		if e.version != u.version+1 {
			t.Errorf("a gap: event %d, %s, leads %s from version %d to %d", e.seq, e.action, e.targetID, u.version, e.version)
		}
		u.key, u.id, u.version = e.target, e.targetID, e.version
		for _, c := range e.changes {
			if c.Field == "name" {
				u.name = c.New
			}
		}
		now[e.target] = u
	}
	for _, u := range f.users {
		if now[u.key] != u {
			t.Errorf("unexplained: the record is %+v, its events say %+v", u, now[u.key])
		}
		delete(now, u.key)
	}
	for _, u := range now {
		t.Errorf("without its change: events have %+v, who does not exist", u)
	}
}
