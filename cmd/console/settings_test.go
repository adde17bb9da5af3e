package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
)

// enough are the required settings of serve.
var enough = map[string]string{
	"CONSOLE_BASE_URL":       "https://console.example.com",
	"CONSOLE_OIDC_ISSUER":    "https://id.example.com",
	"CONSOLE_OIDC_CLIENT_ID": "console",
}

// readSettings returns the config of serve for the arguments and the environment, which holds
// enough and env.
func readSettings(t *testing.T, args []string, env map[string]string) (*config, error) {
	t.Helper()
	var got *config
	p := &program{env: lookupIn(env), stdout: io.Discard, stderr: io.Discard}
	cmd := p.leaf("serve", "", "", (*config).serveSettings, func(_ context.Context, c *config, _ []string) error {
		got = c
		return nil
	})
	err := cmd.Run(t.Context(), append([]string{"serve"}, args...))
	return got, err
}

// lookupIn returns an environment that holds enough and env. A variable with an empty value in env
// is not set.
func lookupIn(env map[string]string) lookup {
	return func(name string) (string, bool) {
		value, ok := env[name]
		if !ok {
			value, ok = enough[name]
		}
		return value, ok && value != ""
	}
}

// A settingsTest is a value of the config for arguments and variables.
type settingsTest struct {
	args []string
	env  map[string]string
	got  func(*config) any
	want any
}

// testSettings runs each test.
func testSettings(t *testing.T, tests map[string]settingsTest) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := readSettings(t, test.args, test.env)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, test.got(c), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestWhereSettingsComeFrom checks the precedence: the flag, the variable, the default.
func TestWhereSettingsComeFrom(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	listen := func(c *config) any { return c.listen }
	secret := func(c *config) any { return c.clientSecret }
	testSettings(t, map[string]settingsTest{
		"nowhere":          {nil, nil, listen, "127.0.0.1:8080"},
		"a variable":       {nil, map[string]string{"CONSOLE_LISTEN": ":80"}, listen, ":80"},
		"a flag":           {[]string{"--listen", ":81"}, nil, listen, ":81"},
		"both":             {[]string{"--listen", ":81"}, map[string]string{"CONSOLE_LISTEN": ":80"}, listen, ":81"},
		"a bad variable":   {[]string{"--listen=:81"}, map[string]string{"CONSOLE_LISTEN": "x"}, listen, ":81"},
		"a file":           {nil, map[string]string{"CONSOLE_OIDC_CLIENT_SECRET_FILE": file}, secret, "from a file"},
		"no file is named": {[]string{"--oidc-client-secret", "s"}, map[string]string{"CONSOLE_OIDC_CLIENT_SECRET_FILE": ""}, secret, "s"},
	})
}

// goodSettings are settings without mistakes.
var goodSettings = map[string]settingsTest{
	"a base URL ends after the host": {
		[]string{"--base-url", "https://console.example.com/"}, nil,
		func(c *config) any { return c.address("/x") }, "https://console.example.com/x",
	},
	"http on this machine": {
		[]string{"--base-url", "http://localhost:8080", "--oidc-issuer", "http://127.0.0.1:9000"}, nil,
		func(c *config) any { return c.baseURL.String() + " " + c.issuer }, "http://localhost:8080 http://127.0.0.1:9000",
	},
	"a switch without a value": {
		[]string{"--oidc-trust-email", "--org-name", "Acme"}, nil,
		func(c *config) any { return c.trustEmail && c.orgName == "Acme" }, true,
	},
	"a switch in the environment": {nil, map[string]string{"CONSOLE_OIDC_TRUST_EMAIL": "1"}, func(c *config) any { return c.trustEmail }, true},
	"networks": {
		[]string{"--trusted-proxies", "10.1.2.3/8, 192.0.2.1,::1"}, nil,
		func(c *config) any { return c.trustedProxies },
		[]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("::1/128")},
	},
	"owners in canonical form": {
		[]string{"--owners", "Ana@Example.com, bo@example.com"}, nil,
		func(c *config) any { return c.owners }, []string{"ana@example.com", "bo@example.com"},
	},
	"scopes": {nil, nil, func(c *config) any { return c.scopes }, []string{"openid", "profile", "email"}},
	"sign-up by domain": {
		[]string{"--signup", "domain", "--signup-domains", "Example.com"}, nil,
		func(c *config) any { return []any{c.signup, c.signupDomains} }, []any{users.SignupDomain, []string{"example.com"}},
	},
	"times": {
		[]string{"--session-idle", "90m", "--drain", "0s"}, nil,
		func(c *config) any { return []time.Duration{c.sessionIdle, c.sessionLifetime, c.drain} },
		[]time.Duration{90 * time.Minute, 7 * 24 * time.Hour, 0},
	},
	"times in days": {
		[]string{"--session-lifetime", "30d", "--token-lifetime", "90d"}, nil,
		func(c *config) any { return []time.Duration{c.sessionLifetime, c.tokenLifetime} },
		[]time.Duration{30 * 24 * time.Hour, 90 * 24 * time.Hour},
	},
	"tokens by default": {
		nil, nil, func(c *config) any { d := c.directory(nil); return []any{d.TokenLifetime, d.NoPersonalTokens} },
		[]any{365 * 24 * time.Hour, false},
	},
	"tokens that do not expire, of service users alone": {
		[]string{"--token-lifetime", "never", "--personal-tokens=false"}, nil,
		func(c *config) any { d := c.directory(nil); return []any{d.TokenLifetime, d.NoPersonalTokens} },
		[]any{users.Unlimited, true},
	},
	"log level": {[]string{"--log-level", "WARN"}, nil, func(c *config) any { return c.logLevel }, slog.LevelWarn},
}

// TestSettings checks the values of goodSettings.
func TestSettings(t *testing.T) {
	t.Parallel()
	testSettings(t, goodSettings)
}

// settingsMistakes are settings with mistakes.
var settingsMistakes = map[string]struct {
	args []string
	env  map[string]string
	want []string // parts of the mistakes, in any order
}{
	"every one at once": {
		[]string{"--listen", "here", "--session-idle", "soon", "--signup", "all", "--trusted-proxies", "x", "--owners", "ana"},
		map[string]string{"CONSOLE_BASE_URL": "", "CONSOLE_OIDC_ISSUER": "", "CONSOLE_OIDC_CLIENT_ID": "", "CONSOLE_LOG_LEVEL": "loud"},
		[]string{
			"--listen (CONSOLE_LISTEN)", "--session-idle", "--signup", "--trusted-proxies", "--owners", "--log-level",
			"--base-url (CONSOLE_BASE_URL) is required", "--oidc-issuer (CONSOLE_OIDC_ISSUER) is required", "--oidc-client-id",
		},
	},
	"a lifetime of tokens of minutes":   {[]string{"--token-lifetime", "30m"}, nil, []string{"less than an hour"}},
	"a lifetime of tokens without unit": {[]string{"--token-lifetime", "90"}, nil, []string{"is not a time such as 90d or 12h"}},
	"a base URL over http":              {[]string{"--base-url", "http://console.example.com"}, nil, []string{"must begin with https://"}},
	"a base URL with a path":            {[]string{"--base-url", "https://example.com/console"}, nil, []string{"must end after the host"}},
	"a base URL that is none":           {[]string{"--base-url", "console"}, nil, []string{"is not an address"}},
	"a base URL of another kind":        {[]string{"--base-url", "ftp://console.example.com"}, nil, []string{"must begin with https://"}},
	"an issuer over http":               {[]string{"--oidc-issuer", "http://id.example.com"}, nil, []string{"http is only for this machine"}},
	"a database of another engine":      {[]string{"--database", "postgres://x"}, nil, []string{"--database"}},
	"a port that is none":               {[]string{"--listen", "127.0.0.1:70000"}, nil, []string{"no port"}},
	"a switch that is neither":          {[]string{"--oidc-trust-email=perhaps"}, nil, []string{"neither true nor false"}},
	"idle longer than the lifetime":     {[]string{"--session-idle", "200h"}, nil, []string{"longer than"}},
	"sign-up by no domain":              {[]string{"--signup", "domain"}, nil, []string{"needs --signup-domains"}},
	"domains without sign-up by domain": {[]string{"--signup-domains", "example.com"}, nil, []string{"has an effect with"}},
	"a picture host with a path":        {[]string{"--picture-hosts", "example.com/a"}, nil, []string{"not a host name"}},
	"a picture host with a policy":      {[]string{"--picture-hosts", "example.com;script-src"}, nil, []string{"not a host name"}},
	"all as a proxy":                    {[]string{"--trusted-proxies", "10.0.0.0/8,0.0.0.0/0"}, nil, []string{"is every address"}},
	"a log format that is none":         {[]string{"--log-format", "xml"}, nil, []string{"not json or text"}},
	"a drain without end":               {[]string{"--drain", "1h"}, nil, []string{"from 0s to 10m"}},
	"a secret twice": {
		[]string{"--oidc-client-secret", "a"}, map[string]string{"CONSOLE_OIDC_CLIENT_SECRET_FILE": "/b"}, []string{"both given"},
	},
	"a secret in a file that is not there": {
		nil, map[string]string{"CONSOLE_OIDC_CLIENT_SECRET_FILE": "/not/there"}, []string{"CONSOLE_OIDC_CLIENT_SECRET_FILE: open"},
	},
	"an empty setting":          {[]string{"--org-name", ""}, nil, []string{"it is empty"}},
	"a setting that is not one": {[]string{"--lisen", "x"}, nil, []string{"there is no setting --lisen"}},
	"a setting without value":   {[]string{"--listen"}, nil, []string{"--listen needs a value"}},
	"an argument too many":      {[]string{"now"}, nil, []string{`no use for the argument "now"`}},
}

// TestSettingsMistakes checks that all mistakes are reported at once, each once.
func TestSettingsMistakes(t *testing.T) {
	t.Parallel()
	for name, test := range settingsMistakes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readSettings(t, test.args, test.env)
			if got := exitStatus(err); got != 2 {
				t.Fatalf("got %v with status %d, want 2", err, got)
			}
			mistakes, _ := errors.AsType[*usageError](err)
			if len(mistakes.mistakes) != len(test.want) {
				t.Errorf("got %d mistakes, want %d:\n%v", len(mistakes.mistakes), len(test.want), err)
			}
			for _, want := range test.want {
				if !slices.ContainsFunc(mistakes.mistakes, func(got string) bool { return strings.Contains(got, want) }) {
					t.Errorf("got\n%v\nwant a mistake that says %q", err, want)
				}
			}
		})
	}
}

// TestDemoRefusesOtherMachines checks that the demo, which has no passwords, listens on this machine
// alone.
func TestDemoRefusesOtherMachines(t *testing.T) {
	t.Parallel()
	for _, address := range []string{":8080", "0.0.0.0:8080", "[::]:8080", "192.0.2.1:8080", "example.com:8080"} {
		err := run(t.Context(), []string{"console", "demo", "--listen", address}, lookupIn(nil), io.Discard, io.Discard)
		if exitStatus(err) != 2 || !strings.Contains(err.Error(), "other machines") {
			t.Errorf("demo on %s: got %v, want a refusal", address, err)
		}
	}
}

// helps are texts that the help of a command has, and others that it has not.
var helps = map[string]struct {
	args  []string
	says  []string
	hides []string
}{
	"of the program": {[]string{"help"}, []string{"serve", "demo", "users", "token", "migrate", "backup", "restore", "check", "healthcheck", "version"}, nil},
	"of serve": {
		[]string{"serve", "--help"},
		[]string{
			"--listen", "default: 127.0.0.1:8080", "$CONSOLE_LISTEN", "(required)", "default: sqlite:data/console.db",
			"CONSOLE_OIDC_CLIENT_SECRET_FILE", "default: 168h", "--oidc-trust-email",
		},
		[]string{"demo"},
	},
	"of demo":         {[]string{"demo", "--help"}, []string{"--users", "default: 1000", "default: sqlite:data/demo.db"}, []string{"--oidc-issuer"}},
	"of token":        {[]string{"token", "--help"}, []string{"create", "list", "revoke"}, nil},
	"of token create": {[]string{"token", "create", "--help"}, []string{"--user", "(required)", "default: 90d", "--scope", "--token-lifetime"}, nil},
	"of users":        {[]string{"users", "--help"}, []string{"set-role", "add", "reset-sign-in", "add-service", "add-system", "erase"}, nil},
}

// TestHelp checks that the help lists commands and settings with their defaults.
func TestHelp(t *testing.T) {
	t.Parallel()
	for name, test := range helps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := run(t.Context(), append([]string{"console"}, test.args...), lookupIn(nil), &out, io.Discard); err != nil {
				t.Fatal(err)
			}
			for _, want := range test.says {
				if !strings.Contains(out.String(), want) {
					t.Errorf("got no %q in\n%s", want, &out)
				}
			}
			for _, hidden := range test.hides {
				if strings.Contains(out.String(), hidden) {
					t.Errorf("got %q in\n%s", hidden, &out)
				}
			}
		})
	}
}
