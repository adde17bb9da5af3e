package torture

import (
	"bufio"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// engines are the databases that consoles share: each returns the address of a new
// one with the present schema.
var engines = map[string]func(testing.TB) string{
	"sqlite": databasetest.SQLiteURL, // and where it is there, PostgreSQL
}

// A console is a process of the program that serves.
type console struct {
	address string // host:port, of no meaning where the listener was handed over
	cmd     *exec.Cmd
	ended   chan struct{} // closed when the process is gone
	err     error         // how it ended, once it has
}

// settings are what consoles of one deployment have in common, as their environment.
type settings map[string]string

// newSettings returns the settings of consoles on a database, whose people sign in at
// op and reach the consoles at baseURL.
func newSettings(database, baseURL string, op *authtest.Provider, owners []string) settings {
	return settings{
		"CONSOLE_DATABASE":           database,
		"CONSOLE_BASE_URL":           baseURL,
		"CONSOLE_LISTEN":             "127.0.0.1:0",
		"CONSOLE_DRAIN":              "1s",
		"CONSOLE_OIDC_ISSUER":        op.Issuer(),
		"CONSOLE_OIDC_CLIENT_ID":     op.ClientID,
		"CONSOLE_OIDC_CLIENT_SECRET": op.ClientSecret,
		"CONSOLE_OWNERS":             strings.Join(owners, ","),
		"CONSOLE_LOG_LEVEL":          "warn",
		"CONSOLE_LOG_FORMAT":         "text",
	}
}

// start starts a console and returns when it serves. It is killed when the test ends,
// if it still runs then.
func (s settings) start(t *testing.T) *console {
	t.Helper()
	return s.startAs(t, exec.CommandContext(t.Context(), must(program()), "serve"))
}

var listensOn = regexp.MustCompile(`listens on (\S+)`)

// startAs is start for a command that ends up as the program.
func (s settings) startAs(t *testing.T, cmd *exec.Cmd) *console {
	t.Helper()
	for name, value := range s {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &console{cmd: cmd, ended: make(chan struct{})}
	lines := bufio.NewReader(out)
	for line := ""; !strings.Contains(line, "sign-out address"); { // the last it says
		if line, err = lines.ReadString('\n'); err != nil {
			t.Fatalf("the console did not come up: %v", cmd.Wait())
		}
		if m := listensOn.FindStringSubmatch(line); m != nil {
			c.address = m[1]
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, lines)
		c.err = cmd.Wait()
		close(c.ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-c.ended
	})
	return c
}

// stop tells the console to stop, as service managers do, and waits until it has.
func (c *console) stop(t *testing.T) {
	t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-c.ended
	if c.err != nil {
		t.Errorf("the console was told to stop and ended with %v, want status 0", c.err)
	}
}
