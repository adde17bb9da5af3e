package certificate_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/certificate"
	"github.com/roboto-ai/console/internal/certificate/certificatetest"
)

// A site is a source with its files, clock and log.
type site struct {
	*certificate.Source
	files certificate.Files
	now   time.Time
	log   bytes.Buffer
}

// newSite returns a source of the certificate first.
func newSite(t *testing.T, first certificatetest.Pair) *site {
	t.Helper()
	dir := t.TempDir()
	s := &site{files: certificate.Files{Cert: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem")}, now: time.Now()}
	certificatetest.Write(t, s.files, first)
	source, err := certificate.Open(s.files, slog.New(slog.NewTextHandler(io.MultiWriter(&s.log, t.Output()), nil)), func() time.Time { return s.now })
	if err != nil {
		t.Fatal(err)
	}
	s.Source = source
	return s
}

// handshake returns the name in the server's certificate, or the error of the handshake.
// highest is the client's highest version of TLS.
func (s *site) handshake(t *testing.T, highest uint16) (string, error) {
	t.Helper()
	here, there := net.Pipe()
	defer here.Close()
	server := tls.Server(there, s.Config())
	go func() {
		_ = server.HandshakeContext(t.Context())
		_ = there.Close()
	}()
	client := tls.Client(here, &tls.Config{InsecureSkipVerify: true, MaxVersion: highest})
	if err := client.HandshakeContext(t.Context()); err != nil {
		return "", err
	}
	return client.ConnectionState().PeerCertificates[0].Subject.CommonName, nil
}

// shows fails the test unless the next client, a second later, gets that certificate.
func (s *site) shows(t *testing.T, want string) {
	t.Helper()
	s.now = s.now.Add(time.Second)
	if got, err := s.handshake(t, tls.VersionTLS13); err != nil || got != want {
		t.Errorf("got the certificate %q, %v; want %q", got, err, want)
	}
}

// TestReload replaces the files by valid, invalid and missing ones.
func TestReload(t *testing.T) {
	t.Parallel()
	later := time.Now().Add(time.Hour)
	first, second, third := certificatetest.New(t, "first", later), certificatetest.New(t, "second", later), certificatetest.New(t, "third", later)
	s := newSite(t, first)
	s.shows(t, "first")

	certificatetest.Write(t, s.files, second)
	if got, _ := s.handshake(t, tls.VersionTLS13); got != "first" {
		t.Errorf("within a second of the last check: got %q, want the first", got)
	}
	s.shows(t, "second")

	certificatetest.Write(t, s.files, certificatetest.Pair{Cert: third.Cert, Key: second.Key}) // as after one of two writes
	s.shows(t, "second")
	s.shows(t, "second")
	if n := strings.Count(s.log.String(), "is invalid"); n != 1 {
		t.Errorf("the error was logged %d times, want once", n)
	}
	certificatetest.Write(t, s.files, third)
	s.shows(t, "third")

	if err := os.Remove(s.files.Cert); err != nil {
		t.Fatal(err)
	}
	s.shows(t, "third")
	certificatetest.Write(t, s.files, first)
	s.shows(t, "first")
}

// TestOldTLSIsRefused connects with TLS 1.2 and 1.1.
func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, certificatetest.New(t, "first", time.Now().Add(time.Hour)))
	if _, err := s.handshake(t, tls.VersionTLS12); err != nil {
		t.Errorf("TLS 1.2: %v", err)
	}
	if _, err := s.handshake(t, tls.VersionTLS11); err == nil {
		t.Error("TLS 1.1: got no error")
	}
}

// TestExpiredCertificate serves an expired certificate, and logs that.
func TestExpiredCertificate(t *testing.T) {
	t.Parallel()
	past := time.Now().Add(-time.Minute).Truncate(time.Second)
	s := newSite(t, certificatetest.New(t, "old", past))
	s.shows(t, "old")
	if !s.Expires().Equal(past) || !strings.Contains(s.log.String(), "is expired") {
		t.Errorf("it expires at %v, want %v; the log says\n%s", s.Expires(), past, &s.log)
	}
}

// TestCheck checks invalid files.
func TestCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one, two := certificatetest.New(t, "one", time.Now().Add(time.Hour)), certificatetest.New(t, "two", time.Now().Add(time.Hour))
	good := certificate.Files{Cert: filepath.Join(dir, "cert"), Key: filepath.Join(dir, "key")}
	certificatetest.Write(t, good, one)
	other := certificate.Files{Cert: filepath.Join(dir, "other cert"), Key: filepath.Join(dir, "other key")}
	certificatetest.Write(t, other, two)
	tests := map[string]struct {
		files certificate.Files
		want  string
	}{
		"good":           {good, ""},
		"no certificate": {certificate.Files{Cert: filepath.Join(dir, "none"), Key: good.Key}, "read the certificate"},
		"no key":         {certificate.Files{Cert: good.Cert, Key: filepath.Join(dir, "none")}, "read the key"},
		"those of two":   {certificate.Files{Cert: good.Cert, Key: other.Key}, "does not match"},
		"the wrong way":  {certificate.Files{Cert: good.Key, Key: good.Cert}, "cannot be used"},
	}
	for name, test := range tests {
		err := test.files.Check()
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
	}
}
