package doctor_test

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// discard is the log of servers whose errors are expected.
var discard = log.New(io.Discard, "", 0)

// An http10Transport uses HTTP/1.0.
type http10Transport struct{}

// RoundTrip implements [http.RoundTripper].
func (http10Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	var d net.Dialer
	conn, err := d.DialContext(r.Context(), "tcp", r.URL.Host)
	if err != nil {
		return nil, err
	}
	var head bytes.Buffer
	head.WriteString(r.Method + " " + r.URL.RequestURI() + " HTTP/1.0\r\nHost: " + r.Host + "\r\n")
	if r.ContentLength > 0 {
		fmt.Fprintf(&head, "Content-Length: %d\r\n", r.ContentLength)
	}
	if err := r.Header.Write(&head); err != nil {
		return nil, err
	}
	head.WriteString("\r\n")
	if r.Body != nil {
		if _, err := io.Copy(&head, r.Body); err != nil {
			return nil, err
		}
	}
	if _, err := conn.Write(head.Bytes()); err != nil {
		return nil, err
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), r)
	if err != nil {
		return nil, err
	}
	res.Body = struct {
		io.Reader
		io.Closer
	}{res.Body, conn}
	return res, nil
}

// buffer reads the whole body before it is passed on.
func buffer(res *http.Response) error {
	whole, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	res.Body = io.NopCloser(bytes.NewReader(whole))
	res.ContentLength = int64(len(whole))
	res.Header.Set("Content-Length", strconv.Itoa(len(whole)))
	return nil
}

// A certificate is a template of a test certificate.
type certificate struct {
	address string // IP address
	ends    time.Time
	lives   time.Duration // lifetime; zero: a year
}

// sign returns the certificate, signed by an authority of its own, and that authority.
func (c certificate) sign(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	begins := c.ends.Add(-cmp.Or(c.lives, 365*24*time.Hour))
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Authority"}, NotBefore: begins, NotAfter: c.ends.Add(365 * 24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Proxy"}, NotBefore: begins, NotAfter: c.ends,
		IPAddresses: []net.IP{net.ParseIP(c.address)}, DNSNames: []string{"other.example.com"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	root, err := x509.CreateCertificate(rand.Reader, authority, authority, key.Public(), key)
	must(t, err)
	signed, err := x509.CreateCertificate(rand.Reader, leaf, authority, key.Public(), key)
	must(t, err)
	parsed, err := x509.ParseCertificate(root)
	must(t, err)
	return tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: key}, pool(parsed)
}
