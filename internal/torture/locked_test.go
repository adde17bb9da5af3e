package torture

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDatabaseLocked locks the database in another process for longer than every timeout.
func TestDatabaseLocked(t *testing.T) {
	t.Parallel()
	v := newInstance(t, "sqlite:"+filepath.Join(t.TempDir(), "console.db"))
	db, l := open(t, v.database), newLedger()
	v.start(t)
	all := v.newWriters(t, l, 3)
	for _, w := range all {
		w.must(t, "before", 1)
	}
	for range sized(1, 3) {
		v.holdLock(t, all)
	}
	unacknowledged := l.check(t, db)
	checkIntegrity(t, v.database)
	v.stop(t)
	if unacknowledged != 0 {
		t.Errorf("%d changes were made that were refused", unacknowledged)
	}
	t.Logf("%d changes acknowledged, %d refused while another program held the lock, of which %d were made",
		l.count(), l.status(http.StatusServiceUnavailable), unacknowledged)
}

// holdLock holds the lock until each writer has been refused once.
func (v *instance) holdLock(t *testing.T, all []*writer) {
	t.Helper()
	lock, err := open(t, v.database).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if _, err := lock.ExecContext(t.Context(), `BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}
	answers := make(chan answer, len(all))
	for _, w := range all {
		go func() {
			a, _ := w.step()
			answers <- a
		}()
	}
	v.readWhileLocked(t, all[0].browser, answers, len(all))
	if status, words := v.ready(); status != http.StatusServiceUnavailable {
		t.Errorf("/readyz answers %d: %s", status, words)
	}
	if _, err := lock.ExecContext(t.Context(), `ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	until(t, "it is ready again", func() bool { status, _ := v.ready(); return status == http.StatusOK })
	for _, w := range all {
		w.must(t, "afterwards", 1)
	}
}

// readWhileLocked opens pages until n writers have been answered. Each page must work, and each
// answer must be an error page with the right status.
func (v *instance) readWhileLocked(t *testing.T, b *browser, answers <-chan answer, n int) {
	t.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for read := 0; n > 0 || read == 0; {
		select {
		case a := <-answers:
			n--
			if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" ||
				!strings.Contains(a.text(), "another program has locked it") && !strings.Contains(a.text(), "too many wait to write") {
				t.Errorf("status %d, Retry-After %q: %s", a.status, a.header.Get("Retry-After"), a.text())
			}
		case <-look.C:
			if a, err := b.get("/users"); err != nil || a.status != http.StatusOK {
				t.Errorf("a page: %v, status %d: %s", err, a.status, a.text())
			}
			read++
		}
	}
}
