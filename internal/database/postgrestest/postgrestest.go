// Package postgrestest starts PostgreSQL servers for tests, from the programs of Debian's package
// postgresql: a primary, and hot standbys that can be promoted. Each has its own directory and
// port, and ends with the test's process, even if that is killed.
package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Superuser is the role that may do anything on a [Server].
const Superuser = "postgres"

// A Server is a PostgreSQL server of a test, on 127.0.0.1.
type Server struct {
	dir  string // that holds its data
	port int
	wire io.WriteCloser // while it is open the server runs
	done chan struct{}
}

// NoDurability are settings for a server whose data need not survive a crash.
var NoDurability = []string{
	"fsync=off", "synchronous_commit=off", "full_page_writes=off", "checkpoint_timeout=1h", "max_wal_size=8GB",
	"autovacuum=off", "jit=off", // neither is worth it in a test
}

// Start starts a new, empty server with settings as "name=value".
func Start(settings ...string) (*Server, error) {
	dir, err := newDir()
	if err != nil {
		return nil, err
	}
	s := &Server{dir: filepath.Join(dir, "data")}
	if err := command("initdb", "--pgdata="+s.dir, "--username="+Superuser, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync").run(); err != nil {
		return nil, err
	}
	return s, s.start(settings)
}

// New is [Start] for a test, which the server ends with.
func New(tb testing.TB, settings ...string) *Server {
	tb.Helper()
	s, err := Start(settings...)
	if err != nil {
		tb.Fatalf("start a PostgreSQL server: %v", err)
	}
	tb.Cleanup(s.Remove)
	return s
}

// newDir makes a directory for the user who runs the servers, below one that every user can
// read.
func newDir() (string, error) {
	dir, err := os.MkdirTemp("/tmp", "postgrestest")
	if err != nil {
		return "", err
	}
	if who := runAs(); who != nil {
		err = os.Chown(dir, int(who.Uid), int(who.Gid))
	}
	return dir, err
}

// supervisor is a shell script that runs the server until a line is written to its input, or
// until that is closed because the test's process has ended: then it deletes the directory $0.
const supervisor = `"$@" & server=$!; read word; kill -INT $server; wait $server; [ "$word" ] || rm -rf -- "$0"`

// start starts the server on a free port, or on the port that it had.
func (s *Server) start(settings []string) error {
	if s.port == 0 {
		port, err := freePort()
		if err != nil {
			return err
		}
		s.port = port
	}
	args := []string{"-D", s.dir, "-p", strconv.Itoa(s.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
		"-c", "max_connections=400", "-c", "log_min_messages=fatal"}
	for _, one := range settings {
		args = append(args, "-c", one)
	}
	c := command("postgres", args...)
	shell := exec.Command("/bin/sh", append([]string{"-c", supervisor, filepath.Dir(s.dir), c.path}, c.args...)...)
	shell.Dir, shell.SysProcAttr = "/", attributes()
	log, err := os.OpenFile(s.dir+".log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	shell.Stdout, shell.Stderr = log, log
	if s.wire, err = shell.StdinPipe(); err != nil {
		return err
	}
	if err := shell.Start(); err != nil {
		return err
	}
	s.done = make(chan struct{})
	go func() {
		defer close(s.done)
		_ = shell.Wait() // how it ended is in the log
	}()
	return s.await()
}

// await waits until the server answers.
func (s *Server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	pause := time.NewTicker(20 * time.Millisecond)
	defer pause.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.URL(Superuser, "postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.done:
			text, _ := os.ReadFile(s.dir + ".log")
			return fmt.Errorf("the server ended: %s", text)
		case <-ctx.Done():
			return err
		case <-pause.C:
		}
	}
}

// URL returns the address of a database on s for a role.
func (s *Server) URL(role, database string) string {
	return fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", role, s.Address(), database)
}

// Address returns the host and port of s.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// Run runs statements, separated by semicolons, as the superuser in a database.
func (s *Server) Run(ctx context.Context, database, statements string) error {
	conn, err := pgx.Connect(ctx, s.URL(Superuser, database))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statements)
	return err
}

// Passwords makes s require the password of a role.
func (s *Server) Passwords(role string) error {
	name := filepath.Join(s.dir, "pg_hba.conf")
	rules, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	rule := fmt.Sprintf("host all %s 127.0.0.1/32 scram-sha-256\n", role)
	if err := os.WriteFile(name, append([]byte(rule), rules...), 0o600); err != nil {
		return err
	}
	return s.Run(context.Background(), "postgres", `SELECT pg_reload_conf()`)
}

// Stop ends the server as its operator would; it can be started again.
func (s *Server) Stop() {
	_, _ = io.WriteString(s.wire, "stop\n") // to a server that is stopped already, nothing
	_ = s.wire.Close()
	<-s.done
}

// Restart starts a server that was stopped or killed, on the same port.
func (s *Server) Restart(settings ...string) error { return s.start(settings) }

// Remove ends the server and deletes its data.
func (s *Server) Remove() {
	s.Stop()
	_ = os.RemoveAll(filepath.Dir(s.dir))
}

// Kill ends all processes of the server at once, as the loss of its machine does.
func (s *Server) Kill() error {
	text, err := os.ReadFile(filepath.Join(s.dir, "postmaster.pid"))
	if err != nil {
		return err
	}
	var pid int
	if _, err := fmt.Sscan(string(text), &pid); err != nil {
		return err
	}
	_ = syscall.Kill(pid, syscall.SIGSTOP) // so that it does not react to what follows
	for range 200 {                        // a child that was forked meanwhile would keep the port
		left := children(pid)
		if len(left) == 0 {
			break
		}
		for _, child := range left {
			_ = syscall.Kill(child, syscall.SIGKILL)
		}
		time.Sleep(5 * time.Millisecond)
	}
	err = syscall.Kill(pid, syscall.SIGKILL)
	s.Stop() // the supervisor
	return errors.Join(err, os.Remove(filepath.Join(s.dir, "postmaster.pid")))
}

// Standby starts a hot standby that follows s under a name.
func (s *Server) Standby(name string, settings ...string) (*Server, error) {
	dir, err := newDir()
	if err != nil {
		return nil, err
	}
	follower := &Server{dir: filepath.Join(dir, "data")}
	return follower, follower.Follow(s, name, settings...)
}

// Follow makes s, which was killed, a hot standby of another server, on the port that it had. It
// deletes its data.
func (s *Server) Follow(primary *Server, name string, settings ...string) error {
	if err := os.RemoveAll(s.dir); err != nil {
		return err
	}
	source := fmt.Sprintf("host=127.0.0.1 port=%d user=%s application_name=%s", primary.port, Superuser, name)
	if err := command("pg_basebackup", "--pgdata="+s.dir, "--dbname="+source, "--write-recovery-conf", "--checkpoint=fast", "--no-sync").run(); err != nil {
		return err
	}
	return s.start(settings)
}

// Promote makes a standby a primary.
func (s *Server) Promote(ctx context.Context) error {
	return s.Run(ctx, "postgres", `SELECT pg_promote(true, 30)`)
}

// freePort returns a free port outside of the ephemeral range, from which an outgoing connection
// could take the port while its server is down.
func freePort() (port int, err error) {
	for range 100 {
		var l net.Listener
		port = 15_000 + rand.N(15_000)
		if l, err = net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
			return port, l.Close()
		}
	}
	return 0, err
}

// children returns the running child processes of a process, by Linux's /proc.
func children(parent int) (pids []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/status")
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // has ended
		}
		if slices.Contains(statusOf(text, "PPid"), strconv.Itoa(parent)) && !slices.Contains(statusOf(text, "State"), "Z") {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name))); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// runAs returns the user of servers if the test runs as root, as whom PostgreSQL refuses to run;
// nil otherwise.
func runAs() *syscall.Credential {
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, _ := strconv.ParseUint(u.Uid, 10, 32)
			gid, _ := strconv.ParseUint(u.Gid, 10, 32)
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	return nil
}

// attributes are those of server processes: a process group of their own, so that an interrupt
// of the test does not reach them.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: runAs(), Setpgid: true}
}
