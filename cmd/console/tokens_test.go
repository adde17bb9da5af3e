package main

import (
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
)

// runToken runs a token command and returns its standard output and its standard error.
func runToken(t *testing.T, url string, args ...string) (out, says string, err error) {
	t.Helper()
	var stdout, stderr strings.Builder
	err = run(t.Context(), append([]string{"console", "token", args[0], "--database", url}, args[1:]...), lookupIn(nil), &stdout, &stderr)
	return stdout.String(), stderr.String(), err
}

// withService returns a database with the service user fleet.
func withService(t *testing.T) string {
	t.Helper()
	url := databasetest.URL(t)
	if _, err := runUsers(t, url, []string{"add-service", "fleet", "--role", "auditor"}); err != nil {
		t.Fatal(err)
	}
	return url
}

// createToken creates a token of fleet at the command line and returns its secret, which must be
// all that is on standard output, and not on standard error.
func createToken(t *testing.T, url string) (secret string) {
	t.Helper()
	out, says, err := runToken(t, url, "create", "--user", "fleet", "--name", "nightly", "--expiry", "30d", "--scope", "users.read", "--scope", "audit.read,tokens.self", "--range", "10.0.0.0/8", "--reason", "the export")
	if err != nil || !regexp.MustCompile(`^usr_pat_[0-9A-Za-z]{43}_[0-9a-f]{8}\n$`).MatchString(out) {
		t.Fatalf("create: got %q, %v", out, err)
	}
	secret = strings.TrimSpace(out)
	if strings.Contains(says, secret) || !strings.Contains(says, "audit.read tokens.self users.read") || !strings.Contains(says, "fleet with the role auditor") {
		t.Errorf("on standard error: got %q", says)
	}
	return secret
}

// TestTokenCreate creates a token, uses, lists and revokes it.
func TestTokenCreate(t *testing.T) {
	t.Parallel()
	url := withService(t)
	secret := createToken(t, url)
	var id users.TokenID
	inDirectory(t, url, func(directory *users.Service) {
		in, err := directory.Authenticate(t.Context(), secret, users.Program("req", "10.1.2.3", "", "curl 8"))
		if err != nil || in.User.ID != "fleet" || in.Token.Name != "nightly" || in.Token.IssuedBy.Key != "" || in.Token.ShownTo.Key != "" {
			t.Fatalf("the secret: got %+v, %v", in, err)
		}
		if left := time.Until(in.Token.EndsAt); left < 29*24*time.Hour || left > 30*24*time.Hour {
			t.Errorf("it ends in %v", left)
		}
		id = in.Token.ID
	})
	if e := eventsIn(t, url, history.Query{Target: "fleet"}); e[0].Action != users.ActionTokenIssued || e[0].Reason != "the export" || e[0].Via != users.ViaCommand {
		t.Errorf("history: got %+v", e)
	}
	checkTokenLists(t, url, secret)
	if out, _, err := runToken(t, url, "revoke", string(id)); err != nil || !strings.Contains(out, "nightly") {
		t.Errorf("revoke: got %q, %v", out, err)
	}
	inDirectory(t, url, func(directory *users.Service) {
		if _, err := directory.Authenticate(t.Context(), secret, users.Program("req", "10.1.2.3", "", "")); !errors.Is(err, users.ErrNoToken) {
			t.Errorf("revoked: got %v", err)
		}
	})
	if out, _, err := runToken(t, url, "list", "--user", "fleet"); err != nil || !strings.Contains(out, "revoked") {
		t.Errorf("list after the end: got %q, %v", out, err)
	}
}

// checkTokenLists checks both formats of the list while the token is live.
func checkTokenLists(t *testing.T, url, secret string) {
	t.Helper()
	if out, _, err := runToken(t, url, "list", "--user", "fleet"); err != nil || !strings.Contains(out, "nightly") || !strings.Contains(out, "10.1.2.3") || strings.Contains(out, secret) {
		t.Errorf("list: got %q, %v", out, err)
	}
	out, _, err := runToken(t, url, "list", "--format", "json")
	var list []map[string]any
	if jsonErr := json.Unmarshal([]byte(out), &list); err != nil || jsonErr != nil || len(list) != 1 ||
		list[0]["user_id"] != "fleet" || list[0]["state"] != "live" || list[0]["last_used_with"] != "curl 8" {
		t.Errorf("list as JSON: got %q, %v, %v", out, err, jsonErr)
	}
}

// TestTokenCreate_defaults issues a token of a system user, and one that never ends where that is
// allowed; both with api.everything_else.
func TestTokenCreate_defaults(t *testing.T) {
	t.Parallel()
	url := withService(t)
	if _, err := runUsers(t, url, []string{"add-system", "platform"}); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"platform", "fleet --expiry never --token-lifetime never"} {
		out, says, err := runToken(t, url, append([]string{"create", "--user"}, strings.Fields(args)...)...)
		if err != nil || !strings.HasPrefix(out, "usr_pat_") || !strings.Contains(says, "api.everything_else") {
			t.Errorf("%s: got %q, %q, %v", args, out, says, err)
		}
	}
	if out, _, err := runToken(t, url, "list"); err != nil || strings.Count(out, "\n") != 3 || !strings.Contains(out, "never") {
		t.Errorf("list: got %q, %v", out, err)
	}
}

// TestToken_mistakes makes mistakes: nothing is printed on standard output.
func TestToken_mistakes(t *testing.T) {
	t.Parallel()
	url := withService(t)
	for args, test := range map[string]struct {
		says   string
		status int
	}{
		"create":                                 {"--user (CONSOLE_USER) is required", 2},
		"create --user nobody":                   {"there is no user nobody", 1},
		"create --user ?":                        {"there is no user ?", 1},
		"create --user fleet --expiry 0d":        {"less than an hour", 2},
		"create --user fleet --expiry soon":      {"is not a time such as 90d", 2},
		"create --user fleet --expiry 366d":      {"365 days", 1},
		"create --user fleet --expiry never":     {"365 days", 1},
		"create --user fleet --scope users.all":  {`there is no scope "users.all"`, 2},
		"create --user fleet --range everywhere": {"range", 1},
		"revoke":                                 {"needs an argument TOKEN", 2},
		"revoke tok_none":                        {"there is no token tok_none", 1},
		"list --user nobody":                     {"there is no user nobody", 1},
		"list --format xml":                      {`"xml" is not text or json`, 2},
	} {
		out, _, err := runToken(t, url, strings.Fields(args)...)
		if err == nil || exitStatus(err) != test.status || !strings.Contains(err.Error(), test.says) || out != "" {
			t.Errorf("token %s: got %q, status %d, %v, want %d and %q", args, out, exitStatus(err), err, test.status, test.says)
		}
	}
}

// A closedPipe is an output whose reader has gone.
type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestTokenCreate_notPrinted checks that a token is revoked if its secret cannot be printed.
func TestTokenCreate_notPrinted(t *testing.T) {
	t.Parallel()
	url := withService(t)
	err := run(t.Context(), []string{"console", "token", "create", "--database", url, "--user", "fleet"}, lookupIn(nil), closedPipe{}, io.Discard)
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("create: got %v", err)
	}
	if out, _, err := runToken(t, url, "list"); err != nil || strings.Count(out, "\n") != 1 {
		t.Errorf("list: got %q, %v", out, err)
	}
}
