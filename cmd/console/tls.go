package main

import (
	"crypto/tls"
	"log/slog"
	"net"

	"github.com/roboto-ai/console/internal/certificate"
)

// tlsSettings are the settings of TLS without a proxy.
func (c *config) tlsSettings() []*setting {
	return []*setting{
		{name: "tls-cert", category: inNetwork, read: into(&c.tls.Cert, readText),
			usage: "`FILE` of the certificate and its chain, in PEM, to speak TLS without a proxy; a new one is used without a restart"},
		{name: "tls-key", category: inNetwork, read: into(&c.tls.Key, readText),
			usage: "`FILE` of the certificate's key, in PEM"},
	}
}

// checkTLS checks the certificate, and that the base URL is https.
func (c *config) checkTLS() {
	switch {
	case c.tls == (certificate.Files{}):
		return
	case c.tls.Cert == "":
		c.mistakes.add("--tls-key needs --tls-cert")
	case c.tls.Key == "":
		c.mistakes.add("--tls-cert needs --tls-key")
	default:
		if err := c.tls.Check(); err != nil {
			c.mistakes.add("--tls-cert and --tls-key: %v", err)
		}
	}
	if c.baseURL != nil && c.baseURL.Scheme != "https" {
		c.mistakes.add("--tls-cert needs a --base-url that begins with https://")
	}
}

// overTLS wraps the listener in TLS if the settings give a certificate, and returns the source of
// the certificate, nil without one.
func (c *config) overTLS(plain net.Listener, log *slog.Logger) (net.Listener, *certificate.Source, error) {
	if c.tls == (certificate.Files{}) {
		return plain, nil, nil
	}
	source, err := certificate.Open(c.tls, log, nil)
	if err != nil {
		return nil, nil, err
	}
	return tls.NewListener(plain, source.Config()), source, nil
}
