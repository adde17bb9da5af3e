//go:build mounts

package torture

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// nobody is the number of a user who owns nothing.
const nobody = 65534

// TestDiskPermissionDenied starts the console as a user who may read its data and no
// more.
func TestDiskPermissionDenied(t *testing.T) {
	t.Parallel()
	dir, bin := t.TempDir(), t.TempDir()
	run(t, "chmod", "755", filepath.Dir(dir), bin) // where anyone may come by
	path := filepath.Join(dir, "console.db")
	v := newVictim(t, "sqlite:"+path)
	v.start(t)
	v.stop(t)
	before := contents(t, path)
	v.program = filepath.Join(bin, "console")
	run(t, "install", "-m", "755", must(program()), v.program)
	v.prepare = func(cmd *exec.Cmd) {
		cmd.Dir = "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	tests := map[string]struct{ file, dir os.FileMode }{
		"file and directory": {0o444, 0o555},
		"the file":           {0o444, 0o777},
		"the directory":      {0o666, 0o555},
		"nothing at all":     {0o000, 0o755},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			run(t, "chmod", mode(test.file), path)
			run(t, "chmod", mode(test.dir), dir)
			p, err := launch(t, v.command(), "sign-out address")
			refused(t, p, err, path+" cannot be ", "Give the user that the console runs as the right to write")
			if !bytes.Equal(before, contents(t, path)) {
				t.Error("the file was changed")
			}
			if left, _ := filepath.Glob(path + "-*"); len(left) > 0 {
				t.Errorf("it left %v", left)
			}
		})
	}
}

// refused checks that a console that was launched has refused to serve, in words.
func refused(t *testing.T, p *process, err error, why, fix string) {
	t.Helper()
	if err == nil {
		t.Fatal("it serves")
	}
	if said, status := p.said.String(), p.cmd.ProcessState.ExitCode(); status != 1 || !strings.Contains(said, why) || !strings.Contains(said, fix) {
		t.Errorf("it ended with status %d and said:\n%s", status, said)
	}
}

// TestDiskReadOnlyAtStart starts the console where the disk is read-only for
// everyone.
func TestDiskReadOnlyAtStart(t *testing.T) {
	t.Parallel()
	disk := mounted(t, "size=16m")
	v := newVictim(t, "sqlite:"+filepath.Join(disk, "console.db"))
	v.start(t)
	v.stop(t)
	run(t, "mount", "-o", "remount,ro", disk)
	p, err := launch(t, v.command(), "sign-out address")
	refused(t, p, err, "cannot be written", "Have its disk mounted so that it can be written to")
	run(t, "mount", "-o", "remount,rw", disk)
	v.start(t)
	v.stop(t)
}

// TestDiskBecomesReadOnly has the system make a disk read-only under the console, as
// it does with one that fails. That does not end before the disk is mounted again,
// and the console started again.
func TestDiskBecomesReadOnly(t *testing.T) {
	t.Parallel()
	disk := breakable(t)
	mount := func() { run(t, "mount", "-o", "loop", disk+".img", disk) }
	mount()
	t.Cleanup(func() { run(t, "umount", disk) })

	v := newVictim(t, "sqlite:"+filepath.Join(disk, "console.db"))
	l := newLedger()
	v.start(t)
	w, leaving := v.newWriter(t, l), v.signedIn(t)
	w.must(t, "before", 20)
	before := l.count()
	run(t, "mount", "-o", "remount,abort", disk)
	s := shortage{victim: v, says: "its disk takes nothing more", notReady: "its file is read-only"}
	s.refuses(t, w, leaving)
	s.reads(t, w)
	if l.count() != before {
		t.Errorf("%d changes were acknowledged while the disk was read-only", l.count()-before)
	}
	v.kill()

	run(t, "umount", disk)
	run(t, "cp", disk+".img", disk+".new") // as into another machine: this one may still know the broken disk
	run(t, "mv", disk+".new", disk+".img")
	mount()
	v.start(t)
	db := open(t, v.database)
	unheard := l.check(t, db)
	intact(t, v.database)
	w.must(t, "afterwards", 1)
	v.stop(t)
	if err := db.Close(); err != nil { // before the disk goes
		t.Error(err)
	}
	t.Logf("%d changes acknowledged, %d refused while read-only, of which %d were made",
		l.count(), l.status(http.StatusServiceUnavailable), unheard)
}

// contents returns what a file holds.
func contents(t *testing.T, path string) []byte {
	t.Helper()
	held, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return held
}

// mode returns rights as chmod takes them.
func mode(m os.FileMode) string { return strconv.FormatUint(uint64(m), 8) }
