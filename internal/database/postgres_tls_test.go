package database_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/roboto-ai/console/internal/database"
)

// tlsListener answers PostgreSQL's request for TLS (SSLRequest, section 55.2.10 of its
// documentation) with a handshake by config, or, where that is nil, with a refusal. It
// returns its address.
func tlsListener(t *testing.T, config *tls.Config) string {
	t.Helper()
	var lc net.ListenConfig
	listener, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = io.ReadFull(conn, make([]byte, 8))
			if config == nil {
				_, _ = conn.Write([]byte("N"))
			} else if _, err := conn.Write([]byte("S")); err == nil {
				_ = tls.Server(conn, config).HandshakeContext(t.Context()) // the client refuses it
			}
			_ = conn.Close()
		}
	}()
	return listener.Addr().String()
}

// serverCertificate returns a certificate for 127.0.0.1 that template changes, and the file
// of its authority, which is the certificate itself.
func serverCertificate(t *testing.T, change func(*x509.Certificate)) (*tls.Config, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "PostgreSQL"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	change(template)
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "root.crt")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, file
}

// TestPostgresTLSRefusals: each failure of TLS is named with its own fix, to the person who
// starts the console and by the doctor.
func TestPostgresTLSRefusals(t *testing.T) {
	t.Parallel()
	same := func(*x509.Certificate) {}
	for name, test := range map[string]struct {
		change  func(*x509.Certificate) // nil: the server offers no TLS
		mode    string
		trusted bool
		says    string
	}{
		"an unknown authority":               {same, "verify-full", false, "an authority that is not trusted. Add sslrootcert=FILE to --database"},
		"an unknown authority, name ignored": {same, "verify-ca", false, "Add sslrootcert=FILE to --database"},
		"another name": {func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"db.example.com"} }, "verify-full", true,
			"has a certificate for other names (db.example.com). Write one of those names"},
		"expired": {func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, "verify-full", true, "Renew the server's certificate"},
		"not a server's": {func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, "verify-full", true,
			"is not accepted: x509: certificate specifies an incompatible key usage. Get the server a certificate"},
		"no TLS": {nil, "require", false, "does not offer TLS, which sslmode in --database asks for. Set ssl = on"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var config *tls.Config
			query := "?sslmode=" + test.mode
			if test.change != nil {
				c, file := serverCertificate(t, test.change)
				config = c
				if test.trusted {
					query += "&sslrootcert=" + file
				}
			}
			address := "postgres://console@" + tlsListener(t, config) + "/console" + query
			expectFinding(t, database.Examine(t.Context(), address, database.Options{}), "server", database.Bad, test.says)
			_, err := pgx.Connect(t.Context(), address)
			if got := database.Reason(err); got != "the TLS connection to its server fails" {
				t.Errorf("of a console that runs: got %q for %v", got, err)
			}
		})
	}
}

// TestPostgresNamesMissingCertificateFile names a root certificate that is not there.
func TestPostgresNamesMissingCertificateFile(t *testing.T) {
	t.Parallel()
	address := "postgres://console@127.0.0.1:1/console?sslmode=verify-full&sslrootcert=/nowhere/root.crt"
	expectFinding(t, database.Examine(t.Context(), address, database.Options{}), "server", database.Bad, "Correct sslrootcert")
}

// TestPostgresEncryption: a connection to another machine has to be encrypted, and the
// server's certificate verified. No server has the address, which is for documentation
// (RFC 5737).
func TestPostgresEncryption(t *testing.T) {
	t.Parallel()
	_, file := serverCertificate(t, func(*x509.Certificate) {})
	for query, want := range map[string]struct {
		grade database.Grade
		says  string
	}{
		"":                                       {database.Doubtful, "Add sslmode=verify-full"},
		"?sslmode=disable":                       {database.Doubtful, "need not be encrypted"},
		"?sslmode=allow":                         {database.Doubtful, "need not be encrypted"},
		"?sslmode=require":                       {database.Doubtful, "is not verified"},
		"?sslmode=require&sslrootcert=" + file:   {database.Good, "though not its name"},
		"?sslmode=verify-ca&sslrootcert=" + file: {database.Good, "though not its name"},
		"?sslmode=verify-full":                   {database.Good, "certificate and name are verified"},
		"?sslrootcert=system":                    {database.Good, "certificate and name are verified"},
		"?host=%2Frun%2Fpostgresql&sslmode=disable": {database.Good, "does not leave this machine"},
		"?host=127.0.0.1,192.0.2.7&sslmode=disable": {database.Doubtful, "need not be encrypted"},
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			address := "postgres://console@192.0.2.7:1/console" + query + pick(query, "connect_timeout=1")
			expectFinding(t, database.Examine(t.Context(), address, database.Options{}), "encryption", want.grade, want.says)
		})
	}
}

// pick returns a parameter with the sign that it needs after query.
func pick(query, parameter string) string {
	if query == "" {
		return "?" + parameter
	}
	return "&" + parameter
}
