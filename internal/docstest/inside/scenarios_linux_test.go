//go:build chroot

package inside

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"
)

// The documents.
const (
	readme     = "README.md"
	operations = "docs/operations.md"
	backup     = "docs/backup.md"
	copying    = "docs/copy.md"
	doctor     = "docs/doctor.md"
)

// First lines of blocks that several scenarios run.
const (
	fromRelease = "apt-get install -y --no-install-recommends ca-certificates curl"
	putInPlace  = "install -m 0755 console /usr/local/bin/console"
	settings    = "install -m 0640 -o root -g console /dev/stdin /etc/console/console.env <<'END'"
	secret      = "install -m 0440 -o root -g console /dev/stdin /etc/console/oidc-client-secret"
	withCaddy   = "apt-get install -y caddy"
	withNginx   = "apt-get install -y nginx"
	examine     = "console-as-service doctor"
	startIt     = "systemctl daemon-reload"
)

// serveGitHub serves github.com while do runs.
func (m *machine) serveGitHub(t *testing.T, do func()) {
	t.Helper()
	cert, key := m.ca.issue(t, "github.com")
	pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:443", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.FileServer(http.Dir("/docstest/github"))}
	go func() { _ = server.Serve(listener) }()
	do()
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
}

// install follows the guide up to step 4.
func (m *machine) install(t *testing.T) {
	t.Helper()
	m.serveGitHub(t, func() { m.run(t, operations, fromRelease, "") })
	if said := m.run(t, operations, putInPlace, ""); !strings.Contains(said, "console 1.0.0 ") {
		t.Errorf("the version of the release: got %s", said)
	}
	m.run(t, operations, settings, "")
	m.run(t, operations, secret, m.provider.ClientSecret+"\n")
}

// trustCaddy makes the machine trust Caddy's authority.
func (m *machine) trustCaddy(t *testing.T) {
	t.Helper()
	m.shell(t, "", "install -m 0644 /var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt /usr/local/share/ca-certificates/caddy.crt && update-ca-certificates")
}

// examined runs the doctor, which must report nothing wrong.
func (m *machine) examined(t *testing.T, first string) {
	t.Helper()
	doc := operations
	if strings.HasPrefix(first, "sudo") {
		doc = doctor
	}
	if said := m.run(t, doc, first, ""); !strings.Contains(said, " 0 wrong.") {
		t.Errorf("the doctor found something wrong")
	}
}

// TestGuideWithCaddy installs a release with SQLite and Caddy, signs in, backs up and restores.
func TestGuideWithCaddy(t *testing.T) {
	m := newMachine(t)
	m.install(t)
	m.run(t, operations, withCaddy, "")
	m.trustCaddy(t)
	m.examined(t, examine)
	if said := m.run(t, operations, startIt, ""); !strings.Contains(said, "https://console.example.com/sign-in/callback") {
		t.Errorf("the log does not say what to register")
	}
	visitor := m.visitor(t)
	visitor.sees(t, "/sign-in/start?return_to=/users", owner)
	m.examined(t, "sudo console-as-service doctor")

	m.run(t, readme, "sudo console-as-service doctor", "")
	m.run(t, operations, "console-as-service backup /var/lib/console/copy.db", "")
	m.run(t, operations, "install -m 0644 deploy/systemd/console-backup.service deploy/systemd/console-backup.timer /etc/systemd/system/", "")
	m.run(t, backup, "console-as-service backup /var/lib/console/backup/$(date +%F).db", "")
	m.shell(t, "", "console-as-service users add ana@example.com")
	m.run(t, backup, "systemctl stop console", "")
	visitor.sees(t, "/users", owner)
	if said := m.shell(t, "", "console-as-service users list"); strings.Contains(said, "ana@example.com") {
		t.Error("a user added after the backup exists after its restoration")
	}
	if said := m.run(t, backup, "console-as-service check", ""); !strings.Contains(said, "is whole") {
		t.Error("the restored database is not whole")
	}
	m.shell(t, "", "console-as-service users add ana@example.com")
	m.run(t, readme, "sudo console-as-service users list --search role:owner                         # who the owners are", "")
	if said := m.run(t, readme, "sudo console-as-service users add-service fleet-reader --role auditor", ""); !strings.Contains(said, "usr_pat_") || !strings.Contains(said, "nightly") {
		t.Error("no secret of a token is printed, or the token is not listed")
	}
	m.run(t, readme, "sudo console-as-service backup /var/lib/console/backup/monday.db   # also while it runs", "")
	m.run(t, operations, "console-as-service users add SECOND@example.com --role owner       # another owner, who signs in with that address", "")
	m.run(t, operations, "systemctl restart console", "")
	visitor.sees(t, "/users", "second@example.com")
}

// TestGuideWithNginx installs a release with nginx, whose certificate exists already.
func TestGuideWithNginx(t *testing.T) {
	m := newMachine(t)
	m.install(t)
	cert, key := m.ca.issue(t, "console.example.com")
	m.write(t, "/etc/letsencrypt/live/console.example.com/fullchain.pem", cert)
	m.write(t, "/etc/letsencrypt/live/console.example.com/privkey.pem", key)
	m.run(t, operations, withNginx, "")
	m.examined(t, examine)
	m.run(t, operations, startIt, "")
	m.visitor(t).sees(t, "/sign-in/start?return_to=/users", owner)
	m.examined(t, examine)
}

// TestReadmeInShort builds from a clone and runs the commands of the README.
func TestReadmeInShort(t *testing.T) {
	m := newMachine(t)
	m.serveGitHub(t, func() { m.run(t, operations, "git clone https://github.com/roboto-ai/console && cd console", "") })
	commands, serve, ok := strings.Cut(m.block(t, readme, "make build"), "sudo -u console")
	if !ok {
		t.Fatal("the block does not end with what starts the console")
	}
	m.shell(t, m.provider.ClientSecret+"\n", commands)
	said := m.shell(t, "", "sudo -u console "+strings.TrimSpace(serve)+" >/run/console.log 2>&1 &\n"+
		"until curl -fs http://127.0.0.1:8080/readyz; do kill -0 $! || { cat /run/console.log; exit 1; }; sleep 0.2; done\n"+
		"cat /run/console.log; kill $!; wait $! || true")
	if !strings.Contains(said, "https://console.example.com/sign-in/callback") {
		t.Error("the console does not say what to register")
	}
}
