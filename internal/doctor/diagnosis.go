package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
)

// A diagnosis says why a request failed, and what to do.
type diagnosis struct{ found, fix string }

// diagnose returns why a request to host, which is named by a setting, failed.
func diagnose(err error, host, setting string) diagnosis {
	if t, certificate := diagnoseCertificate(err, host); certificate {
		return t
	}
	lookUp, notFound := errors.AsType[*net.DNSError](err)
	timeout, timed := errors.AsType[net.Error](err)
	switch {
	case notFound:
		return diagnosis{
			fmt.Sprintf("The name %s is not found in DNS (%s).", quoted(lookUp.Name), lookUp.Err),
			fmt.Sprintf("Correct the host in %s, or add the name to DNS; if other machines find it, check /etc/resolv.conf on this one.", setting),
		}
	case errors.Is(err, syscall.ECONNREFUSED):
		return diagnosis{
			fmt.Sprintf("Nothing listens at %s: the connection is refused.", host),
			fmt.Sprintf("Start the service there, or correct host and port in %s.", setting),
		}
	case errors.Is(err, context.DeadlineExceeded), timed && timeout.Timeout():
		return diagnosis{
			fmt.Sprintf("%s did not respond in time.", host),
			"Allow this machine's outgoing connections in the firewall, or set HTTPS_PROXY.",
		}
	case errors.Is(err, http.ErrSchemeMismatch):
		return diagnosis{
			fmt.Sprintf("%s speaks plain http instead of https.", host),
			fmt.Sprintf("Enable TLS there, or correct the port in %s.", setting),
		}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return diagnosis{
			fmt.Sprintf("%s closed the connection without a complete response.", host),
			fmt.Sprintf("Check the log of the service there, and scheme and port in %s.", setting),
		}
	}
	return diagnosis{fmt.Sprintf("The request to %s failed: %s.", host, reason(err)), fmt.Sprintf("Check %s, and the network between the two machines.", setting)}
}

// diagnoseCertificate returns what is wrong with the certificate of host. It reports false if
// err is about something else.
func diagnoseCertificate(err error, host string) (diagnosis, bool) {
	if name, is := errors.AsType[x509.HostnameError](err); is {
		return diagnosis{
			fmt.Sprintf("The certificate of %s is for other names: %s.", host, quoted(strings.Join(name.Certificate.DNSNames, ", "))),
			"Correct the host, or get a certificate for this one.",
		}, true
	}
	if invalid, is := errors.AsType[x509.CertificateInvalidError](err); is && invalid.Reason == x509.Expired {
		return diagnosis{
			fmt.Sprintf("The certificate of %s is valid from %s to %s only.", host,
				invalid.Cert.NotBefore.Format("2006-01-02"), invalid.Cert.NotAfter.Format("2006-01-02")),
			"Renew it, and check this machine's clock.",
		}, true
	}
	if _, is := errors.AsType[x509.UnknownAuthorityError](err); is {
		return diagnosis{
			fmt.Sprintf("The certificate of %s is signed by an authority that this machine does not trust.", host),
			"Configure the full certificate chain there; if the authority is your own, install it on this machine, or set SSL_CERT_FILE to its file, for the console too.",
		}, true
	}
	if verification, is := errors.AsType[*tls.CertificateVerificationError](err); is {
		return diagnosis{
			fmt.Sprintf("The certificate of %s is not accepted: %s.", host, reason(verification.Err)),
			"Get a certificate for servers.",
		}, true
	}
	return diagnosis{}, false
}

// reason returns the text of an error without the requested URL, which may contain a secret.
func reason(err error) string {
	if e, is := errors.AsType[*url.Error](err); is {
		err = e.Err
	}
	return shortened(err.Error())
}

// quoted returns untrusted text in quotes, escaped and shortened.
func quoted(text string) string { return strconv.Quote(truncated(text)) }

// shortened returns untrusted text escaped and shortened.
func shortened(text string) string {
	q := quoted(text)
	return q[1 : len(q)-1]
}

// truncated returns at most the first 300 characters of a text.
func truncated(text string) string {
	const most = 300
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
