package auth

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// TestDialRefusesLinkLocal dials as the client does once a name has been resolved:
// a name that leads to where clouds keep their secrets is not called either.
func TestDialRefusesLinkLocal(t *testing.T) {
	t.Parallel()
	base := transportOf(t, newClient(time.Second))
	for _, address := range []string{"169.254.169.254:80", "[fe80::1]:80", "[::ffff:169.254.169.254]:80", "0.0.0.0:80"} {
		conn, err := base.DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		if _, refused := errors.AsType[refusedAnswer](err); !refused {
			t.Errorf("%s: got error %v, want a refusal", address, err)
		}
	}
}

// TestClientSpeaksModernTLS: an older version is no protection on the way to the
// provider.
func TestClientSpeaksModernTLS(t *testing.T) {
	t.Parallel()
	for version, ok := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		server := httptest.NewUnstartedServer(http.NotFoundHandler())
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: version}
		server.StartTLS()
		client := newClient(5 * time.Second)
		transportOf(t, client).TLSClientConfig.InsecureSkipVerify = true // of a certificate of the test's own
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(req)
		if err == nil {
			_ = res.Body.Close()
		}
		if (err == nil) != ok {
			t.Errorf("%s: got error %v, want it to be spoken: %v", tls.VersionName(version), err, ok)
		}
		server.Close()
	}
}

// transportOf returns what is below the client's own transport.
func transportOf(t *testing.T, client *http.Client) *http.Transport {
	t.Helper()
	base, ok := client.Transport.(transport).base.(*http.Transport)
	if !ok {
		t.Fatal("the client has another transport")
	}
	return base
}

// TestR08EveryCallEnds: five seconds is the most that a provider which is slow, or
// sends its answer a byte at a time, may take of anybody's time.
func TestR08EveryCallEnds(t *testing.T) {
	t.Parallel()
	client := NewProvider(Config{}).client
	if client.Timeout != 5*time.Second {
		t.Errorf("a call may take %s, want 5s with its body", client.Timeout)
	}
	if base := transportOf(t, client); base.TLSHandshakeTimeout > client.Timeout || base.ResponseHeaderTimeout > client.Timeout {
		t.Errorf("its parts may take longer: %s, %s", base.TLSHandshakeTimeout, base.ResponseHeaderTimeout)
	}
}
