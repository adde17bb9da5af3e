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

// noFiles is the ID of a user without files.
const noFiles = 65534

// TestDiskPermissionDenied starts the console as a user who may only read its data.
func TestDiskPermissionDenied(t *testing.T) {
	t.Parallel()
	dir, bin := t.TempDir(), t.TempDir()
	run(t, "chmod", "755", filepath.Dir(dir), bin) // the user needs access
	path := filepath.Join(dir, "console.db")
	v := newInstance(t, "sqlite:"+path)
	v.start(t)
	v.stop(t)
	before := contents(t, path)
	v.program = filepath.Join(bin, "console")
	run(t, "install", "-m", "755", must(program()), v.program)
	v.prepare = func(cmd *exec.Cmd) {
		cmd.Dir = "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: noFiles, Gid: noFiles}}
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

// refused checks that a console has refused to start with these messages.
func refused(t *testing.T, p *process, err error, why, fix string) {
	t.Helper()
	if err == nil {
		t.Fatal("it serves")
	}
	if said, status := p.said.String(), p.cmd.ProcessState.ExitCode(); status != 1 || !strings.Contains(said, why) || !strings.Contains(said, fix) {
		t.Errorf("it ended with status %d and said:\n%s", status, said)
	}
}

// TestDiskReadOnlyAtStart starts the console on a disk mounted read-only.
func TestDiskReadOnlyAtStart(t *testing.T) {
	t.Parallel()
	disk := mountTmpfs(t, "size=16m")
	v := newInstance(t, "sqlite:"+filepath.Join(disk, "console.db"))
	v.start(t)
	v.stop(t)
	run(t, "mount", "-o", "remount,ro", disk)
	p, err := launch(t, v.command(), "sign-out address")
	refused(t, p, err, "cannot be written", "Have its disk mounted so that it can be written to")
	run(t, "mount", "-o", "remount,rw", disk)
	v.start(t)
	v.stop(t)
}

// TestDiskBecomesReadOnly makes a disk read-only under the console, as the kernel does with a
// failing one. The console recovers after a new mount and restart.
func TestDiskBecomesReadOnly(t *testing.T) {
	t.Parallel()
	disk := makeDisk(t)
	mount := func() { run(t, "mount", "-o", "loop", disk+".img", disk) }
	mount()
	t.Cleanup(func() { run(t, "umount", disk) })

	v := newInstance(t, "sqlite:"+filepath.Join(disk, "console.db"))
	l := newLedger()
	v.start(t)
	w, leaving := v.newWriter(t, l), v.signedIn(t)
	w.must(t, "before", 20)
	before := l.count()
	run(t, "mount", "-o", "remount,abort", disk)
	s := writeFailure{instance: v, says: "its disk takes nothing more", notReady: "its file is read-only"}
	s.refuses(t, w, leaving)
	s.reads(t, w)
	if l.count() != before {
		t.Errorf("%d changes were acknowledged while the disk was read-only", l.count()-before)
	}
	v.kill()

	run(t, "umount", disk)
	run(t, "cp", disk+".img", disk+".new") // a new image, as the kernel may remember the error
	run(t, "mv", disk+".new", disk+".img")
	mount()
	v.start(t)
	db := open(t, v.database)
	unacknowledged := l.check(t, db)
	checkIntegrity(t, v.database)
	w.must(t, "afterwards", 1)
	v.stop(t)
	if err := db.Close(); err != nil { // before the disk is unmounted
		t.Error(err)
	}
	t.Logf("%d changes acknowledged, %d refused while read-only, of which %d were made",
		l.count(), l.status(http.StatusServiceUnavailable), unacknowledged)
}

// contents returns the content of a file.
func contents(t *testing.T, path string) []byte {
	t.Helper()
	held, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return held
}

// mode returns a mode as an argument of chmod.
func mode(m os.FileMode) string { return strconv.FormatUint(uint64(m), 8) }
