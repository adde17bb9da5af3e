//go:build chroot

package inside

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

const twoMachines = "docs/two-machines.md"

// second returns the second machine, with the provider of m.
func (m *machine) second(t *testing.T) *machine {
	t.Helper()
	two := &machine{provider: m.provider, ca: m.ca, own: m.own, root: "/two", dir: "/root"}
	two.write(t, "/usr/local/share/ca-certificates/docstest.crt", m.ca.pem())
	two.shell(t, "", "update-ca-certificates")
	two.install(t)
	two.shell(t, "", `echo 'CONSOLE_LISTEN="127.0.0.2:8080"' >>/etc/console/console.env`)
	return two
}

// ready waits until a console is ready, and returns how long that took since a time.
func ready(t *testing.T, address string, since time.Time) time.Duration {
	t.Helper()
	for {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+":8080/readyz", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return time.Since(since).Round(100 * time.Millisecond)
			}
		}
		if time.Since(since) > 3*time.Minute {
			t.Fatalf("the console at %s does not become ready: %v", address, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// TestTwoMachinesWithSQLite stops the first machine and continues with the copy on the second.
func TestTwoMachinesWithSQLite(t *testing.T) {
	one := newMachine(t)
	one.install(t)
	one.run(t, operations, startIt, "")
	two := one.second(t)
	one.shell(t, "", "mkdir -p /run/sshd; /usr/sbin/sshd -o ListenAddress=127.0.0.1")
	key := two.run(t, twoMachines, "# on two: a key without a passphrase", "")
	one.run(t, twoMachines, "# on one: what the key may do; paste it, Enter, Ctrl-D", key)
	one.shell(t, "", "console-as-service users add copied@example.com")
	one.run(t, twoMachines, "# on one: a backup every five minutes", "")
	two.run(t, twoMachines, "# on two: fetch it, a minute later", "")
	one.shell(t, "", "console-as-service users add lost@example.com; systemctl stop console")

	since := time.Now()
	two.run(t, twoMachines, "# on two, once one is off: SQLite", "")
	t.Logf("the second serves after %v", ready(t, "127.0.0.2", since))
	said := two.shell(t, "", "console-as-service users list; console-as-service check")
	if !strings.Contains(said, "copied@example.com") || strings.Contains(said, "lost@example.com") || !strings.Contains(said, "is whole") {
		t.Error("the second machine's data differ from the copy")
	}
	if said := two.shell(t, "", "ssh -o BatchMode=yes -i /root/.ssh/console-fetch root@one.example.com id | head -c 15"); !strings.HasPrefix(said, "SQLite format 3") {
		t.Error("the SSH key permits other commands")
	}
}

// TestTwoMachinesWithPostgres stops and restarts the standby, then stops the primary: all
// acknowledged changes are there.
func TestTwoMachinesWithPostgres(t *testing.T) {
	one := newMachine(t)
	one.install(t)
	two := one.second(t)
	one.replicate(t, two)
	for _, m := range []*machine{one, two} {
		m.run(t, twoMachines, "# on both: the console", "ANOTHER-PASSWORD\n")
	}
	ready(t, "127.0.0.1", time.Now())
	ready(t, "127.0.0.2", time.Now())
	one.shell(t, "", "console-as-service users add first@example.com")

	two.crash(t)
	said := one.shell(t, "", "console-as-service users add waits@example.com 2>&1 || echo status $?")
	if !strings.Contains(said, "status 3") {
		t.Error("a change without the standby: want that it is unknown, status 3")
	}
	since := time.Now()
	one.run(t, twoMachines, "# on one, when two is away: go on alone", "")
	one.shell(t, "", "console-as-service users add alone@example.com")
	t.Logf("the first goes on alone after %v", time.Since(since).Round(100*time.Millisecond))

	two.shell(t, "", "systemctl start postgresql")
	one.shell(t, "", `until runuser -u postgres -- psql -Atc "SELECT state FROM pg_stat_replication" | grep -q streaming; do sleep 0.2; done`)
	one.run(t, twoMachines, "# on one: acknowledge no change that two does not have", "")
	acknowledged := one.addTen(t)
	one.crash(t)
	one.shell(t, "", "systemctl stop console")
	since = time.Now()
	two.run(t, twoMachines, "# on two, once one is off: PostgreSQL", "")
	t.Logf("the second takes changes after %v", ready(t, "127.0.0.2", since))
	list := two.shell(t, "", "console-as-service users add after@example.com; console-as-service users list; console-as-service check")
	for _, id := range append(acknowledged, "first@example.com", "alone@example.com", "waits@example.com", "after@example.com", "is whole") {
		if !strings.Contains(list, id) {
			t.Errorf("%s is not there", id)
		}
	}
}

// addTen adds ten users and returns their user IDs.
func (m *machine) addTen(t *testing.T) (ids []string) {
	t.Helper()
	for i := range 10 {
		id := fmt.Sprintf("user%d@example.com", i)
		m.shell(t, "", "console-as-service users add "+id)
		ids = append(ids, id)
	}
	return ids
}

// replicate makes two the standby of m, as documented.
func (m *machine) replicate(t *testing.T, two *machine) {
	t.Helper()
	dir := m.server(t, "one.example.com", "listen_addresses = '127.0.0.1'\n")
	m.shell(t, m.block(t, operations, "CREATE ROLE console_owner LOGIN PASSWORD 'ONE-PASSWORD';"), "runuser -u postgres -- psql --set=ON_ERROR_STOP=1")
	m.shell(t, m.block(t, twoMachines, "CREATE ROLE replica LOGIN REPLICATION PASSWORD 'A-THIRD-PASSWORD';"), "runuser -u postgres -- psql --set=ON_ERROR_STOP=1")
	rules := m.block(t, twoMachines, "hostssl  console      console,console_owner  10.0.0.0/24  scram-sha-256")
	m.allow(t, dir, rules)
	// Both are one machine for the kernel, so each has an address of its own for the one port.
	m.shell(t, "", "runuser -u postgres -- psql -c 'ALTER SYSTEM RESET listen_addresses'")
	m.run(t, twoMachines, "# on one: take the settings, and make the schema", "")
	dir = two.server(t, "two.example.com", "listen_addresses = '127.0.0.2'\n")
	two.allow(t, dir, rules)
	two.shell(t, "", "sed -i '/^$/d' "+dir+"/pg_hba.conf")
	two.run(t, twoMachines, "# on two: become the standby of one", "")
	m.run(t, twoMachines, "# on one: acknowledge no change that two does not have", "")
}

// crash stops PostgreSQL without a shutdown.
func (m *machine) crash(t *testing.T) {
	t.Helper()
	m.shell(t, "", `version=$(basename "$(dirname /etc/postgresql/*/main)"); pg_ctlcluster "$version" main stop --mode immediate`)
}
