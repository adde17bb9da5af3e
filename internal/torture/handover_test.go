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

// TestHandover replaces the console on a listener that is kept by a service manager, under
// load: no request may fail, whether the next console starts before or after the last one
// stops.
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

// TestHandoverRefuses passes invalid file descriptors: the console says so, and ends.
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

// startThenStop replaces a console without downtime.
func startThenStop(t *testing.T, m *manager, last *console) *console {
	t.Helper()
	next := m.start(t)
	m.stop(t, last)
	return next
}

// stopThenStart replaces a console as systemctl restart does: new connections wait in the
// listener's queue.
func stopThenStart(t *testing.T, m *manager, last *console) *console {
	t.Helper()
	m.stop(t, last)
	return m.start(t)
}

// A manager is a service manager with a socket unit: it listens, passes the listener to each
// process, and receives notifications.
type manager struct {
	settings settings
	listener *net.TCPListener
	file     *os.File // the listener, for processes
	heard    *net.UnixConn
}

// newManager returns a manager that listens on a free port.
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

// shortDir returns a directory with a short path, as paths of sockets are limited to about 100
// bytes.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// start starts a console on the listener and waits for READY=1.
func (m *manager) start(t *testing.T) *console {
	t.Helper()
	c := m.settings.startAs(t, m.command(t, m.file))
	m.hears(t, "READY=1")
	return c
}

// command returns the command of a console with inherited files. The shell sets LISTEN_PID.
func (m *manager) command(t *testing.T, files ...*os.File) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `LISTEN_PID=$$ exec "$0" serve`, must(program()))
	cmd.Env = []string{"LISTEN_FDS=" + strconv.Itoa(len(files)), "NOTIFY_SOCKET=" + m.heard.LocalAddr().String()}
	cmd.ExtraFiles = files // file descriptors from 3
	return cmd
}

// stop stops a console and waits for STOPPING=1.
func (m *manager) stop(t *testing.T, c *console) {
	t.Helper()
	c.stop(t)
	m.hears(t, "STOPPING=1")
}

// hears waits for a notification.
func (m *manager) hears(t *testing.T, want string) {
	t.Helper()
	if err := m.heard.SetReadDeadline(time.Now().Add(maxWait)); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 100)
	n, err := m.heard.Read(said)
	if got := string(said[:n]); err != nil || got != want {
		t.Errorf("got the notification %q (%v), want %q", got, err, want)
	}
}
