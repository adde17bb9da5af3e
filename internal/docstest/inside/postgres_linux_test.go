//go:build chroot

package inside

import (
	"path/filepath"
	"strings"
	"testing"
)

// server starts PostgreSQL with additional settings and a certificate for a name, and returns
// its configuration directory.
func (m *machine) server(t *testing.T, name, settings string) string {
	t.Helper()
	dirs, err := filepath.Glob(m.root + "/etc/postgresql/*/main")
	if err != nil || len(dirs) != 1 {
		t.Fatalf("folders of PostgreSQL's settings: got %v, %v, want one", dirs, err)
	}
	dir := strings.TrimPrefix(dirs[0], m.root)
	cert, key := m.ca.issue(t, name)
	m.write(t, dir+"/server.crt", cert)
	m.write(t, dir+"/server.key", key)
	m.write(t, dir+"/conf.d/docstest.conf", "ssl_cert_file = '"+dir+"/server.crt'\nssl_key_file = '"+dir+"/server.key'\n"+settings)
	m.shell(t, "", "chown postgres "+dir+"/server.key; chmod 0600 "+dir+"/server.key\n"+
		"install -d -m 2775 -o postgres -g postgres /run/postgresql; systemctl start postgresql")
	return dir
}

// allow prepends rules to pg_hba.conf.
func (m *machine) allow(t *testing.T, dir, rules string) {
	t.Helper()
	m.shell(t, rules, "cat - "+dir+"/pg_hba.conf >/run/rules && cat /run/rules >"+dir+"/pg_hba.conf && runuser -u postgres -- psql -c 'SELECT pg_reload_conf()'")
}

// TestGuideWithPostgres copies a console from SQLite to PostgreSQL as documented, and restores
// a dump: sessions stay valid, and no other role may connect.
func TestGuideWithPostgres(t *testing.T) {
	m := newMachine(t)
	m.install(t)
	m.run(t, operations, withCaddy, "")
	m.trustCaddy(t)
	m.run(t, operations, startIt, "")
	visitor := m.visitor(t)
	visitor.sees(t, "/sign-in/start?return_to=/users", owner)

	dir := m.server(t, "db.example.com", "")
	m.shell(t, m.block(t, operations, "CREATE ROLE console_owner LOGIN PASSWORD 'ONE-PASSWORD';"), "runuser -u postgres -- psql --set=ON_ERROR_STOP=1")
	m.allow(t, dir, m.block(t, operations, "hostssl  console  console,console_owner  10.0.0.0/24  scram-sha-256"))
	m.run(t, operations, "CONSOLE_DATABASE='postgres://console_owner@db.example.com/console?sslmode=verify-full' \\", "")
	m.run(t, operations, "systemctl stop console", "")
	m.run(t, operations, `echo 'CONSOLE_DATABASE="postgres://console@db.example.com/console?sslmode=verify-full"' >>/etc/console/console.env`, "ANOTHER-PASSWORD\n")
	visitor.sees(t, "/users", owner)
	m.examined(t, examine)

	m.run(t, backup, "install -d -m 0700 -o postgres -g postgres /var/backups/console", "")
	m.shell(t, "", "console-as-service users add ana@example.com")
	if said := m.run(t, backup, "systemctl stop console   # on every machine", ""); !strings.Contains(said, "is whole") {
		t.Error("the restored database is not whole")
	}
	if said := m.shell(t, "", "console-as-service users list"); strings.Contains(said, "ana@example.com") {
		t.Error("a user added after the dump exists after its restoration")
	}
	visitor.sees(t, "/users", owner)
	grants := m.shell(t, "", `runuser -u postgres -- psql -Atc "SELECT datacl FROM pg_database WHERE datname = 'console'"`)
	if strings.Contains(grants, "{=") || strings.Contains(grants, ",=") || !strings.Contains(grants, "console=c/") {
		t.Errorf("rights to the restored database: got %s, want none for PUBLIC", grants)
	}
}
