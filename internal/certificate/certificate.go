// Package certificate serves TLS with a certificate that may be exchanged while the
// program runs: whoever renews it writes its files, and need not tell the program.
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

// lookEvery is how often the files are looked at, at most: they are when somebody
// connects.
const lookEvery = time.Second

// Files are those of a certificate with its chain and of its key, in PEM.
type Files struct{ Cert, Key string }

// A Source hands out the certificate that its files hold now or, while these are
// broken, the last that they held. It may be used by several goroutines at once.
type Source struct {
	files Files
	now   func() time.Time
	log   *slog.Logger

	mu      sync.Mutex
	looked  time.Time
	current loaded
	broken  string // why what the files hold is not used, as it was logged
}

// loaded is what files hold.
type loaded struct {
	cert, key []byte // as they were read
	pair      tls.Certificate
}

// Open returns the source of the certificate in files. It returns an error that says
// what is wrong if they cannot be read or do not belong together. now is the clock;
// nil: time.Now.
func Open(files Files, log *slog.Logger, now func() time.Time) (*Source, error) {
	if now == nil {
		now = time.Now
	}
	first, err := files.load()
	if err != nil {
		return nil, err
	}
	s := &Source{files: files, now: now, log: log, looked: now(), current: first}
	s.warnOfAge()
	return s, nil
}

// Check returns what is wrong with the files, nil if nothing is.
func (f Files) Check() error {
	_, err := f.load()
	return err
}

// load reads the files.
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

// parse makes sense of what the files hold.
func parse(cert, key []byte) (loaded, error) {
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return loaded{}, fmt.Errorf("the certificate and the key cannot be used: %w", err)
	}
	if pair.Leaf == nil { // kept by X509KeyPair, unless a setting of Go says not to
		if pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
			return loaded{}, fmt.Errorf("the certificate cannot be used: %w", err)
		}
	}
	return loaded{cert, key, pair}, nil
}

// Config returns the settings of a server that hands out the certificate. The server speaks
// HTTP/1.1 alone: with HTTP/2 one connection is many requests, whose headers and responses a
// client can leave unread, so that a hundred connections take 140 MB and 64 of them all the
// requests that the console serves at once.
func (s *Source) Config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.certificate(), nil },
	}
}

// Expires returns when the certificate expires that is handed out.
func (s *Source) Expires() time.Time { return s.certificate().Leaf.NotAfter }

// certificate returns the certificate to hand out, having looked at the files if it
// did not do so a moment ago.
func (s *Source) certificate() *tls.Certificate {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); now.Sub(s.looked).Abs() >= lookEvery {
		s.looked = now
		s.look()
	}
	pair := s.current.pair
	return &pair
}

// look takes what the files hold, if it is new and can be used. What is wrong with
// them it logs once.
func (s *Source) look() {
	next, err := s.files.load()
	if err != nil {
		if s.broken != err.Error() {
			s.broken = err.Error()
			s.log.Warn("the new certificate is not used; the one before still is", "error", err, "expires", s.current.pair.Leaf.NotAfter)
		}
		return
	}
	s.broken = ""
	if bytes.Equal(next.cert, s.current.cert) && bytes.Equal(next.key, s.current.key) {
		return
	}
	s.current = next
	s.log.Info("a new certificate is used", "expires", next.pair.Leaf.NotAfter)
	s.warnOfAge()
}

// warnOfAge logs that the certificate is out of date. It is used all the same: to hand
// out none would help nobody.
func (s *Source) warnOfAge() {
	leaf, now := s.current.pair.Leaf, s.now()
	if now.After(leaf.NotAfter) || now.Before(leaf.NotBefore) {
		s.log.Warn("the certificate is out of date", "from", leaf.NotBefore, "to", leaf.NotAfter)
	}
}
