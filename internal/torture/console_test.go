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

// engines create databases with the current schema, by engine.
var engines = map[string]func(testing.TB) string{
	"sqlite": databasetest.SQLiteURL, // and PostgreSQL, see engines_postgres_test.go
}

// A console is a process that serves.
type console struct {
	address string // host:port; unused with an inherited listener
	cmd     *exec.Cmd
	ended   chan struct{} // closed when the process has ended
	err     error         // result of Wait
}

// settings are the environment shared by the consoles of a deployment.
type settings map[string]string

// newSettings returns the settings of consoles on a database, with a provider and base URL.
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

// start starts a console and returns when it is ready. It is killed when the test ends.
func (s settings) start(t *testing.T) *console {
	t.Helper()
	return s.startAs(t, exec.CommandContext(t.Context(), must(program()), "serve"))
}

var listensOn = regexp.MustCompile(`listens on (\S+)`)

// startAs is start with a given command.
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
	for line := ""; !strings.Contains(line, "sign-out address"); { // the last line of the start
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

// stop sends SIGTERM and waits until the console has ended.
func (c *console) stop(t *testing.T) {
	t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-c.ended
	if c.err != nil {
		t.Errorf("after SIGTERM the console ended with %v, want status 0", c.err)
	}
}
