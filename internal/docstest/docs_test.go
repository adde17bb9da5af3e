//go:build docs

package docstest_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// packages are the Debian packages of the test machine: those that the documents install, and
// those that they require: git, make and sudo to build from source, PostgreSQL, sshd, and ip.
const packages = "ca-certificates,curl,git,make,sudo,caddy,nginx,postgresql,openssh-server,iproute2"

// scenarios are the tests in package inside.
var scenarios = []string{"TestGuideWithCaddy", "TestGuideWithNginx", "TestReadmeInShort", "TestGuideWithPostgres", "TestTwoMachinesWithSQLite", "TestTwoMachinesWithPostgres"}

// TestDocuments builds a minimal Debian and runs each scenario in a copy of it. It needs Linux,
// root and mmdebstrap; CONSOLE_TEST_DEBIAN may name an existing Debian.
func TestDocuments(t *testing.T) {
	work := t.TempDir()
	if err := os.Chmod(filepath.Dir(work), 0o755); err != nil { // the users in the chroot need access
		t.Fatal(err)
	}
	debian := os.Getenv("CONSOLE_TEST_DEBIAN")
	if debian == "" {
		debian = filepath.Join(work, "debian")
		makeDebian(t, debian)
	}
	material := filepath.Join(work, "docstest")
	makeMaterial(t, material)
	for _, scenario := range scenarios {
		t.Run(scenario, func(t *testing.T) { enter(t, debian, material, scenario) })
	}
}

// command runs a command in dir and returns its output.
func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, &errs)
	}
	return strings.TrimSpace(string(out))
}

// makeDebian installs a minimal Debian, of the release and from the mirrors of this machine.
func makeDebian(t *testing.T, dir string) {
	t.Helper()
	sources := command(t, "/", "apt-get", "indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages", "Origin: Debian")
	if sources == "" {
		t.Fatal("apt has no package lists of Debian: run apt-get update")
	}
	file := filepath.Join(t.TempDir(), "debian.list")
	if err := os.WriteFile(file, []byte(sources+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	command(t, "/", "mmdebstrap", "--quiet", "--variant=apt", "--include="+packages, "", dir, file)
}

// makeMaterial makes the content of /docstest: the committed source, a copy of the repository
// on github.com, and the test binary.
func makeMaterial(t *testing.T, dir string) {
	t.Helper()
	source, github := filepath.Join(dir, "source"), filepath.Join(dir, "github", "roboto-ai", "console")
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	command(t, root, "git", "clone", "--quiet", root, source)
	if tags := command(t, source, "git", "tag", "--points-at", "HEAD"); !strings.Contains(tags, "v1.0.0") {
		command(t, source, "git", "tag", "--force", "v1.0.0")
	}
	download := filepath.Join(github, "releases", "download", "v1.0.0")
	command(t, source, "go", "run", "./internal/release", "-only", runtime.GOOS+"/"+runtime.GOARCH, "-out", download)
	command(t, source, "git", "clone", "--quiet", "--bare", source, filepath.Join(dir, "bare"))
	command(t, filepath.Join(dir, "bare"), "git", "update-server-info")
	for _, name := range []string{"HEAD", "info", "objects", "refs", "packed-refs"} {
		if err := os.Rename(filepath.Join(dir, "bare", name), filepath.Join(github, name)); err != nil {
			t.Fatal(err)
		}
	}
	command(t, root, "go", "test", "-c", "-tags", "chroot", "-o", filepath.Join(dir, "inside.test"), "./internal/docstest/inside")
}

// startScript makes two overlay copies of the Debian $1 in $2, the second in /two of the first,
// mounts Go, its caches and the material $3 into them, and runs the scenario $4 in the first.
// The two share a network namespace.
const startScript = `set -e
mount --make-rprivate /
machine() {
	mkdir -p "$1/upper" "$1/work" "$2"
	mount -t overlay overlay -o "lowerdir=$debian,upperdir=$1/upper,workdir=$1/work" "$2"
	mount -t proc proc "$2/proc"
	mount --rbind /dev "$2/dev"
	mount -t tmpfs tmpfs "$2/run"
	mkdir -p "$2/docstest" "$2/run/lock"
	mount --bind "$material" "$2/docstest"
	echo "127.0.0.1 localhost $(hostname) console.example.com github.com db.example.com one.example.com
127.0.0.2 two.example.com" >"$2/etc/hosts"
	ln -s /docstest/inside.test "$2/usr/local/sbin/systemctl"
	ln -s /docstest/inside.test "$2/usr/local/sbin/journalctl"
}
debian=$1 material=$3 root=$2/root
machine "$2/one" "$root"
mkdir -p "$root/two" "$root/usr/local/go" "$root/root/go/pkg/mod" "$root/root/.cache/go-build"
machine "$2/two" "$root/two"
mount --bind "$(go env GOROOT)" "$root/usr/local/go"
mount --bind "$(go env GOMODCACHE)" "$root/root/go/pkg/mod"
mount --bind "$(go env GOCACHE)" "$root/root/.cache/go-build"
exec chroot "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
	/docstest/inside.test -test.v -test.timeout 15m -test.run "^$4\$"`

// enter runs a scenario in its own mount, network and process namespaces.
func enter(t *testing.T, debian, material, scenario string) {
	t.Helper()
	own, err := os.MkdirTemp(filepath.Dir(material), scenario)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child",
		"/bin/sh", "-c", startScript, "sh", debian, own, material, scenario)
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !bytes.Contains(out, fmt.Appendf(nil, "--- PASS: %s ", scenario)) {
		t.Errorf("the scenario failed: %v", err)
	}
}
