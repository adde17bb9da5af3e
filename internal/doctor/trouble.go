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

// A trouble is why no answer came: what is to be found, and what to do about it.
type trouble struct{ found, fix string }

// troubleOf says why host, which a setting names, did not answer.
func troubleOf(err error, host, setting string) trouble {
	if t, certificate := certificateTrouble(err, host); certificate {
		return t
	}
	lookUp, unnamed := errors.AsType[*net.DNSError](err)
	timeout, timed := errors.AsType[net.Error](err)
	switch {
	case unnamed:
		return trouble{
			fmt.Sprintf("The name %s cannot be found in DNS (%s).", quoted(lookUp.Name), lookUp.Err),
			fmt.Sprintf("Correct the host in %s, or add the name to DNS; if other machines find it, look at this one's /etc/resolv.conf.", setting),
		}
	case errors.Is(err, syscall.ECONNREFUSED):
		return trouble{
			fmt.Sprintf("Nobody listens at %s: the connection is refused.", host),
			fmt.Sprintf("Start what is to answer there, or correct host and port in %s.", setting),
		}
	case errors.Is(err, context.DeadlineExceeded), timed && timeout.Timeout():
		return trouble{
			fmt.Sprintf("%s did not answer in time.", host),
			"Let this machine's connections out through the firewall, or name the proxy for them in HTTPS_PROXY.",
		}
	case errors.Is(err, http.ErrSchemeMismatch):
		return trouble{
			fmt.Sprintf("%s speaks plain http where https was asked for.", host),
			fmt.Sprintf("Have it speak TLS, or correct the port in %s.", setting),
		}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return trouble{
			fmt.Sprintf("%s ended the connection without a whole answer.", host),
			fmt.Sprintf("Look at the log of what listens there, and whether %s names the right scheme and port.", setting),
		}
	}
	return trouble{fmt.Sprintf("%s cannot be asked: %s.", host, reason(err)), fmt.Sprintf("Look at %s, and at what is between this machine and that one.", setting)}
}

// certificateTrouble says what is wrong with the certificate of host. It reports
// whether that is the trouble.
func certificateTrouble(err error, host string) (trouble, bool) {
	if name, is := errors.AsType[x509.HostnameError](err); is {
		return trouble{
			fmt.Sprintf("The certificate of %s is for other names: %s.", host, quoted(strings.Join(name.Certificate.DNSNames, ", "))),
			"Correct the host, or get a certificate for this one.",
		}, true
	}
	if invalid, is := errors.AsType[x509.CertificateInvalidError](err); is && invalid.Reason == x509.Expired {
		return trouble{
			fmt.Sprintf("The certificate of %s is good from %s to %s, and not today.", host,
				invalid.Cert.NotBefore.Format("2006-01-02"), invalid.Cert.NotAfter.Format("2006-01-02")),
			"Renew it, and see that the clock of this machine is right.",
		}, true
	}
	if _, is := errors.AsType[x509.UnknownAuthorityError](err); is {
		return trouble{
			fmt.Sprintf("The certificate of %s is signed by an authority that this machine does not know.", host),
			"Have it present the whole chain of certificates; if the authority is your own, install it on this machine, or name its file in SSL_CERT_FILE, for the console too.",
		}, true
	}
	if verification, is := errors.AsType[*tls.CertificateVerificationError](err); is {
		return trouble{
			fmt.Sprintf("The certificate of %s is not accepted: %s.", host, reason(verification.Err)),
			"Get a certificate that is good for servers.",
		}, true
	}
	return trouble{}, false
}

// reason returns what an error says, without the address that was asked, which may
// hold a secret.
func reason(err error) string {
	if e, is := errors.AsType[*url.Error](err); is {
		err = e.Err
	}
	return shortened(err.Error())
}

// quoted returns a stranger's words in quotes, on one line, and not too many.
func quoted(text string) string { return strconv.Quote(cut(text)) }

// shortened returns a stranger's words on one line, and not too many.
func shortened(text string) string {
	q := quoted(text)
	return q[1 : len(q)-1]
}

// cut returns no more than the beginning of a text.
func cut(text string) string {
	const most = 300
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
