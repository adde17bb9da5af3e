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

// TestDiskSyncsEveryChange counts how often the console has the disk take what was
// written: at least once for each change that it acknowledges. To kill it would not
// show that, as the system keeps what a program has written.
func TestDiskSyncsEveryChange(t *testing.T) {
	t.Parallel()
	v := newVictim(t, "sqlite:"+filepath.Join(t.TempDir(), "console.db"))
	db, l := open(t, v.database), newLedger()
	v.start(t)
	all := v.newWriters(t, l, 4)
	counted := filepath.Join(t.TempDir(), "strace")
	watching := v.trace(t, "-c", "-o", counted)
	before := l.count()
	stop := storm(all)
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
		t.Errorf("%d changes were acknowledged, and the disk was waited for %d times", acknowledged, syncs)
	}
	t.Logf("%d changes acknowledged, %d times waited for the disk", acknowledged, syncs)
}

// trace has strace watch how the console waits for the disk, from now on and until the
// console ends.
func (v *victim) trace(t *testing.T, how ...string) *process {
	t.Helper()
	strace := os.Getenv("CONSOLE_TEST_STRACE")
	if strace == "" {
		t.Fatal("CONSOLE_TEST_STRACE does not say where strace is; make test-faults does")
	}
	cmd := exec.Command(strace, append(how, "-f", "-e", "trace=fsync,fdatasync", "-p", strconv.Itoa(v.cmd.Process.Pid))...)
	p, err := launch(t, cmd, "attached") // which it says when it has got hold of all threads
	if err != nil {
		t.Fatalf("strace: %v", err)
	}
	return p
}

// syncsIn returns how many calls strace has counted.
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

// TestDiskSyncFails has the disk refuse to say that it took what was written, as one
// does that fails. Nobody is told that nothing was changed: after a kill, it may be.
func TestDiskSyncFails(t *testing.T) {
	t.Parallel()
	v := newVictim(t, "sqlite:"+filepath.Join(t.TempDir(), "console.db"))
	db, l := open(t, v.database), newLedger()
	v.start(t)
	w := v.newWriter(t, l)
	unheard := 0
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
		unheard = l.check(t, db)
		intact(t, v.database)
		searchable(t, db) // by a connection from before
	}
	v.trace(t, "-o", "/dev/null", "-e", "inject=fsync,fdatasync:error=EIO").end(t, os.Interrupt) // a moment's failure
	w.must(t, "afterwards", 10)
	v.stop(t)
	l.check(t, db)
	t.Logf("%d changes acknowledged, 0 to be lost; of %d with an unknown end %d were made", l.count(), sized(2, 25), unheard)
}
