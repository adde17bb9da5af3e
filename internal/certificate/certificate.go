// Package certificate serves TLS with a certificate that is reloaded when its files change.
package certificate

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// checkInterval is the minimum time between two checks of the files, which are checked on new
// connections.
const checkInterval = time.Second

// Files are the paths of the certificate chain and its private key, in PEM.
type Files struct{ Cert, Key string }

// A Source returns the certificate in its files, or the last valid one while the files are
// invalid. It is safe for concurrent use.
type Source struct {
	files Files
	now   func() time.Time
	log   *slog.Logger

	mu      sync.Mutex
	checked time.Time
	current loaded
	invalid string // the last logged error of the files
}

// A loaded is the content of the files.
type loaded struct {
	cert, key []byte // PEM, as read
	pair      tls.Certificate
}

// Open returns the source of the certificate in files. It returns an error if they cannot be
// read or do not match. now is the clock; nil: time.Now.
func Open(files Files, log *slog.Logger, now func() time.Time) (*Source, error) {
	if now == nil {
		now = time.Now
	}
	first, err := files.load()
	if err != nil {
		return nil, err
	}
	s := &Source{files: files, now: now, log: log, checked: now(), current: first}
	s.warnExpired()
	return s, nil
}

// Check returns an error if the files cannot be read or do not match.
func (f Files) Check() error {
	_, err := f.load()
	return err
}

// load reads and parses the files.
func (f Files) load() (loaded, error) {
	cert, err := os.ReadFile(f.Cert)
	if err != nil {
		return loaded{}, fmt.Errorf("read the certificate: %w", err)
	}
	key, err := os.ReadFile(f.Key)
	if err != nil {
		return loaded{}, fmt.Errorf("read the key: %w", err)
	}
	return parse(cert, key)
}

// parse parses the content of the files.
func parse(cert, key []byte) (loaded, error) {
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return loaded{}, fmt.Errorf("the certificate and the key cannot be used: %w", err)
	}
	if pair.Leaf == nil { // with GODEBUG=x509keypairleaf=0
		if pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
			return loaded{}, fmt.Errorf("the certificate cannot be used: %w", err)
		}
	}
	return loaded{cert, key, pair}, nil
}

// Config returns the TLS configuration of a server. It disables HTTP/2, with which each
// connection can hold many requests, so that clients that do not read their responses could
// exhaust memory and request slots: 100 connections take 140 MB, and 64 of them all slots.
func (s *Source) Config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.certificate(), nil },
	}
}

// Expires returns when the current certificate expires.
func (s *Source) Expires() time.Time { return s.certificate().Leaf.NotAfter }

// certificate returns the current certificate, after checking the files if that is due.
func (s *Source) certificate() *tls.Certificate {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); now.Sub(s.checked).Abs() >= checkInterval {
		s.checked = now
		s.reload()
	}
	pair := s.current.pair
	return &pair
}

// reload loads the files and uses them if they are valid and have changed. An error is logged
// once.
func (s *Source) reload() {
	next, err := s.files.load()
	if err != nil {
		if s.invalid != err.Error() {
			s.invalid = err.Error()
			s.log.Warn("the new certificate is invalid; the previous one stays in use", "error", err, "expires", s.current.pair.Leaf.NotAfter)
		}
		return
	}
	s.invalid = ""
	if bytes.Equal(next.cert, s.current.cert) && bytes.Equal(next.key, s.current.key) {
		return
	}
	s.current = next
	s.log.Info("certificate reloaded", "expires", next.pair.Leaf.NotAfter)
	s.warnExpired()
}

// warnExpired logs if the certificate is not valid now. It is used nevertheless.
func (s *Source) warnExpired() {
	leaf, now := s.current.pair.Leaf, s.now()
	if now.After(leaf.NotAfter) || now.Before(leaf.NotBefore) {
		s.log.Warn("the certificate is expired or not valid yet", "from", leaf.NotBefore, "to", leaf.NotAfter)
	}
}
