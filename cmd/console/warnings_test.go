package main

import (
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/database/databasetest"
)

// TestUnknownVariables checks which variables count as settings of no command.
func TestUnknownVariables(t *testing.T) {
	t.Parallel()
	p := &program{env: lookupIn(nil), stdout: io.Discard, stderr: io.Discard, environ: []string{
		"CONSOLE_OWNER=a@b.c", "CONSOLE_OWNERS=a@b.c", "CONSOLE_OIDC_SECRET=x", "CONSOLE_OIDC_CLIENT_SECRET_FILE=/x",
		"CONSOLE_BASEURL=x", "CONSOLE_SERVE_ROLE=console", "CONSOLES=1", "HOME=/", "CONSOLE_TEST_BROWSER=/x", "CONSOLE_PORT=8080",
	}}
	want := map[string]string{
		"CONSOLE_OWNER": "CONSOLE_OWNERS", "CONSOLE_OIDC_SECRET": "CONSOLE_OIDC_CLIENT_SECRET",
		"CONSOLE_BASEURL": "CONSOLE_BASE_URL", "CONSOLE_PORT": "",
	}
	got := map[string]string{}
	for _, v := range p.unknownVariables() {
		got[v.name] = v.nearest
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	p.environ = []string{"CONSOLE_SERVICE_HOST=10.0.0.1", "CONSOLE_SERVICE_PORT_HTTP=80", "CONSOLE_PORT=tcp://10.0.0.1:80", "CONSOLE_PORT_80_TCP=tcp://10.0.0.1:80"}
	if got := p.unknownVariables(); len(got) > 0 {
		t.Errorf("beside a Service of Kubernetes: got %v, want none", got)
	}
}

// TestServeWarns starts on a new database and again with other owners: the log says that the
// database is new, and which address in --owners has no effect.
func TestServeWarns(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + filepath.Join(t.TempDir(), "console.db")
	first := serveLog(t, "--database", url, "--owners", "owner@example.com")
	if !strings.Contains(first, "the database is new") || !strings.Contains(first, "CONSOLE_OWNER,") || strings.Contains(first, "has no effect, as there is an owner") {
		t.Errorf("first start: got\n%s", first)
	}
	again := serveLog(t, "--database", url, "--owners", "owner@example.com")
	if strings.Contains(again, "the database is new") || strings.Contains(again, "as there is an owner") {
		t.Errorf("again: got\n%s", again)
	}
	other := serveLog(t, "--database", url, "--owners", "owner@example.com,other@example.com")
	if !strings.Contains(other, "--owners (CONSOLE_OWNERS) has no effect") || !strings.Contains(other, `"not owners":"other@example.com"`) {
		t.Errorf("with another address: got\n%s", other)
	}
}

// TestNewDatabaseIsReportedOnce starts on a database that is not new.
func TestNewDatabaseIsReportedOnce(t *testing.T) {
	t.Parallel()
	if said := serveLog(t, "--database", databasetest.URL(t), "--owners", "owner@example.com"); strings.Contains(said, "the database is new") {
		t.Errorf("on one that was migrated: got\n%s", said)
	}
}

// serveLog starts the console with a variable that is no setting, stops it and returns its log.
func serveLog(t *testing.T, args ...string) string {
	t.Helper()
	log := &sharedText{}
	p := &program{env: lookupIn(nil), environ: []string{"CONSOLE_OWNER=x"}, stderr: log}
	r := p.start(t, "sign-out address", append([]string{"serve", "--listen", "127.0.0.1:0", "--drain", "0s"}, args...)...)
	r.stop()
	if err := <-r.done; err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(log.String(), `"variable":"CONSOLE_OWNER","nearest":"CONSOLE_OWNERS"`, "CONSOLE_OWNER, nearest CONSOLE_OWNERS")
}

// A sharedText is a buffer for several goroutines.
type sharedText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *sharedText) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *sharedText) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}
