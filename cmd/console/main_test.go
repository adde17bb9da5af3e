package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// startServe runs serve on a free port with a new database.
func startServe(t *testing.T, more ...string) running {
	t.Helper()
	return start(t, "sign-out address", append([]string{
		"serve", "--listen", "127.0.0.1:0", "--database", databasetest.URL(t),
		"--owners", "owner@example.com", "--drain", "0s",
	}, more...)...)
}

// TestServe runs the program as a service manager does: it prints the addresses to register, is
// ready, and stops without an error.
func TestServe(t *testing.T) {
	t.Parallel()
	r := startServe(t)
	for _, want := range []string{
		"redirect address  https://console.example.com/sign-in/callback",
		"sign-out address  https://console.example.com/sign-in",
	} {
		if !strings.Contains(r.said, want) {
			t.Errorf("got no %q in\n%s", want, r.said)
		}
	}
	if status, _ := get(t, "http://"+r.address(t)+"/readyz"); status != http.StatusOK {
		t.Errorf("readiness: got status %d, want 200", status)
	}
	if err := run(t.Context(), []string{"console", "healthcheck", "--listen", r.address(t)}, lookupIn(nil), io.Discard, io.Discard); err != nil {
		t.Errorf("healthcheck: %v", err)
	}
	r.stop()
	if err := <-r.done; err != nil {
		t.Errorf("stopped: got %v, want no error", err)
	}
	if err := run(t.Context(), []string{"console", "healthcheck", "--listen", r.address(t)}, lookupIn(nil), io.Discard, io.Discard); err == nil {
		t.Error("healthcheck after the stop: got no error")
	}
}

// TestServeFailsReadinessFirst polls readiness while the program stops, as a proxy does: it must
// see 503 before the listener is closed.
func TestServeFailsReadinessFirst(t *testing.T) {
	t.Parallel()
	r := startServe(t, "--drain", "1s")
	r.stop()
	for { // during the drain
		status, _ := get(t, "http://"+r.address(t)+"/readyz")
		if status == http.StatusServiceUnavailable {
			break
		}
		if status != http.StatusOK {
			t.Fatalf("while stopping: got status %d", status)
		}
	}
	if err := <-r.done; err != nil {
		t.Errorf("got %v, want no error", err)
	}
}

// TestServeRefuses starts serve with settings it refuses, that of the demo among them.
func TestServeRefuses(t *testing.T) {
	t.Parallel()
	text := filepath.Join(t.TempDir(), "diary.txt")
	if err := os.WriteFile(text, []byte("Dear diary, nothing happened today."), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		args   []string
		status int
		says   string
	}{
		"no owner and no address of one": {[]string{"--database", databasetest.URL(t)}, 2, "--owners (CONSOLE_OWNERS) is required"},
		"a file that is no database":     {[]string{"--database", "sqlite:" + text}, 1, "is not a database"},
		"the demo's provider":            {[]string{"--demo"}, 2, "there is no setting --demo"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"console", "serve", "--listen", "127.0.0.1:0"}, test.args...)
			err := run(t.Context(), args, lookupIn(nil), io.Discard, io.Discard)
			if exitStatus(err) != test.status || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v with status %d, want %q and %d", err, exitStatus(err), test.says, test.status)
			}
		})
	}
}

// TestServeNeedsNoOwnersOnceThereIsOne starts twice: the setting may be removed after the first
// start.
func TestServeNeedsNoOwnersOnceThereIsOne(t *testing.T) {
	t.Parallel()
	url := databasetest.URL(t)
	for _, args := range [][]string{{"--owners", "owner@example.com"}, {}} {
		r := start(t, "sign-out address", append([]string{
			"serve", "--listen", "127.0.0.1:0", "--drain", "0s", "--database", url,
		}, args...)...)
		r.stop()
		if err := <-r.done; err != nil {
			t.Fatal(err)
		}
	}
}

// A usersStep is one call of a users command.
type usersStep struct {
	args string
	says string // part of the output or the error
	fail bool
}

// usersSteps are calls on the same database, one after the other.
var usersSteps = map[string][]usersStep{
	"a way back in": {
		{"add owner@example.com --role owner", "owner@example.com was added with the role owner", false},
		{"reset-sign-in owner@example.com", "may sign in with another identity that has this verified address. The role stays owner.", false},
	},
	"a new role": {
		{"add Ana@Example.com", "ana@example.com was added with the role user", false},
		{"set-role ANA@example.com auditor", "ana@example.com has the role auditor", false},
		{"set-role ana@example.com king", `ROLE: "king" is not user, auditor, admin or owner`, true},
	},
	"twice the same": {
		{"add ana@example.com", "added", false},
		{"add ana@example.com", "there is a user ana@example.com already", true},
	},
	"a list": {
		{"add ana@example.com --role admin", "added", false},
		{"add-system platform", "added", false},
		{"list", "ana@example.com        person  admin  invited  never", false},
		{"list --search role:owner --format json", "[]\n", false},
		{"list --search role:king", "role", true},
		{"list --format xml", `"xml" is not text or json`, true},
	},
	"leaving": {
		{"add ana@example.com", "added", false},
		{"end-sessions ana@example.com", "Sessions ended: 0.", false},
		{"deactivate ana@example.com --reason gone", "ana@example.com is deactivated and signed out.\n", false},
		{"list --search status:deactivated", "ana@example.com", false},
		{"deactivate nobody@example.com", "there is no user nobody@example.com", true},
		{"end-sessions nobody@example.com", "there is no user nobody@example.com", true},
	},
	"erasing": {
		{"add owner@example.com --role owner", "added", false},
		{"add ana@example.com", "added", false},
		{"erase ana@example.com", "Erased ana@example.com. What they did and when stays in the audit log under the key usr_", false},
		{"erase ana@example.com", "there is no user ana@example.com", true},
		{"list", "owner@example.com", false},
	},
	"no such user":  {{"set-role nobody@example.com admin", "there is no user nobody@example.com", true}},
	"a system user": {{"add-system platform", "platform was added as a system user", false}},
	"a service user": {
		{"add-service fleet --role auditor --name Fleet", "fleet was added as a service user with the role auditor", false},
		{"add-service fleet", "there is a user fleet already", true},
		{"add-service king --role owner", "role", true},
		{"list --search type:service", "fleet    Fleet  service  auditor  active", false},
	},
	"a bad id": {{"add x", "user_id", true}},
}

// TestUsersCommands runs the calls of usersSteps.
func TestUsersCommands(t *testing.T) {
	t.Parallel()
	for name, steps := range usersSteps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := databasetest.URL(t)
			for _, s := range steps {
				said, err := runUsers(t, url, strings.Fields(s.args))
				if (err != nil) != s.fail {
					t.Fatalf("users %s: got error %v", s.args, err)
				}
				if err != nil {
					said = err.Error()
				}
				if !strings.Contains(said, s.says) {
					t.Errorf("users %s: got %q, want %q", s.args, said, s.says)
				}
			}
		})
	}
}

// TestUsersCommandsMakeNoDatabase mistypes the path: a new empty database would look like success.
func TestUsersCommandsMakeNoDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "typo.db")
	_, err := runUsers(t, "sqlite:"+path, []string{"add", "owner@example.com", "--role", "owner"})
	if _, ok := errors.AsType[*database.OpenError](err); !ok {
		t.Errorf("got error %v, want an OpenError", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file: got error %v, want that there is none", err)
	}
}

// runUsers runs a users command and returns its output.
func runUsers(t *testing.T, url string, args []string) (string, error) {
	t.Helper()
	var out strings.Builder
	args = append([]string{"console", "users", args[0], "--database", url}, args[1:]...)
	err := run(t.Context(), args, lookupIn(nil), &out, t.Output())
	return out.String(), err
}

// TestMigrate creates a database, and refuses a directory.
func TestMigrate(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + filepath.Join(t.TempDir(), "console.db")
	var out strings.Builder
	if err := run(t.Context(), []string{"console", "migrate", "--database", url}, lookupIn(nil), &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if want := strings.TrimPrefix(url, "sqlite:") + " is up to date.\n"; out.String() != want {
		t.Errorf("got %q, want %q", &out, want)
	}
	err := run(t.Context(), []string{"console", "migrate", "--database", "sqlite:" + t.TempDir()}, lookupIn(nil), &out, io.Discard)
	if _, ok := errors.AsType[*database.OpenError](err); !ok || exitStatus(err) != 1 {
		t.Errorf("a directory: got %v with status %d, want an OpenError and 1", err, exitStatus(err))
	}
}

// TestWrongCommands checks the errors of wrong command lines, and their exit status, 2.
func TestWrongCommands(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"":                        "a command is missing",
		"srve":                    `there is no command "srve"`,
		"users":                   "a command is missing",
		"users set-role":          "needs an argument ID",
		"users set-role a@b.c":    "needs an argument ROLE",
		"users add a@b.c d@e.f":   `no use for the argument "d@e.f"`,
		"users add a@b.c --admin": "there is no setting --admin",
		"version 2":               `no use for the argument "2"`,
	}
	for line, want := range tests {
		err := run(t.Context(), append([]string{"console"}, strings.Fields(line)...), lookupIn(nil), io.Discard, io.Discard)
		if exitStatus(err) != 2 || !strings.Contains(err.Error(), want) {
			t.Errorf("console %s: got %v with status %d, want %q and 2", line, err, exitStatus(err), want)
		}
	}
}

func TestDialAddress(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"127.0.0.1:8080": "127.0.0.1:8080",
		":8080":          "127.0.0.1:8080",
		"0.0.0.0:8080":   "127.0.0.1:8080",
		"[::]:8080":      "[::1]:8080",
		"console:80":     "console:80",
	}
	for address, want := range tests {
		if got := dialAddress(address); got != want {
			t.Errorf("dialAddress(%q): got %q, want %q", address, got, want)
		}
	}
}
