//go:build browser

package browsertest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// A site is a console with an OpenID provider whose page lets the visitor choose a person.
type site struct {
	console  string // address without path
	provider string // the same
	database string // URL; empty if the commands of the program cannot open it
}

// program returns the path of the console's program, built once for all tests.
var program = sync.OnceValues(func() (string, error) {
	path, err := filepath.Abs("../../bin/browsertest/console")
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", path, "../../cmd/console")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the console: %w\n%s", err, out)
	}
	return path, nil
})

// consoleCommand returns the program with arguments and an empty environment.
func consoleCommand(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Env = []string{}
	return cmd
}

// startSite runs console demo on free ports with a database of its own until the end of the
// test.
func startSite(t *testing.T) site {
	t.Helper()
	s := site{database: "sqlite:" + filepath.Join(t.TempDir(), "console.db")}
	cmd := consoleCommand(t, "demo", "--listen", "127.0.0.1:0", "--log-level", "error", "--database", s.database)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the demo ended: %v", err)
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "Its data is in") {
		if address := regexp.MustCompile(`^The demo is at (\S+)`).FindStringSubmatch(lines.Text()); address != nil {
			s.console = address[1]
		}
	}
	if s.console == "" {
		t.Fatal("the demo did not start")
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	s.provider = s.findProvider(t)
	return s
}

// add adds people at the command line, for a test to work with.
func (s site) add(t *testing.T, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if out, err := consoleCommand(t, "users", "add", id, "--role", "user", "--database", s.database).CombinedOutput(); err != nil {
			t.Fatalf("add %s: %v\n%s", id, err, out)
		}
	}
}

// findProvider returns the address of the provider, from the redirect of a sign-in.
func (s site) findProvider(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.console+"/sign-in/start", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(request) // follows no redirect
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	to, err := url.Parse(response.Header.Get("Location"))
	if err != nil || to.Host == "" {
		t.Fatalf("signing in redirects to %q", response.Header.Get("Location"))
	}
	return "http://" + to.Host
}
