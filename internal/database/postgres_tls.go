package database

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// tlsRefusal returns err as an [*OpenError] if it is an error of TLS, nil otherwise. For a server
// without TLS pgx has no error type, only a text.
func tlsRefusal(path string, err error) error {
	refuse := func(why, fix string) error { return &OpenError{Path: path, Why: why, Fix: fix, Err: err} }
	if name, is := errors.AsType[x509.HostnameError](err); is {
		return refuse(fmt.Sprintf("has a certificate for other names (%s)", namesOf(name.Certificate)),
			"Write one of those names as the host in --database, or get the server a certificate for this one.")
	}
	if _, is := errors.AsType[x509.UnknownAuthorityError](err); is {
		return refuse("has a certificate of an authority that is not trusted",
			"Add sslrootcert=FILE to --database, with the authority's certificate in PEM; without it the system's authorities apply.")
	}
	if invalid, is := errors.AsType[x509.CertificateInvalidError](err); is && invalid.Reason == x509.Expired {
		return refuse(fmt.Sprintf("has a certificate that is valid from %s to %s", invalid.Cert.NotBefore.Format("2006-01-02"), invalid.Cert.NotAfter.Format("2006-01-02")),
			"Renew the server's certificate, and compare this machine's clock.")
	}
	if invalid, is := errors.AsType[x509.CertificateInvalidError](err); is {
		return refuse("has a certificate that is not accepted: "+invalid.Error(), "Get the server a certificate that is valid for servers.")
	}
	if other, is := errors.AsType[*tls.CertificateVerificationError](err); is {
		return refuse("has a certificate that is not accepted: "+other.Err.Error(), "Get the server a certificate that is valid for servers.")
	}
	if _, is := errors.AsType[*pgconn.ConnectError](err); is && strings.Contains(err.Error(), "server refused TLS connection") {
		return refuse("does not offer TLS, which sslmode in --database asks for", "Set ssl = on in the server's postgresql.conf, with a certificate and a key.")
	}
	if alert, is := errors.AsType[tls.AlertError](err); is {
		return refuse("ended the TLS handshake: "+alert.Error(), "Check the server's log; if it asks for a client certificate, name it with sslcert and sslkey in --database.")
	}
	return nil
}

// namesOf returns the names in a certificate, separated by commas.
func namesOf(c *x509.Certificate) string {
	all := c.DNSNames
	for _, address := range c.IPAddresses {
		all = append(all, address.String())
	}
	return cmp.Or(strings.Join(all, ", "), "none")
}

// examineEncryption checks that each connection that config allows is encrypted, and the
// server's certificate verified, unless it is local.
func examineEncryption(config *pgconn.Config) Finding {
	const subject = "encryption"
	plain, unverified, unnamed, away := false, false, false, false
	for _, way := range append([]*pgconn.FallbackConfig{{Host: config.Host, TLSConfig: config.TLSConfig}}, config.Fallbacks...) {
		if isLocal(way.Host) {
			continue
		}
		t := way.TLSConfig
		away = true
		plain = plain || t == nil
		unverified = unverified || t != nil && t.InsecureSkipVerify && t.VerifyPeerCertificate == nil
		unnamed = unnamed || t != nil && t.InsecureSkipVerify && t.VerifyPeerCertificate != nil // sslmode=verify-ca
	}
	fix := "Add sslmode=verify-full to --database, and sslrootcert=FILE where the authority is your own."
	switch {
	case !away:
		return good(subject, "The connection does not leave this machine.")
	case plain:
		return doubtful(subject, "The connection to another machine need not be encrypted: sslmode in --database is disable, allow or prefer, and prefer if it is not given. The network can read the data, and pose as the server.", fix)
	case unverified:
		return doubtful(subject, "The connection is encrypted, but the server's certificate is not verified (sslmode=require): another machine can pose as the server.", fix)
	case unnamed:
		return good(subject, "The connection is encrypted, and the server's certificate is verified, though not its name (sslmode=verify-ca).")
	}
	return good(subject, "The connection is encrypted, and the server's certificate and name are verified.")
}

// isLocal reports whether a host of PostgreSQL is this machine: the directory of a socket or a
// loopback address.
func isLocal(host string) bool {
	if strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") || host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
