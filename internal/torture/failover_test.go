//go:build postgres

package torture

import (
	"net/http"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database/postgrestest"
)

// TestPostgresFailover kills the primary under load, repeatedly, and promotes its synchronous
// standby. The former primary becomes the standby.
func TestPostgresFailover(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	v := newInstance(t, p.url())
	v.start(t)
	l, longest := newLedger(), time.Duration(0)
	all := v.newWriters(t, l, 6)
	rounds := sized(2, 25)
	for round := range rounds {
		if round > 0 {
			p.rejoin(t)
		}
		longest = max(longest, p.failOverUnderLoad(t, all, l, round%2 == 1))
		if rest := l.check(t, open(t, p.primary.URL(postgrestest.Superuser, "console"))); rest > 0 {
			t.Errorf("%d unacknowledged changes were made", rest)
		}
	}
	v.stop(t)
	if len(l.again) == 0 {
		t.Error("no change had an unknown result")
	}
	t.Logf("fail-over: %d fail-overs, %d changes acknowledged, 0 to be lost, %d unknown and done once when sent again, %d refused; the longest gap was %v",
		rounds, l.count(), len(l.again), len(l.refused), longest)
}

// failOverUnderLoad fails over under load, and returns the longest time without an
// acknowledgement. inCommit kills the primary while a commit waits for the standby.
func (p *pair) failOverUnderLoad(t *testing.T, all []*writer, l *ledger, inCommit bool) time.Duration {
	t.Helper()
	stop := writeThroughOutages(all)
	waitFor(t, l, sized(60, 300))
	goOn := func() {}
	if inCommit {
		goOn = p.holdCommit(t)
	}
	killed := time.Now()
	p.failOver(t, goOn)
	promotion := time.Since(killed)
	waitFor(t, l, sized(60, 150))
	slowest, err := stop()
	if err != nil {
		t.Error(err)
	}
	gap := l.longestGap(killed)
	t.Logf("gap %v of which the test took %v to kill and promote, slowest answer %v, %d acknowledged so far, %d unknown, %d answers of 503",
		gap, promotion, slowest, l.count(), len(l.again), l.status(http.StatusServiceUnavailable))
	return gap
}

// TestPostgresStandbyLost kills the standby. Changes are not acknowledged meanwhile, with a
// page that says that the result is unknown; pages can be read. Once the standby is back, each
// change is made once.
func TestPostgresStandbyLost(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	v := newInstance(t, p.url())
	v.start(t)
	l := newLedger()
	all := v.newWriters(t, l, 3)
	reader := v.signedIn(t)
	for range sized(1, 5) {
		p.loseStandby(t, all, reader)
	}
	v.stop(t)
}

// loseStandby kills the standby under load until the result of a change is unknown, and
// restarts it.
func (p *pair) loseStandby(t *testing.T, all []*writer, reader *browser) {
	t.Helper()
	l := all[0].ledger
	refused := func() int { return l.status(http.StatusServiceUnavailable) }
	before, began := refused(), time.Now()
	stop := writeThroughOutages(all)
	waitFor(t, l, 10)
	if err := p.standby.Kill(); err != nil {
		t.Fatal(err)
	}
	until(t, "somebody is told", func() bool { return refused() > before })
	acknowledged := l.count()
	if a, err := reader.get("/users"); err != nil || a.status != http.StatusOK {
		t.Errorf("a page meanwhile: %v, status %d: %s", err, a.status, a.text())
	}
	until(t, "it is unknown", l.hasUnknown)
	before = refused()
	until(t, "the form was sent again", func() bool { return refused() >= before+sized(0, 4) })
	if now := l.count(); now != acknowledged {
		t.Errorf("%d changes were acknowledged without the standby", now-acknowledged)
	}
	if err := p.standby.Restart(standbyRetry, recoverySync); err != nil {
		t.Fatal(err)
	}
	waitFor(t, l, 10)
	if _, err := stop(); err != nil {
		t.Error(err)
	}
	if rest := l.check(t, open(t, p.primary.URL(postgrestest.Superuser, "console"))); rest > 0 {
		t.Errorf("%d unacknowledged changes were made", rest)
	}
	t.Logf("standby lost: %d changes acknowledged so far, %d unknown and done once when sent again, %d refused, in %v",
		l.count(), len(l.again), len(l.refused), time.Since(began))
}
