//go:build postgres

package torture

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database/postgrestest"
)

// A remoteInstance is a console with a link to its database.
type remoteInstance struct {
	*instance
	server *postgrestest.Server
	link   *link
	ledger *ledger
	all    []*writer
}

// newRemoteInstance starts a console with writers.
func newRemoteInstance(t *testing.T) *remoteInstance {
	t.Helper()
	s := newMigrated(t)
	k := newLink(t, s.Address())
	f := &remoteInstance{newInstance(t, "postgres://"+serveRole+"@"+k.address+"/console?sslmode=disable"), s, k, newLedger(), nil}
	f.start(t)
	f.all = f.newWriters(t, f.ledger, 6)
	return f
}

// check compares the acknowledged changes with the database.
func (f *remoteInstance) check(t *testing.T) {
	t.Helper()
	if rest := f.ledger.check(t, open(t, f.server.URL(postgrestest.Superuser, "console"))); rest > 0 {
		t.Errorf("%d changes were made that nobody was told of", rest)
	}
}

// run writes while happens is called, and checks the result.
func (f *remoteInstance) run(t *testing.T, what string, happens func()) {
	t.Helper()
	stop := writeThroughOutages(f.all)
	waitFor(t, f.ledger, 20)
	happens()
	waitFor(t, f.ledger, 20)
	slowest, err := stop()
	if err != nil {
		t.Errorf("%s: %v; of faults the console said: %s", what, err, f.faults())
	}
	f.check(t)
	l := f.ledger
	t.Logf("%s: %d changes acknowledged so far, 0 to be lost, %d unknown and done once when sent again, %d refused, %d answers of 503, the slowest answer in %v",
		what, l.count(), len(l.again), len(l.refused), l.status(http.StatusServiceUnavailable), slowest)
}

// faults returns the console's log entries of level ERROR.
func (f *remoteInstance) faults() (lines []string) {
	for line := range strings.Lines(f.said.String()) {
		if strings.Contains(line, "ERROR") {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestPostgresSlowNetwork delays the network. On a slow machine some writes time out, with a
// page that says so.
func TestPostgresSlowNetwork(t *testing.T) {
	t.Parallel()
	f := newRemoteInstance(t)
	delay := sized(5*time.Millisecond, 25*time.Millisecond)
	f.run(t, "slow", func() {
		f.link.set(delay, false)
		waitFor(t, f.ledger, sized(10, 200))
	})
	f.stop(t)
}

// TestPostgresConnectionsReset resets all connections repeatedly.
func TestPostgresConnectionsReset(t *testing.T) {
	t.Parallel()
	f := newRemoteInstance(t)
	f.run(t, "reset", func() {
		for range sized(10, 200) {
			f.link.reset()
			waitFor(t, f.ledger, 1+rand.N(10))
			<-time.After(rand.N(5 * time.Millisecond))
		}
	})
	f.stop(t)
}

// TestPostgresBlackHole drops all packets, first without load, then, at full size, under load
// for longer than every timeout.
func TestPostgresBlackHole(t *testing.T) {
	t.Parallel()
	f := newRemoteInstance(t)
	<-time.After(1100 * time.Millisecond) // after a second of idleness a connection is pinged
	f.link.set(0, true)
	began := time.Now()
	var asked sync.WaitGroup
	for _, w := range f.all[:3] {
		asked.Go(func() {
			if a, err := w.step(); err != nil || a.status != http.StatusServiceUnavailable || !strings.Contains(a.text(), "it does not answer in time") {
				t.Errorf("in the hole: %v, status %d: %s", err, a.status, a.text())
			}
		})
	}
	if status, words := f.ready(); status != http.StatusServiceUnavailable {
		t.Errorf("/readyz answers %d after %v: %s", status, time.Since(began), words)
	}
	asked.Wait() // all are answered before the network works again
	took := time.Since(began)
	f.link.set(0, false)
	until(t, "it is ready again", func() bool { status, _ := f.ready(); return status == http.StatusOK })
	for _, w := range f.all {
		w.must(t, "afterwards", 1)
	}
	t.Logf("black hole: pages said so after %v, and worked %v after it", took, time.Since(began)-took)
	for range sized(0, 3) {
		f.run(t, "black hole", func() {
			refused := f.ledger.status(http.StatusServiceUnavailable)
			f.link.set(0, true)
			<-time.After(30 * time.Second)
			until(t, "somebody is told so in the hole", func() bool { return f.ledger.status(http.StatusServiceUnavailable) > refused })
			f.link.set(0, false)
		})
	}
	f.check(t)
	f.stop(t)
}

// TestPostgresServerKilled kills the server, which recovers the acknowledged changes.
func TestPostgresServerKilled(t *testing.T) {
	t.Parallel()
	f := newRemoteInstance(t)
	for range sized(1, 10) {
		f.run(t, "server killed", func() {
			waitFor(t, f.ledger, rand.N(sized(20, 300))+1)
			if err := f.server.Kill(); err != nil {
				t.Fatal(err)
			}
			if err := f.server.Restart(recoverySync); err != nil {
				t.Fatal(err)
			}
		})
	}
	f.stop(t)
}

// TestPostgresConsoleKilled kills the console under load on PostgreSQL.
func TestPostgresConsoleKilled(t *testing.T) {
	t.Parallel()
	s := newMigrated(t)
	v, l := newInstance(t, s.URL(serveRole, "console")), newLedger()
	db := open(t, s.URL(postgrestest.Superuser, "console"))
	var all []*writer
	unacknowledged, kills := 0, sized(3, 25)
	for range kills {
		v.start(t)
		if all == nil {
			all = v.newWriters(t, l, 8)
		}
		stop := writeLoad(all)
		waitFor(t, l, 10+rand.N(sized(40, 300)))
		<-time.After(rand.N(5 * time.Millisecond)) // at any moment, not only after an answer
		v.kill()
		if err := stop(); err != nil {
			t.Errorf("while it stormed: %v", err)
		}
	}
	v.start(t)
	all[0].must(t, "afterwards", 1)
	v.stop(t)
	unacknowledged = l.check(t, db)
	t.Logf("killed on PostgreSQL: %d kills, %d changes acknowledged, 0 to be lost; %d were never answered, of which %d were made",
		kills, l.count(), l.status(0), unacknowledged)
}
