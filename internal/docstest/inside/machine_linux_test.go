//go:build chroot

package inside

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/docstest"
)

// source is the repository in the chroot.
const source = "/docstest/source"

// owner is the value of the placeholder for the owner's address.
const owner = "owner@example.com"

// TestMain also implements systemctl and journalctl, which are links to the test binary.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "systemctl":
		if err := systemctl(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "systemctl:", err)
			os.Exit(1)
		}
		return
	case "journalctl": // -u UNIT -n LINES
		log, err := os.ReadFile(filepath.Join(stateDir, os.Args[2]+".service.log"))
		if err != nil {
			fmt.Fprintln(os.Stderr, "journalctl:", err)
			os.Exit(1)
		}
		_, _ = os.Stdout.Write(log)
		return
	}
	os.Exit(m.Run())
}

// A machine is the chroot of a scenario.
type machine struct {
	provider *authtest.Provider
	ca       authority
	root     string            // path of its root; empty for the test's own
	dir      string            // working directory of the shell
	own      *strings.Replacer // replaces placeholders
}

// newMachine starts the provider and sets up network and trusted authority.
func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{provider: authtest.New(t), ca: newAuthority(t), dir: "/root"}
	m.provider.SignsIn(authtest.Person{Subject: "1", Email: owner, Verified: true, Name: "Olga Owner"})
	m.provider.Registers("https://console.example.com/sign-in/callback")
	m.own = strings.NewReplacer("https://id.example.com", m.provider.Issuer(), "CLIENT-ID", m.provider.ClientID,
		"YOUR ORGANISATION", "Example Robotics", "YOU@example.com", owner, "you@example.com", owner,
		"10.0.0.0/24", "127.0.0.0/24")
	m.shell(t, "", "ip link set lo up")
	m.write(t, "/usr/local/share/ca-certificates/docstest.crt", m.ca.pem())
	m.shell(t, "", "update-ca-certificates")
	return m
}

// write writes a world-readable file.
func (m *machine) write(t *testing.T, file, text string) {
	t.Helper()
	file = m.root + file
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// shell runs commands with an input and returns their output. Their last working directory is
// that of the next commands.
func (m *machine) shell(t *testing.T, input, commands string) string {
	t.Helper()
	const where = "/run/docstest-dir"
	cmd := exec.CommandContext(t.Context(), "chroot", m.root+"/", "/bin/sh", "-e", "-c", "cd "+m.dir+"\n"+commands+"\npwd >"+where)
	cmd.Stdin = strings.NewReader(input)
	cmd.Env = []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/go/bin", "HOME=/root", "LANG=C.UTF-8",
		"DEBIAN_FRONTEND=noninteractive", "GOPROXY=off", "GOTOOLCHAIN=local", "GOFLAGS=", "GOMODCACHE=/root/go/pkg/mod", "GOCACHE=/root/.cache/go-build",
	}
	out, err := cmd.CombinedOutput()
	t.Logf("$ %s\n%s", strings.TrimSpace(commands), out)
	if err != nil {
		t.Fatalf("the commands failed: %v", err)
	}
	dir, err := os.ReadFile(m.root + where)
	if err != nil {
		t.Fatal(err)
	}
	m.dir = strings.TrimSpace(string(dir))
	return string(out)
}

// run runs the block of a document with that first line and an input, and returns its output.
func (m *machine) run(t *testing.T, doc, first, input string) string {
	t.Helper()
	return m.shell(t, input, m.block(t, doc, first))
}

// block returns the text of a block, with placeholders replaced.
func (m *machine) block(t *testing.T, doc, first string) string {
	t.Helper()
	block, err := docstest.Find(source, doc, first)
	if err != nil {
		t.Fatal(err)
	}
	return m.own.Replace(block.Text)
}

// A visitor is a browser of the console.
type visitor struct{ *http.Client }

// visitor returns a browser with the machine's trusted authorities.
func (m *machine) visitor(t *testing.T) visitor {
	t.Helper()
	roots, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(roots)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(transport.CloseIdleConnections)
	return visitor{&http.Client{Jar: jar, Transport: transport}}
}

// sees fails the test unless the page at path contains a text.
func (v visitor) sees(t *testing.T, path, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://console.example.com"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none"} {
		req.Header.Set(name, value)
	}
	res, err := v.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || !strings.Contains(string(body), text) {
		t.Fatalf("%s: got %s at %s without %q\n%s", path, res.Status, res.Request.URL, text, body)
	}
}

// An authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// newAuthority returns a new authority.
func newAuthority(t *testing.T) authority {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "docstest"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
	}
	return authority{}.sign(t, template)
}

// sign returns a new key and certificate, signed by a, or self-signed if a is empty.
func (a authority) sign(t *testing.T, template *x509.Certificate) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent, signer := template, key
	if a.cert != nil {
		parent, signer = a.cert, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{cert, key}
}

// issue returns certificate and key of a server with that name, in PEM.
func (a authority) issue(t *testing.T, name string) (cert, key string) {
	t.Helper()
	of := a.sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 3, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	der, err := x509.MarshalPKCS8PrivateKey(of.key)
	if err != nil {
		t.Fatal(err)
	}
	return of.pem(), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// pem returns the certificate in PEM.
func (a authority) pem() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}))
}
