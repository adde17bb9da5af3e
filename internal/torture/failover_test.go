//go:build postgres

package torture

import (
	"net/http"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database/postgrestest"
)

// TestPostgresFailover loses the primary under load, again and again, and has its
// synchronous standby take over. What was the primary then follows it.
func TestPostgresFailover(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	v := newVictim(t, p.url())
	v.start(t)
	l, longest := newLedger(), time.Duration(0)
	all := v.newWriters(t, l, 6)
	rounds := sized(2, 25)
	for round := range rounds {
		if round > 0 {
			p.rejoin(t)
		}
		longest = max(longest, p.lost(t, all, l, round%2 == 1))
		if rest := l.check(t, open(t, p.primary.URL(postgrestest.Superuser, "console"))); rest > 0 {
			t.Errorf("%d changes were made that nobody was told of", rest)
		}
	}
	v.stop(t)
	if len(l.again) == 0 {
		t.Error("of no change it was unknown whether it was done")
	}
	t.Logf("fail-over: %d fail-overs, %d changes acknowledged, 0 to be lost, %d unknown and done once when sent again, %d refused; the longest gap was %v",
		rounds, l.count(), len(l.again), len(l.refused), longest)
}

// lost has the pair fail over under load, and returns for how long nothing was
// acknowledged. In the middle of a commit, it is one of which the primary has told the
// standby, and waits to hear that it has it.
func (p *pair) lost(t *testing.T, all []*writer, l *ledger, inCommit bool) time.Duration {
	t.Helper()
	stop := siege(all)
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
	gap := l.silence(killed)
	t.Logf("gap %v of which the test took %v to kill and promote, slowest answer %v, %d acknowledged so far, %d unknown, %d answers of 503",
		gap, promotion, slowest, l.count(), len(l.again), l.status(http.StatusServiceUnavailable))
	return gap
}

// TestPostgresStandbyLost loses the standby. What the primary then has alone is not
// acknowledged, and people are told that it is unknown; pages are shown meanwhile. When
// the standby is back, it is done once.
func TestPostgresStandbyLost(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	v := newVictim(t, p.url())
	v.start(t)
	l := newLedger()
	all := v.newWriters(t, l, 3)
	looker := v.signedIn(t)
	for range sized(1, 5) {
		p.losesStandby(t, all, looker)
	}
	v.stop(t)
}

// losesStandby loses the standby under load until nobody knows of a change whether it was
// made, and brings it back.
func (p *pair) losesStandby(t *testing.T, all []*writer, looker *browser) {
	t.Helper()
	l := all[0].ledger
	refused := func() int { return l.status(http.StatusServiceUnavailable) }
	before, began := refused(), time.Now()
	stop := siege(all)
	waitFor(t, l, 10)
	if err := p.standby.Kill(); err != nil {
		t.Fatal(err)
	}
	until(t, "somebody is told", func() bool { return refused() > before })
	acknowledged := l.count()
	if a, err := looker.get("/users"); err != nil || a.status != http.StatusOK {
		t.Errorf("a page meanwhile: %v, status %d: %s", err, a.status, a.text())
	}
	until(t, "it is unknown", l.awaited)
	before = refused()
	until(t, "the form was sent again", func() bool { return refused() >= before+sized(0, 4) })
	if now := l.count(); now != acknowledged {
		t.Errorf("%d changes were acknowledged without the standby", now-acknowledged)
	}
	if err := p.standby.Restart(follows, takesUp); err != nil {
		t.Fatal(err)
	}
	waitFor(t, l, 10)
	if _, err := stop(); err != nil {
		t.Error(err)
	}
	if rest := l.check(t, open(t, p.primary.URL(postgrestest.Superuser, "console"))); rest > 0 {
		t.Errorf("%d changes were made that nobody was told of", rest)
	}
	t.Logf("standby lost: %d changes acknowledged so far, %d unknown and done once when sent again, %d refused, in %v",
		l.count(), len(l.again), len(l.refused), time.Since(began))
}
