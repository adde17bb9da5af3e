package repotest

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/server"
)

// A unit is a systemd unit: values by section and name, in order.
type unit map[string]map[string][]string

// readUnit reads a unit. A line that systemd would ignore fails the test.
func readUnit(t *testing.T, name string) unit {
	t.Helper()
	u, section := unit{}, ""
	lines := bufio.NewScanner(strings.NewReader(read(t, filepath.Join(deployDir, "systemd", name))))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		key, value, isValue := strings.Cut(line, "=")
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]")
			u[section] = map[string][]string{}
		case section == "" || !isValue:
			t.Fatalf("%s: %q is no setting", name, line)
		default:
			u[section][key] = append(u[section][key], value)
		}
	}
	return u
}

// last returns the effective value, which is the last.
func (u unit) last(section, name string) string {
	values := u[section][name]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// TestSystemdUnits checks the sandbox of the services, and that the console has the time to stop.
func TestSystemdUnits(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"console.service", "console-backup.service"} {
		u := readUnit(t, name)
		for key, want := range map[string]string{
			"User": "console", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
			"PrivateDevices": "yes", "MemoryDenyWriteExecute": "yes", "CapabilityBoundingSet": "", "UMask": "0077",
			"StateDirectoryMode": "0700", "RestrictNamespaces": "yes", "SystemCallArchitectures": "native", "SystemCallFilter": "~@privileged @resources",
		} {
			if got, given := u.last("Service", key), u["Service"][key] != nil; got != want || !given {
				t.Errorf("%s: %s=%s, want %s", name, key, got, want)
			}
		}
		if got := u["Service"]["SystemCallFilter"]; !slices.Contains(got, "@system-service") {
			t.Errorf("%s: SystemCallFilter=%v, want a list of what is allowed", name, got)
		}
	}
	checkServiceStops(t, readUnit(t, "console.service"))
}

// checkServiceStops checks the start and the stop of the service.
func checkServiceStops(t *testing.T, u unit) {
	t.Helper()
	for key, want := range map[string]string{
		"Type": "notify", "KillSignal": "SIGTERM", "RestartPreventExitStatus": "2", "Restart": "on-failure",
		"ExecStart": "/usr/local/bin/console serve",
	} {
		if got := u.last("Service", key); got != want {
			t.Errorf("%s=%s, want %s", key, got, want)
		}
	}
	enough, err := time.ParseDuration(u.last("Service", "TimeoutStopSec"))
	if least := defaultDrain(t) + server.StopTimeout; err != nil || enough <= least {
		t.Errorf("TimeoutStopSec is %v (%v), and to stop may take %v", enough, err, least)
	}
	secrets := strings.Join(append(u["Service"]["Environment"], u["Service"]["EnvironmentFile"]...), " ")
	if strings.Contains(secrets, "_SECRET=") || strings.Contains(secrets, "_PASSWORD=") {
		t.Errorf("a secret is in the environment: %s", secrets)
	}
}

// TestConsoleAsService runs the script with temporary folders, and a runuser that prints its
// arguments and environment: the user, the program and the settings must be those of the unit.
func TestConsoleAsService(t *testing.T) {
	t.Parallel()
	dir, u := t.TempDir(), readUnit(t, "console.service")
	script := strings.ReplaceAll(read(t, filepath.Join(deployDir, "systemd", "console-as-service")), "/etc/console", dir)
	script = strings.ReplaceAll(script, "cd "+u.last("Service", "WorkingDirectory"), "cd "+dir)
	for name, text := range map[string]string{
		"console.env":        "CONSOLE_ORG_NAME=\"Two Words\"\n",
		"oidc-client-secret": "secret",
		"script":             script,
		"runuser":            "#!/bin/sh\npwd; echo \"$@\"; env | grep ^CONSOLE_ | sort\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "sh", filepath.Join(dir, "script"), "users", "add", "x@example.com")
	cmd.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	program, _, _ := strings.Cut(u.last("Service", "ExecStart"), " ")
	want := strings.Join([]string{
		dir, "-u " + u.last("Service", "User") + " -- " + program + " users add x@example.com",
		u["Service"]["Environment"][0], "CONSOLE_OIDC_CLIENT_SECRET_FILE=" + dir + "/oidc-client-secret", "CONSOLE_ORG_NAME=Two Words", "",
	}, "\n")
	if err != nil || string(out) != want {
		t.Errorf("got (%v)\n%s\nwant\n%s", err, out, want)
	}
}
