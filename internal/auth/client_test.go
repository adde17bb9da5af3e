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

// TestDialRefusesLinkLocal dials addresses as the client does after it has resolved a name.
func TestDialRefusesLinkLocal(t *testing.T) {
	t.Parallel()
	base := transportOf(t, newClient(time.Second))
	for _, address := range []string{"169.254.169.254:80", "[fe80::1]:80", "[::ffff:169.254.169.254]:80", "0.0.0.0:80"} {
		conn, err := base.DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		if _, refused := errors.AsType[refusedResponse](err); !refused {
			t.Errorf("%s: got error %v, want a refusal", address, err)
		}
	}
}

// TestClientSpeaksModernTLS checks that TLS below 1.2 is refused.
func TestClientSpeaksModernTLS(t *testing.T) {
	t.Parallel()
	for version, ok := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		server := httptest.NewUnstartedServer(http.NotFoundHandler())
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: version}
		server.StartTLS()
		client := newClient(5 * time.Second)
		transportOf(t, client).TLSClientConfig.InsecureSkipVerify = true // the test server's certificate is self-signed
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(req)
		if err == nil {
			_ = res.Body.Close()
		}
		if (err == nil) != ok {
			t.Errorf("%s: got error %v, want success: %v", tls.VersionName(version), err, ok)
		}
		server.Close()
	}
}

// transportOf returns the transport that the client's own one wraps.
func transportOf(t *testing.T, client *http.Client) *http.Transport {
	t.Helper()
	base, ok := client.Transport.(transport).base.(*http.Transport)
	if !ok {
		t.Fatal("the client has another transport")
	}
	return base
}

// TestProviderTimeout checks that a request to the provider takes at most five seconds.
func TestProviderTimeout(t *testing.T) {
	t.Parallel()
	client := NewProvider(Config{}).client
	if client.Timeout != 5*time.Second {
		t.Errorf("the timeout is %s, want 5s including the body", client.Timeout)
	}
	if base := transportOf(t, client); base.TLSHandshakeTimeout > client.Timeout || base.ResponseHeaderTimeout > client.Timeout {
		t.Errorf("the timeouts of its parts are longer: %s, %s", base.TLSHandshakeTimeout, base.ResponseHeaderTimeout)
	}
}
