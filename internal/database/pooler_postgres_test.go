//go:build postgres && pgbouncer

package database_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// TestPooler opens a database through a PgBouncer with its default settings, which refuses most
// settings in a start-up message, and checks that they apply all the same.
func TestPooler(t *testing.T) {
	t.Parallel()
	through := startPooler(t, databasetest.PostgresURL(t))
	db, err := database.Open(t.Context(), through, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for name, want := range map[string]string{
		"lock_timeout": "5s", "random_page_cost": "1.1", "statement_timeout": "15s",
		"idle_in_transaction_session_timeout": "10s", "synchronous_commit": "on", "TimeZone": "UTC",
	} {
		if got := setting(t, db.Transact, name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	if err := db.Ping(t.Context()); err != nil {
		t.Errorf("ping: %v", err)
	}
	_, err = database.Open(t.Context(), through+"&work_mem=8MB", database.Options{})
	if refused, ok := errors.AsType[*database.OpenError](err); !ok || !strings.Contains(refused.Fix, "ignore_startup_parameters") {
		t.Errorf("with a setting in the address: got %v, want an OpenError that names ignore_startup_parameters", err)
	}
}

// startPooler starts a PgBouncer in front of the server of a database, and returns the
// database's address through it.
func startPooler(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	_ = free.Close()
	args := []string{writePoolerSettings(t, u, port)}
	if os.Getuid() == 0 { // it refuses to run as root
		args = []string{"-u", "nobody", args[0]}
	}
	var said strings.Builder
	cmd := exec.CommandContext(t.Context(), "pgbouncer", args...)
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-ended })
	u.Host = net.JoinHostPort("127.0.0.1", port)
	awaitPooler(t, u.String(), ended, &said)
	return u.String()
}

// writePoolerSettings writes the settings of a PgBouncer that listens on port, in front of
// the server of u, where any user can read them, and returns their file.
func writePoolerSettings(t *testing.T, u *url.URL, port string) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "pooler")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	ini, users := filepath.Join(dir, "pgbouncer.ini"), filepath.Join(dir, "users")
	text := fmt.Sprintf("[databases]\n* = host=%s port=%s\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %s\nunix_socket_dir =\n"+
		"auth_type = trust\nauth_file = %s\npool_mode = session\ndefault_pool_size = 40\n", u.Hostname(), u.Port(), port, users)
	for file, content := range map[string]string{ini: text, users: fmt.Sprintf("%q \"\"\n", u.User.Username())} {
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return ini
}

// awaitPooler waits until the pooler answers.
func awaitPooler(t *testing.T, address string, ended <-chan struct{}, said fmt.Stringer) {
	t.Helper()
	for {
		conn, err := pgx.Connect(t.Context(), address)
		if err == nil {
			_ = conn.Close(context.WithoutCancel(t.Context()))
			return
		}
		select {
		case <-ended:
			t.Fatalf("pgbouncer ended:\n%s", said)
		default:
		}
	}
}
