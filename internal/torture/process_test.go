package torture

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth/authtest"
)

// patience is how long a test waits for what is to happen soon, on a machine that
// has much else to do.
const patience = 3 * time.Minute

// full reports whether the tests run at full size.
func full() bool { return os.Getenv("CONSOLE_TORTURE") == "full" }

// sized returns the one for `make test`, or the one for `make torture`.
func sized[T any](small, large T) T {
	if full() {
		return large
	}
	return small
}

// program returns the path of the console's program, built once for all tests, in
// bin/, where what is built is.
var program = sync.OnceValues(func() (string, error) {
	path, err := filepath.Abs(filepath.Join("..", "..", "bin", "torture", "console"))
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -X main.version=torture -X main.unpaced=yes", "-o", path, "../../cmd/console")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the console: %w\n%s", err, said)
	}
	return path, nil
})

// A process is a program that a test has started.
type process struct {
	cmd   *exec.Cmd
	said  saying        // on standard error
	ended chan struct{} // closed when it has
}

// launch starts cmd and returns when it says a line that contains the word. It returns an error where the process ends before that. At the
// end of the test it is killed if it is still there.
func launch(t testing.TB, cmd *exec.Cmd, word string) (*process, error) {
	t.Helper()
	p := &process{cmd: cmd, ended: make(chan struct{})}
	heard := &listener{word: word, heard: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = heard, io.MultiWriter(&p.said, heard)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = cmd.Wait() // ProcessState tells
		close(p.ended)
	}()
	t.Cleanup(p.kill)
	select {
	case <-heard.heard:
		return p, nil
	case <-p.ended:
		return p, fmt.Errorf("it ended with %v; it said:\n%s", cmd.ProcessState, p.said.String())
	case <-time.After(patience):
		return p, errors.New("it does not get ready")
	}
}

// kill ends the process as a power cut would, in the middle of whatever it does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended already
	<-p.ended
}

// end sends the process a signal, waits until it has ended, and returns its exit
// status.
func (p *process) end(t testing.TB, signal os.Signal) int {
	t.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil {
		t.Fatalf("%v: %v; it said:\n%s", signal, err, p.said.String())
	}
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Fatalf("%v did not end it", signal)
	}
	return p.cmd.ProcessState.ExitCode()
}

// A saying keeps what a process says.
type saying struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// mostSaid is how much of it is kept, in bytes.
const mostSaid = 1 << 20

func (s *saying) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.text.Len() < mostSaid {
		s.text.Write(p)
	}
	return len(p), nil
}

func (s *saying) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// A listener waits for a word.
type listener struct {
	mu    sync.Mutex
	word  string
	text  string
	heard chan struct{}
}

func (l *listener) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.word == "" {
		return len(p), nil
	}
	l.text += string(p)
	if strings.Contains(l.text, l.word) {
		close(l.heard)
		l.word, l.text = "", ""
	}
	return len(p), nil
}

// A victim is a console under torture: where its data is, and the process that
// serves it at the moment.
type victim struct {
	*process
	database string // URL
	address  string // host:port, the same after every start
	provider *authtest.Provider
	program  string
	prepare  func(*exec.Cmd) // before it starts; nil: nothing
	public   string          // address under which browsers reach it; empty: the one it listens on
}

// newVictim returns a console with its data in the database at url, which is not
// started yet.
func newVictim(t testing.TB, url string) *victim {
	t.Helper()
	built, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return &victim{database: url, address: freeAddress(t), provider: authtest.New(t), program: built}
}

// owner signs in at every victim.
const owner = "owner@example.com"

// command returns the command that serves the console.
func (v *victim) command() *exec.Cmd {
	cmd := exec.Command(v.program, "serve", "--listen", v.address, "--base-url", v.base(), "--database", v.database,
		"--oidc-issuer", v.provider.Issuer(), "--oidc-client-id", v.provider.ClientID,
		"--owners", owner, "--drain", "0s", "--log-level", "warn")
	cmd.Env = append(os.Environ(), "CONSOLE_OIDC_CLIENT_SECRET="+v.provider.ClientSecret)
	if v.prepare != nil {
		v.prepare(cmd)
	}
	return cmd
}

// base is the address under which browsers reach the console.
func (v *victim) base() string { return "http://" + cmp.Or(v.public, v.address) }

// start starts the console and returns when it answers.
func (v *victim) start(t testing.TB) {
	t.Helper()
	p, err := launch(t, v.command(), "sign-out address")
	if err != nil {
		t.Fatalf("start the console: %v", err)
	}
	v.process = p
}

// stop has the console end as a service manager does. It must say that all went
// well.
func (v *victim) stop(t testing.TB) {
	t.Helper()
	if status := v.end(t, os.Interrupt); status != 0 {
		t.Errorf("the console ended with status %d; it said:\n%s", status, v.said.String())
	}
}

// freeAddress returns an address on loopback where nobody listens.
func freeAddress(t testing.TB) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// until waits until what is true.
func until(t testing.TB, words string, what func() bool) {
	t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for deadline := time.Now().Add(patience); !what(); <-look.C {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", words)
		}
	}
}

// must returns the value of a call that must succeed.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
