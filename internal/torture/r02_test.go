//go:build strace

package torture

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestR2_everyChangeIsOnDisk counts how often the console has the disk take what was
// written: at least once for each change that it acknowledges. To kill it would not
// show that, as the system keeps what a program has written.
func TestR2_everyChangeIsOnDisk(t *testing.T) {
	t.Parallel()
	v := newVictim(t, "sqlite:"+filepath.Join(t.TempDir(), "console.db"))
	db, l := open(t, v.database), newLedger()
	v.start(t)
	all := v.newWriters(t, l, 4)
	counted := filepath.Join(t.TempDir(), "strace")
	ended := v.trace(t, "-c", "-o", counted)
	before := l.count()
	stop := storm(all)
	waitFor(t, l, sized(100, 2000))
	if err := stop(); err != nil {
		t.Error(err)
	}
	acknowledged := l.count() - before
	v.stop(t)
	select {
	case <-ended:
	case <-time.After(patience):
		t.Fatal("strace does not end")
	}
	l.check(t, db)
	syncs := syncsIn(t, counted)
	if syncs < acknowledged {
		t.Errorf("%d changes were acknowledged, and the disk was waited for %d times", acknowledged, syncs)
	}
	t.Logf("%d changes acknowledged, %d times waited for the disk", acknowledged, syncs)
}

// trace has strace watch how the console waits for the disk, from now on and until the
// console ends.
func (v *victim) trace(t *testing.T, how ...string) (ended <-chan struct{}) {
	t.Helper()
	strace := os.Getenv("CONSOLE_TEST_STRACE")
	if strace == "" {
		t.Fatal("CONSOLE_TEST_STRACE does not say where strace is; make test-faults does")
	}
	cmd := exec.Command(strace, append(how, "-f", "-e", "trace=fsync,fdatasync", "-p", strconv.Itoa(v.cmd.Process.Pid))...)
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended already
		<-done
	})
	lines := bufio.NewReader(said)
	line, readErr := lines.ReadString('\n') // it speaks when it has got hold of all threads
	go func() {
		_, _ = io.Copy(io.Discard, lines)
		_ = cmd.Wait()
		close(done)
	}()
	if readErr != nil || !strings.Contains(line, "attached") {
		t.Fatalf("strace says: %s (%v)", line, readErr)
	}
	return done
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

// TestR2_diskFails has the disk refuse to say that it took what was written, as one
// does that fails. Whether the change is there after a kill nobody knows then.
func TestR2_diskFails(t *testing.T) {
	t.Parallel()
	v := newVictim(t, "sqlite:"+filepath.Join(t.TempDir(), "console.db"))
	db, l := open(t, v.database), newLedger()
	v.start(t)
	w := v.newWriter(t, l)
	w.must(t, "before", 5)
	v.trace(t, "-o", "/dev/null", "-e", "inject=fsync,fdatasync:error=EIO")
	a, err := w.step()
	t.Log(a.status, err, a.text())
	v.kill()
	v.start(t)
	t.Log(l.check(t, db))
	intact(t, db)
	w.must(t, "afterwards", 1)
}
