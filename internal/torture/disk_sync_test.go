//go:build strace

package torture

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestDiskSyncsEveryChange counts fsync calls: at least one for each acknowledged change.
// Killing the process would not show missing ones, as the page cache survives.
func TestDiskSyncsEveryChange(t *testing.T) {
	t.Parallel()
	v := newInstance(t, "sqlite:"+filepath.Join(t.TempDir(), "console.db"))
	db, l := open(t, v.database), newLedger()
	v.start(t)
	all := v.newWriters(t, l, 4)
	counted := filepath.Join(t.TempDir(), "strace")
	watching := v.trace(t, "-c", "-o", counted)
	before := l.count()
	stop := writeLoad(all)
	waitFor(t, l, sized(100, 2000))
	if err := stop(); err != nil {
		t.Error(err)
	}
	acknowledged := l.count() - before
	v.stop(t)
	<-watching.ended
	l.check(t, db)
	syncs := syncsIn(t, counted)
	if syncs < acknowledged {
		t.Errorf("%d changes were acknowledged with %d syncs", acknowledged, syncs)
	}
	t.Logf("%d changes acknowledged, %d syncs", acknowledged, syncs)
}

// trace attaches strace to the console until that ends.
func (v *instance) trace(t *testing.T, how ...string) *process {
	t.Helper()
	strace := os.Getenv("CONSOLE_TEST_STRACE")
	if strace == "" {
		t.Fatal("CONSOLE_TEST_STRACE does not say where strace is; make test-faults does")
	}
	cmd := exec.Command(strace, append(how, "-f", "-e", "trace=fsync,fdatasync", "-p", strconv.Itoa(v.cmd.Process.Pid))...)
	p, err := launch(t, cmd, "attached") // printed once all threads are attached
	if err != nil {
		t.Fatalf("strace: %v", err)
	}
	return p
}

// syncsIn returns the number of calls in strace's summary.
func syncsIn(t *testing.T, path string) (n int) {
	t.Helper()
	table := must(os.ReadFile(path))
	for _, calls := range regexp.MustCompile(`(?m)^\s*\S+\s+\S+\s+\S+\s+(\d+)\s+.*(?:fsync|fdatasync)$`).FindAllSubmatch(table, -1) {
		n += must(strconv.Atoi(string(calls[1])))
	}
	if n == 0 {
		t.Logf("strace counted:\n%s", table)
	}
	return n
}

// TestDiskSyncFails makes fsync fail. No answer may say that nothing was changed: after a
// crash, it may have been.
func TestDiskSyncFails(t *testing.T) {
	t.Parallel()
	v := newInstance(t, "sqlite:"+filepath.Join(t.TempDir(), "console.db"))
	db, l := open(t, v.database), newLedger()
	v.start(t)
	w := v.newWriter(t, l)
	unacknowledged := 0
	for range sized(2, 25) {
		w.must(t, "before", 2)
		failing := v.trace(t, "-o", "/dev/null", "-e", "inject=fsync,fdatasync:error=EIO")
		before := l.count()
		a, err := w.step()
		if err != nil || a.status < 500 || l.count() != before || strings.Contains(a.text(), "Nothing was changed") {
			t.Errorf("while the disk fails: %v, status %d: %s", err, a.status, a.text())
		}
		if _, err := w.get("/users"); err != nil {
			t.Error(err)
		}
		v.kill()
		<-failing.ended
		v.start(t)
		unacknowledged = l.check(t, db)
		checkIntegrity(t, v.database)
		checkSearchIndex(t, db) // on an existing connection
	}
	v.trace(t, "-o", "/dev/null", "-e", "inject=fsync,fdatasync:error=EIO").end(t, os.Interrupt) // a temporary failure
	w.must(t, "afterwards", 10)
	v.stop(t)
	l.check(t, db)
	t.Logf("%d changes acknowledged, 0 to be lost; of %d with an unknown end %d were made", l.count(), sized(2, 25), unacknowledged)
}
