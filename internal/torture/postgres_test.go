//go:build postgres

package torture

import (
	"fmt"
	"os/exec"
	"syscall"
	"testing"

	"github.com/roboto-ai/console/internal/database/postgrestest"
)

// serveRole is the role that serves the console, with minimal rights.
const serveRole = "console"

// recoverySync makes crash recovery sync whole file systems rather than file by file, which
// takes a busy disk a minute.
const recoverySync = "recovery_init_sync_method=syncfs"

// newServer starts a PostgreSQL server with durable settings and an empty database named
// console.
func newServer(t testing.TB) *postgrestest.Server {
	t.Helper()
	s := postgrestest.New(t)
	for _, text := range []string{
		`CREATE ROLE ` + serveRole + ` LOGIN`, `CREATE DATABASE console ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0`,
	} {
		statement(t, s, text)
	}
	return s
}

// newMigrated is newServer with the current schema.
func newMigrated(t testing.TB) *postgrestest.Server {
	t.Helper()
	s := newServer(t)
	built, err := program()
	if err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command(built, "migrate", "--database", s.URL(postgrestest.Superuser, "console"), "--serve-role", serveRole).CombinedOutput()
	if err != nil {
		t.Fatalf("console migrate: %v\n%s", err, said)
	}
	return s
}

// statement runs a statement as the superuser.
func statement(t testing.TB, s *postgrestest.Server, text string) {
	t.Helper()
	if err := s.Run(t.Context(), "postgres", text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// A pair is a primary and its synchronous standby.
type pair struct{ primary, standby *postgrestest.Server }

// standbyRetry shortens the time after which a standby without a primary can be promoted, by
// default five seconds.
const standbyRetry = "wal_retrieve_retry_interval=200ms"

// newPair starts a pair with a console's database.
func newPair(t testing.TB) *pair {
	t.Helper()
	primary := newMigrated(t)
	standby, err := primary.Standby("standby", standbyRetry)
	if err != nil {
		t.Fatalf("start the standby: %v", err)
	}
	t.Cleanup(standby.Remove)
	p := &pair{primary, standby}
	p.synchronize(t)
	return p
}

// synchronize makes replication synchronous.
func (p *pair) synchronize(t testing.TB) {
	t.Helper()
	statement(t, p.primary, `ALTER SYSTEM SET synchronous_standby_names = 'standby'`)
	statement(t, p.primary, `SELECT pg_reload_conf()`)
	p.awaits(t, "the standby is synchronous", `SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')`)
}

// holdCommit pauses the standby until goOn is called, and returns when a commit waits for it.
func (p *pair) holdCommit(t testing.TB) (goOn func()) {
	t.Helper()
	var receiver int
	err := open(t, p.standby.URL(postgrestest.Superuser, "postgres")).
		QueryRowContext(t.Context(), `SELECT pid FROM pg_stat_wal_receiver`).Scan(&receiver)
	if err == nil {
		err = syscall.Kill(receiver, syscall.SIGSTOP)
	}
	if err != nil {
		t.Fatalf("hold the standby: %v", err)
	}
	p.awaits(t, "a commit waits for the standby", `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep')`)
	return func() { _ = syscall.Kill(receiver, syscall.SIGCONT) } // it may have ended with the primary
}

// awaits waits until a query of the primary returns true.
func (p *pair) awaits(t testing.TB, words, query string) {
	t.Helper()
	db := open(t, p.primary.URL(postgrestest.Superuser, "postgres"))
	until(t, words, func() (is bool) {
		err := db.QueryRowContext(t.Context(), query).Scan(&is)
		return err == nil && is
	})
}

// failOver kills the primary and promotes the standby.
func (p *pair) failOver(t testing.TB, goOn func()) {
	t.Helper()
	err := p.primary.Kill()
	goOn()
	if err != nil {
		t.Fatalf("kill the primary: %v", err)
	}
	if err := p.standby.Promote(t.Context()); err != nil {
		t.Fatalf("promote the standby: %v", err)
	}
	p.primary, p.standby = p.standby, p.primary
}

// rejoin makes the former primary the standby.
func (p *pair) rejoin(t testing.TB) {
	t.Helper()
	if err := p.standby.Follow(p.primary, "standby", standbyRetry); err != nil {
		t.Fatalf("make a standby of what was the primary: %v", err)
	}
	p.synchronize(t)
}

// url returns the URL of the database on the server that accepts writes.
func (p *pair) url() string {
	return fmt.Sprintf("postgres://%s@%s,%s/console?target_session_attrs=read-write&sslmode=disable",
		serveRole, p.primary.Address(), p.standby.Address())
}
