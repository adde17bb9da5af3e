package torture

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// TestHandover replaces the console that answers at a listener which a service
// manager keeps, while forty clients look and edit: no request may fail, neither when
// the next console starts before the last one stops nor when it starts afterwards.
func TestHandover(t *testing.T) {
	t.Parallel()
	for name, newDatabase := range engines {
		for order, next := range map[string]func(*testing.T, *manager, *console) *console{
			"start the next, then stop the last": startThenStop,
			"stop the last, then start the next": stopThenStart,
		} {
			t.Run(name+"/"+order, func(t *testing.T) {
				t.Parallel()
				rounds := 2
				if full() {
					rounds = 25
				}
				m, op, owners := newManager(t), authtest.New(t), people(8)
				m.settings = newSettings(newDatabase(t), "http://"+m.listener.Addr().String(), op, owners)
				now := m.start(t)
				clients, y := signInAll(t, "http://"+m.listener.Addr().String(), op, owners, 4)
				underLoad(t, clients, func() {
					for range rounds {
						now = next(t, m, now)
					}
				})
				y.check(t)
			})
		}
	}
}

// TestHandoverRefuses hands over what the console cannot serve at: it says so, and ends.
func TestHandoverRefuses(t *testing.T) {
	t.Parallel()
	m := newManager(t)
	plain, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	tests := map[string]struct {
		files []*os.File
		says  string
	}{
		"two sockets": {[]*os.File{m.file, m.file}, "hands over 2 sockets, and the console takes one"},
		"no socket":   {[]*os.File{plain}, "its socket unit needs ListenStream"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			cmd := m.command(t, test.files...)
			for name, value := range newSettings(databasetest.SQLiteURL(t), "http://127.0.0.1:1", authtest.New(t), people(1)) {
				cmd.Env = append(cmd.Env, name+"="+value)
			}
			if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), test.says) {
				t.Errorf("got (%v)\n%s\nwant that it says %q", err, out, test.says)
			}
		})
	}
}

// startThenStop is how a console is replaced without a moment in which none answers.
func startThenStop(t *testing.T, m *manager, last *console) *console {
	t.Helper()
	next := m.start(t)
	m.stop(t, last)
	return next
}

// stopThenStart is how systemctl restart replaces a console: who comes between the two
// waits in the listener's queue.
func stopThenStart(t *testing.T, m *manager, last *console) *console {
	t.Helper()
	m.stop(t, last)
	return m.start(t)
}

// A manager does what a service manager does with a socket unit: it listens, hands the
// listener to each process, and hears when one is ready and when it stops.
type manager struct {
	settings settings
	listener *net.TCPListener
	file     *os.File // the listener, for processes
	heard    *net.UnixConn
}

// newManager returns a manager that listens on a port of its own.
func newManager(t *testing.T) *manager {
	t.Helper()
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	file, err := listener.File()
	if err != nil {
		t.Fatal(err)
	}
	heard, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(shortDir(t), "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = file.Close()
		_ = listener.Close()
		_ = heard.Close()
	})
	return &manager{listener: listener, file: file, heard: heard}
}

// shortDir returns a directory for a socket, whose path may have a hundred letters.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// start starts a console at the listener and waits to hear that it is ready.
func (m *manager) start(t *testing.T) *console {
	t.Helper()
	c := m.settings.startAs(t, m.command(t, m.file))
	m.hears(t, "READY=1")
	return c
}

// command returns the command of a console that is handed files. The process has to be
// named by its own number, which only it knows.
func (m *manager) command(t *testing.T, files ...*os.File) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `LISTEN_PID=$$ exec "$0" serve`, must(program()))
	cmd.Env = []string{"LISTEN_FDS=" + strconv.Itoa(len(files)), "NOTIFY_SOCKET=" + m.heard.LocalAddr().String()}
	cmd.ExtraFiles = files // from number 3 on
	return cmd
}

// stop stops a console, and checks that it says so.
func (m *manager) stop(t *testing.T, c *console) {
	t.Helper()
	c.stop(t)
	m.hears(t, "STOPPING=1")
}

// hears waits until a console says what is wanted.
func (m *manager) hears(t *testing.T, want string) {
	t.Helper()
	if err := m.heard.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 100)
	n, err := m.heard.Read(said)
	if got := string(said[:n]); err != nil || got != want {
		t.Errorf("the console told the service manager %q (%v), want %q", got, err, want)
	}
}
