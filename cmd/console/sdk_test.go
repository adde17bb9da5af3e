//go:build sdk

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sdkPatience is how long one call of the SDK or the command line may take. It retries up to ten
// times, with pauses.
const sdkPatience = 4 * time.Minute

// quiet turns off the command line's check for updates, which needs the network.
const quiet = "--suppress-upgrade-check"

// An sdkSite is a demo for the official SDK and command line.
type sdkSite struct {
	console  string // address without path
	database string // URL
}

// newSDKSite runs a demo on free ports with a new database.
func newSDKSite(t *testing.T) sdkSite {
	t.Helper()
	s := sdkSite{database: "sqlite:" + filepath.Join(t.TempDir(), "console.db")}
	r := start(t, "^Its data is in", "demo", "--listen", "127.0.0.1:0", "--log-level", "error", "--database", s.database)
	s.console = "http://" + r.address(t)
	return s
}

// token issues a token at the command line of the console.
func (s sdkSite) token(t *testing.T, args ...string) string {
	t.Helper()
	out, says, err := runToken(t, s.database, append([]string{"create"}, args...)...)
	if err != nil {
		t.Fatalf("issue a token: %v: %s", err, says)
	}
	return strings.TrimSpace(out)
}

// python returns the interpreter of the virtual environment with the SDK, see make test-sdk.
func python(t *testing.T) string {
	t.Helper()
	path := os.Getenv("CONSOLE_TEST_PYTHON")
	if path == "" {
		t.Fatal("CONSOLE_TEST_PYTHON names no interpreter with the SDK: run make test-sdk")
	}
	return path
}

// sdkCommand returns a command of the virtual environment, without a terminal and with env in its
// environment.
func sdkCommand(t *testing.T, env []string, name string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), sdkPatience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, filepath.Join(filepath.Dir(python(t)), name), args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "PYTHONUNBUFFERED=1", "NO_PROXY=*"}, env...)
	return cmd
}

// TestSDKClasses uses every class of the SDK that the console supports.
func TestSDKClasses(t *testing.T) {
	t.Parallel()
	s := newSDKSite(t)
	if said, err := runUsers(t, s.database, []string{"add-system", "platform"}); err != nil {
		t.Fatalf("%s: %v", said, err)
	}
	env := []string{
		"ENDPOINT=" + s.console, "SYSTEM_TOKEN=" + s.token(t, "--user", "platform"), "OWNER_TOKEN=" + s.token(t, "--user", "owner@example.com"),
		"USER_TOKEN=" + s.token(t, "--user", "user@example.com"), "UPLOAD_TOKEN=" + s.token(t, "--user", "user@example.com", "--scope", "files.upload,tokens.self"),
	}
	out, err := sdkCommand(t, env, "python", "testdata/sdk/classes.py").CombinedOutput()
	if err != nil || string(out) != "every class works\n" {
		t.Errorf("%v:\n%s", err, out)
	}
}

// TestSDKCommandLine runs each command for users, tokens and the organisation.
func TestSDKCommandLine(t *testing.T) {
	t.Parallel()
	s := newSDKSite(t)
	env := []string{
		"ROBOTO_SERVICE_ENDPOINT=" + s.console + "/", "OWNER_TOKEN=" + s.token(t, "--user", "owner@example.com"), "USER_TOKEN=" + s.token(t, "--user", "user@example.com"),
	}
	out, err := sdkCommand(t, env, "python", "testdata/sdk/command_line.py").CombinedOutput()
	if err != nil || string(out) != "every command works\n" {
		t.Errorf("%v:\n%s", err, out)
	}
}

// TestSDKSignIn signs the command line in with a browser, in each way that it has, and refuses it
// once.
func TestSDKSignIn(t *testing.T) {
	t.Parallel()
	s := newSDKSite(t)
	browser := []string{"DISPLAY=:0", "BROWSER=true"} // one that opens nothing: the test is the browser
	for name, c := range map[string]struct {
		env      []string
		command  []string
		decision string
		says     string
	}{
		"auth login with a browser":    {browser, []string{"roboto", quiet, "auth", "login", "--endpoint", s.console}, "approve", "Signed in as admin@example.com"},
		"auth login without a browser": {nil, []string{"roboto", quiet, "auth", "login", "--endpoint", s.console, "--no-browser"}, "approve", "Signed in as admin@example.com"},
		"auth login that is refused":   {browser, []string{"roboto", quiet, "auth", "login", "--endpoint", s.console}, "refuse", "You denied the sign-in"},
		"setup at a terminal": {
			append(browser, "ROBOTO_SERVICE_ENDPOINT="+s.console), []string{"roboto", quiet, "setup", "--skip-skills", "--skip-mcp"}, "approve", "Setup finished",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := append(c.env, "ROBOTO_CONFIG_FILE="+filepath.Join(t.TempDir(), "config.json"))
			said := s.signInProgram(t, env, c.command, c.decision)
			if !strings.Contains(said, c.says) {
				t.Fatalf("got:\n%s\nwant %q", said, c.says)
			}
			if c.decision == "approve" {
				out, err := sdkCommand(t, env, "roboto", quiet, "users", "whoami").CombinedOutput()
				if err != nil || !strings.Contains(string(out), `"user_id": "admin@example.com"`) {
					t.Errorf("with the token: %v:\n%s", err, out)
				}
			}
		})
	}
}

// signInProgram runs a command at a terminal, approves or refuses its request in the browser, and
// returns its output.
func (s sdkSite) signInProgram(t *testing.T, env, command []string, decision string) string {
	t.Helper()
	const terminal = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
	command[0] = filepath.Join(filepath.Dir(python(t)), command[0])
	cmd := sdkCommand(t, env, "python", append([]string{"-c", terminal}, command...)...)
	answers, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = in.CloseWithError(cmd.Wait()) }()
	var said bytes.Buffer
	read := bufio.NewReader(io.TeeReader(out, &said))
	if slices.Contains(command, "setup") {
		waitFor(t, read, &said, regexp.MustCompile(`(\?[^\n]*)$`))
		_, _ = io.WriteString(answers, "y\n")
	}
	requested := waitFor(t, read, &said, regexp.MustCompile(`(/tokens/requests/[\w-]+)\s`))
	page := s.decide(t, requested, decision)
	if to := regexp.MustCompile(`content="0; url=([^"]*)"`).FindStringSubmatch(page); to != nil {
		goOn(t, strings.ReplaceAll(to[1], "&amp;", "&"))
	} else {
		code := regexp.MustCompile(`<pre id="code"[^>]*>([^<]*)</pre>`).FindStringSubmatch(page)
		if code == nil {
			t.Fatalf("no code to paste on the page:\n%s", page)
		}
		waitFor(t, read, &said, regexp.MustCompile(`(Authorization code: )$`)) // earlier input is dropped
		_, _ = io.WriteString(answers, code[1]+"\n")
	}
	_, _ = io.Copy(io.Discard, read) // until the program ends
	return said.String()
}

// waitFor reads until a pattern matches, and returns its first group.
func waitFor(t *testing.T, from *bufio.Reader, said fmt.Stringer, pattern *regexp.Regexp) string {
	t.Helper()
	var text []byte
	for {
		b, err := from.ReadByte()
		if err != nil {
			t.Fatalf("the program ended with %v; it said:\n%s", err, said)
		}
		text = append(text, b)
		if found := pattern.FindSubmatch(text); found != nil {
			return string(found[1])
		}
	}
}

// decide signs admin@example.com in and approves or refuses the request at a path. It returns the
// next page.
func (s sdkSite) decide(t *testing.T, path, decision string) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	visitor := &http.Client{Jar: jar}
	signedIn, body := exchange(t, visitor, request(t, http.MethodGet, s.console+"/sign-in/start?return_to="+url.QueryEscape(path), nil))
	action, values := form(t, body)
	values.Set("user_id", "admin@example.com")
	to, err := signedIn.Request.URL.Parse(action)
	if err != nil {
		t.Fatal(err)
	}
	_, body = exchange(t, visitor, request(t, http.MethodPost, to.String(), values))
	key := regexp.MustCompile(`name="form" value="([^"]*)"`).FindStringSubmatch(body)
	if key == nil || !strings.Contains(body, `value="`+decision+`"`) {
		t.Fatalf("no form on the page:\n%s", body)
	}
	sent := url.Values{"form": {key[1]}, "decision": {decision}}
	if decision == "approve" {
		sent.Set("as", "self")
		sent.Set("service", "")
		sent.Set("reason", "a test")
	}
	answer, body := exchange(t, visitor, request(t, http.MethodPost, s.console+path, sent))
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: got status %d:\n%s", decision, answer.StatusCode, body)
	}
	return body
}

// goOn opens the address to which a page redirects.
func goOn(t *testing.T, to string) {
	t.Helper()
	if answer, body := exchange(t, http.DefaultClient, request(t, http.MethodGet, to, nil)); answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: got status %d:\n%s", to, answer.StatusCode, body)
	}
}

// request returns a request, with a form for values.
func request(t *testing.T, method, address string, values url.Values) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(values.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if values != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}
