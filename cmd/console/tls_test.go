package main

import (
	"crypto/tls"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/certificate"
	"github.com/roboto-ai/console/internal/certificate/certificatetest"
)

// newCertificate returns files with a certificate of that name.
func newCertificate(t *testing.T, name string) certificate.Files {
	t.Helper()
	dir := t.TempDir()
	files := certificate.Files{Cert: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem")}
	certificatetest.Write(t, files, certificatetest.New(t, name, time.Now().Add(time.Hour)))
	return files
}

// shownOverTLS requests /readyz over a new TLS connection, and returns the name of the certificate
// and the version of HTTP.
func shownOverTLS(t *testing.T, address string) (name, version string) {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true, DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+address+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("got status %d", resp.StatusCode)
	}
	return resp.TLS.PeerCertificates[0].Subject.CommonName, resp.Proto
}

// TestServeOverTLS replaces the certificate of a running console, with a broken one and with a
// valid one.
func TestServeOverTLS(t *testing.T) {
	t.Parallel()
	files := newCertificate(t, "first")
	r := startServe(t, "--tls-cert", files.Cert, "--tls-key", files.Key)
	address := r.address(t)
	if name, version := shownOverTLS(t, address); name != "first" || version != "HTTP/1.1" {
		t.Errorf("got the certificate %q over %s, want the first over HTTP/1.1", name, version)
	}
	ask := []string{"console", "healthcheck", "--listen", address, "--tls-cert", files.Cert}
	if err := run(t.Context(), ask, lookupIn(nil), io.Discard, io.Discard); err != nil {
		t.Errorf("healthcheck: %v", err)
	}
	next := certificatetest.New(t, "second", time.Now().Add(time.Hour))
	certificatetest.Write(t, files, certificatetest.Pair{Cert: next.Cert, Key: []byte("broken")})
	for began := time.Now(); time.Since(began) < 1200*time.Millisecond; { // the files are polled meanwhile
		if name, _ := shownOverTLS(t, address); name != "first" {
			t.Fatalf("while the new one is broken: got %q, want the first", name)
		}
	}
	certificatetest.Write(t, files, next)
	for name := ""; name != "second"; { // within a second
		if name, _ = shownOverTLS(t, address); name != "first" && name != "second" {
			t.Fatalf("got the certificate %q", name)
		}
	}
	r.stop()
	if err := <-r.done; err != nil {
		t.Errorf("stopped: got %v, want no error", err)
	}
}

// TestTLSMistakes checks that mistakes of the certificate are reported with all others.
func TestTLSMistakes(t *testing.T) {
	t.Parallel()
	good, other := newCertificate(t, "one"), newCertificate(t, "two")
	tests := map[string]struct {
		args []string
		want []string
	}{
		"no key":                  {[]string{"--tls-cert", good.Cert}, []string{"--tls-cert needs --tls-key"}},
		"no certificate":          {[]string{"--tls-key", good.Key, "--signup", "all"}, []string{"--tls-key needs --tls-cert", "--signup"}},
		"no file":                 {[]string{"--tls-cert", "/not/there", "--tls-key", good.Key}, []string{"read the certificate: open /not/there"}},
		"those of two":            {[]string{"--tls-cert", good.Cert, "--tls-key", other.Key}, []string{"does not match"}},
		"people come over http":   {[]string{"--tls-cert", good.Cert, "--tls-key", good.Key, "--base-url", "http://127.0.0.1"}, []string{"--base-url that begins with https://"}},
		"no key and over http":    {[]string{"--tls-cert", good.Cert, "--base-url", "http://127.0.0.1"}, []string{"needs --tls-key", "begins with https://"}},
		"nothing is wrong at all": {[]string{"--tls-cert", good.Cert, "--tls-key", good.Key}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readSettings(t, test.args, nil)
			if (err != nil) != (test.want != nil) || err != nil && exitStatus(err) != 2 {
				t.Fatalf("got %v, want mistakes %q", err, test.want)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got\n%v\nwant a mistake that says %q", err, want)
				}
			}
		})
	}
}
