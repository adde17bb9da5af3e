package torture

import (
	"database/sql"
	"slices"
	"strings"
	"testing"
)

// check compares what has been acknowledged with what the database holds, and the
// database with itself: no acknowledged change is lost, no event is without its
// change, no change without its event. It returns how many changes the database
// holds beside those, which is what nobody was told of.
func (l *ledger) check(t testing.TB, db *sql.DB) (unheard int) {
	t.Helper()
	l.mu.Lock()
	deeds, again, refused := slices.Clone(l.deeds), slices.Clone(l.again), slices.Clone(l.refused)
	l.mu.Unlock()
	f := read(t, db) // after the ledger: it holds all of that, and maybe more
	f.undone(t, refused)
	return f.judge(t, append(deeds, f.once(t, again)...))
}

// A critic is told what is wrong. It is a [testing.T], save where the critique itself
// is tested.
type critic interface {
	Helper()
	Errorf(format string, args ...any)
}

// judge says what is wrong with what was found, where these deeds were acknowledged.
// It returns how many changes there are beside.
func (f trail) judge(t critic, deeds []deed) (unheard int) {
	t.Helper()
	unheard = f.has(t, deeds)
	f.numbers(t)
	f.explains(t)
	return unheard
}

// intact runs SQLite's integrity check on the file at an address, on a new connection.
// FTS5's part of it (xIntegrity) takes the structure of the index as the connection has
// cached it, without a look at the data version as every query has (xOpen): a connection
// that has run the check before calls segments damaged that were merged meanwhile.
func intact(t testing.TB, address string) {
	t.Helper()
	db := open(t, address)
	defer db.Close() // before its disk goes
	var says string
	if err := db.QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&says); err != nil || says != "ok" {
		t.Errorf("integrity_check: %v, %s", err, says)
	}
}

// searchable checks that the index of the search finds all users, on the connections
// that db has open already.
func searchable(t testing.TB, db *sql.DB) {
	t.Helper()
	var found, there int
	err := db.QueryRowContext(t.Context(), `SELECT (SELECT COUNT(*) FROM users_search WHERE users_search MATCH '"exa"'),
		(SELECT COUNT(*) FROM users WHERE search_text LIKE '%exa%')`).Scan(&found, &there)
	if err != nil || found != there || there == 0 {
		t.Errorf("the index of the search finds %d of %d users: %v", found, there, err)
	}
}

// has checks that each deed has left its event, and returns how many events of such
// kinds there are beside.
func (f trail) has(t critic, deeds []deed) (unheard int) {
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
	for _, d := range deeds {
		e, ok := byRequest[d.request]
		if !ok || e.action != d.action || e.targetID != d.target || e.given() != d.name {
			t.Errorf("lost: %+v; there is %+v", d, e)
		}
		delete(byRequest, d.request)
	}
	return len(byRequest)
}

// once checks that what was sent more than once was done once, and returns it with the
// request that did it.
func (f trail) once(t critic, again []deed) (done []deed) {
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

// undone checks that nothing was changed where the console said so.
func (f trail) undone(t critic, refused []deed) {
	t.Helper()
	byName := f.byName()
	for _, d := range refused {
		if by := byName[d.name]; len(by) > 0 {
			t.Errorf("done, and nothing was changed, it said: %+v; there is %+v", d, by)
		}
	}
}

// byName returns the events that gave a user a name, by that name, of which each deed
// has its own.
func (f trail) byName() map[string][]event {
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

// numbers checks that events are numbered from one without a gap, and that each has
// its details.
func (f trail) numbers(t critic) {
	t.Helper()
	for i, e := range f.events {
		if e.seq != int64(i+1) || !e.details {
			t.Errorf("event number %d is %d, with details: %v", i+1, e.seq, e.details)
			return // those that follow are like it
		}
	}
}

// explains checks that each record is what its events made of it: each version but
// the newest was followed by an event that led to the next, and the name is the one
// that was given last.
func (f trail) explains(t critic) {
	t.Helper()
	now := map[string]record{}
	for _, e := range f.events {
		u := now[e.target]
		switch kind, what, _ := strings.Cut(e.action, "."); {
		case kind != "user" && kind != "identity": // leaves the record as it is
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
		t.Errorf("without its change: events speak of %+v, who is not there", u)
	}
}
