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

// maxWait is how long a test waits for something, on a busy machine.
const maxWait = 3 * time.Minute

// full reports whether the tests run at full size.
func full() bool { return os.Getenv("CONSOLE_TORTURE") == "full" }

// sized returns small in `make test` and large in `make torture`.
func sized[T any](small, large T) T {
	if full() {
		return large
	}
	return small
}

// program returns the path of the console's binary, which is built once, in bin/.
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

// A process is a program started by a test.
type process struct {
	cmd   *exec.Cmd
	said  outputBuffer  // standard error
	ended chan struct{} // closed when it has ended
}

// launch starts cmd and returns when its output contains the word, or an error if the process
// ends before. The process is killed at the end of the test.
func launch(t testing.TB, cmd *exec.Cmd, word string) (*process, error) {
	t.Helper()
	p := &process{cmd: cmd, ended: make(chan struct{})}
	heard := &lineWatcher{word: word, heard: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = heard, io.MultiWriter(&p.said, heard)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = cmd.Wait() // see ProcessState
		close(p.ended)
	}()
	t.Cleanup(p.kill)
	select {
	case <-heard.heard:
		return p, nil
	case <-p.ended:
		return p, fmt.Errorf("it ended with %v; it said:\n%s", cmd.ProcessState, p.said.String())
	case <-time.After(maxWait):
		return p, errors.New("it does not get ready")
	}
}

// kill kills the process with SIGKILL.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended already
	<-p.ended
}

// end sends the process a signal, waits until it has ended, and returns its exit status.
func (p *process) end(t testing.TB, signal os.Signal) int {
	t.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil {
		t.Fatalf("%v: %v; it said:\n%s", signal, err, p.said.String())
	}
	select {
	case <-p.ended:
	case <-time.After(maxWait):
		t.Fatalf("%v did not end it", signal)
	}
	return p.cmd.ProcessState.ExitCode()
}

// An outputBuffer records the output of a process.
type outputBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// maxOutput is the maximum recorded, in bytes.
const maxOutput = 1 << 20

func (s *outputBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.text.Len() < maxOutput {
		s.text.Write(p)
	}
	return len(p), nil
}

func (s *outputBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// A lineWatcher waits for a word in the output.
type lineWatcher struct {
	mu    sync.Mutex
	word  string
	text  string
	heard chan struct{}
}

func (l *lineWatcher) Write(p []byte) (int, error) {
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

// An instance is a console under test: its database, and its current process.
type instance struct {
	*process
	database string // URL
	address  string // host:port, the same after each start
	provider *authtest.Provider
	program  string
	prepare  func(*exec.Cmd) // alters the command; may be nil
	public   string          // host:port for browsers; empty: address
}

// newInstance returns a console on the database at url. It is not started.
func newInstance(t testing.TB, url string) *instance {
	t.Helper()
	built, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return &instance{database: url, address: freeAddress(t), provider: authtest.New(t), program: built}
}

// owner is the owner of every instance.
const owner = "owner@example.com"

// command returns the command that serves the console.
func (v *instance) command() *exec.Cmd {
	cmd := exec.Command(v.program, "serve", "--listen", v.address, "--base-url", v.base(), "--database", v.database,
		"--oidc-issuer", v.provider.Issuer(), "--oidc-client-id", v.provider.ClientID,
		"--owners", owner, "--drain", "0s", "--log-level", "warn")
	cmd.Env = append(os.Environ(), "CONSOLE_OIDC_CLIENT_SECRET="+v.provider.ClientSecret)
	if v.prepare != nil {
		v.prepare(cmd)
	}
	return cmd
}

// base returns the console's base URL.
func (v *instance) base() string { return "http://" + cmp.Or(v.public, v.address) }

// start starts the console and returns when it is ready.
func (v *instance) start(t testing.TB) {
	t.Helper()
	p, err := launch(t, v.command(), "sign-out address")
	if err != nil {
		t.Fatalf("start the console: %v", err)
	}
	v.process = p
}

// stop stops the console as a service manager does. Its exit status must be 0.
func (v *instance) stop(t testing.TB) {
	t.Helper()
	if status := v.end(t, os.Interrupt); status != 0 {
		t.Errorf("the console ended with status %d; it said:\n%s", status, v.said.String())
	}
}

// freeAddress returns a loopback address on which nothing listens.
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

// until waits until what returns true.
func until(t testing.TB, words string, what func() bool) {
	t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for deadline := time.Now().Add(maxWait); !what(); <-look.C {
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
