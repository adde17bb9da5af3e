package repotest

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/server"
)

var composeDir = filepath.Join(deployDir, "compose")

// TestCompose checks the hardening of every service in the Compose file, and its order of start.
func TestCompose(t *testing.T) {
	t.Parallel()
	file := documents(t, read(t, filepath.Join(composeDir, "compose.yaml")))[0]
	services := file.child("services")
	for name := range services {
		s := services.child(name)
		s.has(t, name, map[string]any{"read_only": true, "cap_drop.0": "ALL", "security_opt.0": "no-new-privileges:true"})
		if s.text("mem_limit") == "" || s.at("pids_limit") == nil {
			t.Errorf("%s: no limit of memory or of processes", name)
		}
		if ports := s.texts("ports"); (len(ports) > 0) != (name == "proxy") {
			t.Errorf("%s: published ports %v; the proxy alone is to be reached", name, ports)
		}
		for key, value := range s.child("environment") {
			if secret := strings.Contains(key, "PASSWORD") || strings.Contains(key, "SECRET"); secret && !strings.HasPrefix(value.(string), "/run/secrets/") {
				t.Errorf("%s: %s is %v, want a file in /run/secrets", name, key, value)
			}
		}
	}
	for _, name := range []string{"console-1", "console-2"} {
		checkComposeConsole(t, name, services.child(name))
	}
	services.has(t, "services", map[string]any{
		"migrate.user": "65532:65532", "migrate.command.0": "migrate", "migrate.restart": "no",
		"migrate.depends_on.database.condition":  "service_healthy",
		"migrate.environment.CONSOLE_SERVE_ROLE": "console",
		"database.user":                          "999:999",
		"proxy.depends_on.console-1.condition":   "service_healthy",
		"proxy.depends_on.console-2.condition":   "service_healthy",
	})
	file.has(t, "networks", map[string]any{"networks.back.internal": true})
	if nets := services.texts("database.networks"); !slices.Equal(nets, []string{"back"}) {
		t.Errorf("the database is on the networks %v, want back alone", nets)
	}
}

// checkComposeConsole checks a service that serves.
func checkComposeConsole(t *testing.T, name string, s node) {
	t.Helper()
	s.has(t, name, map[string]any{
		"user": "65532:65532", "restart": "unless-stopped",
		"depends_on.migrate.condition": "service_completed_successfully",
		"healthcheck.test.1":           "/console", "healthcheck.test.2": "healthcheck",
	})
	if got := s.texts("secrets"); slices.Contains(got, "owner_password") {
		t.Errorf("%s: the console has the owner's password", name)
	}
	grace, err := time.ParseDuration(s.text("stop_grace_period"))
	drain, drainErr := time.ParseDuration(s.text("environment.CONSOLE_DRAIN"))
	if err != nil || drainErr != nil || grace <= drain+server.StopTimeout {
		t.Errorf("%s: it may take %v to stop and has %v", name, drain+server.StopTimeout, grace)
	}
}

// TestComposeProxy checks that the proxy notices a stopping console well within its drain, and
// closes idle connections before the console does.
func TestComposeProxy(t *testing.T) {
	t.Parallel()
	caddyfile := read(t, filepath.Join(composeDir, "Caddyfile"))
	setting := func(name string) string {
		_, rest, _ := strings.Cut(caddyfile, "\t"+name+" ")
		value, _, _ := strings.Cut(rest, "\n")
		return value
	}
	if setting("health_uri") != "/readyz" || setting("reverse_proxy") != "console-1:8080 console-2:8080 {" {
		t.Errorf("the proxy asks %q at %q", setting("health_uri"), setting("reverse_proxy"))
	}
	if every, err := time.ParseDuration(setting("health_interval")); err != nil || 3*every > defaultDrain(t) {
		t.Errorf("the proxy asks every %v (%v), want thrice in %v", every, err, defaultDrain(t))
	}
	if keeps, err := time.ParseDuration(setting("keepalive")); err != nil || keeps >= server.IdleTimeout {
		t.Errorf("the proxy keeps connections for %v (%v), and the console closes them after %v", keeps, err, server.IdleTimeout)
	}
}

// TestComposeRoles checks that the serving role owns nothing.
func TestComposeRoles(t *testing.T) {
	t.Parallel()
	sql := read(t, filepath.Join(composeDir, "postgres", "roles.sql"))
	for _, want := range []string{
		"CREATE DATABASE console OWNER console_owner", "ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0",
		"CREATE ROLE console LOGIN", "CREATE ROLE console_owner LOGIN", "REVOKE ALL ON DATABASE console FROM PUBLIC",
	} {
		if !strings.Contains(sql, want) {
			t.Errorf("roles.sql lacks %s", want)
		}
	}
	if strings.Contains(sql, "SUPERUSER") || strings.Contains(sql, "PASSWORD '") {
		t.Error("roles.sql makes a superuser, or has a password in it")
	}
}
