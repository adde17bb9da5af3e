package server

import (
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/certificate"
	"github.com/roboto-ai/console/internal/certificate/certificatetest"
)

// TestConnectionsThatWait opens more connections than a server may have. They send nothing,
// or hold back the rest of a header or a body. Those that have waited longest are closed,
// and every other request is answered.
func TestConnectionsThatWait(t *testing.T) {
	beginnings := map[string]string{
		"nothing":         "",
		"half a header":   "GET / HTTP/1.1\r\nHost: x\r\n",
		"half a body":     "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
		"another request": "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /",
	}
	for name, begin := range beginnings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reading := make(chan struct{}, 100)
			address, closed := limited(t, func(_ http.ResponseWriter, r *http.Request) {
				reading <- struct{}{}
				_, _ = io.Copy(io.Discard, r.Body)
			})
			for range 10 {
				if _, err := io.WriteString(dial(t, address), begin); err != nil {
					t.Fatal(err)
				}
				if name == "half a body" {
					<-reading
				}
			}
			for range 10 {
				if status, _ := get(t, "http://"+address+"/"); status != http.StatusOK {
					t.Errorf("got status %d", status)
				}
			}
			for range 7 {
				if reason := <-closed; reason != closedWaiting {
					t.Errorf("closed as %s", reason)
				}
			}
		})
	}
}

// TestConnectionsOverTLS does the same over TLS, with connections that never begin the
// handshake: the oldest is closed.
func TestConnectionsOverTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := certificate.Files{Cert: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem")}
	certificatetest.Write(t, files, certificatetest.New(t, "console", time.Now().Add(time.Hour)))
	source, err := certificate.Open(files, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	address, closed := limited(t, func(http.ResponseWriter, *http.Request) {}, func(l net.Listener) net.Listener {
		return tls.NewListener(l, source.Config())
	})
	for range 10 {
		dial(t, address)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	res, err := client.Get("https://" + address + "/")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	for range 8 {
		if reason := <-closed; reason != closedWaiting {
			t.Errorf("closed as %s", reason)
		}
	}
}

// TestConnectionsThatWork opens one connection too many while all others are being
// answered: the new one is closed, and the others get their responses.
func TestConnectionsThatWork(t *testing.T) {
	t.Parallel()
	working, release := make(chan struct{}, 3), make(chan struct{})
	address, closed := limited(t, func(w http.ResponseWriter, _ *http.Request) {
		working <- struct{}{}
		<-release
		_, _ = io.WriteString(w, "done")
	})
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if status, body := get(t, "http://"+address+"/"); status != http.StatusOK || body != "done" {
				t.Errorf("got status %d and %q", status, body)
			}
		})
	}
	for range 3 {
		<-working
	}
	conn := dial(t, address)
	if reason := <-closed; reason != closedFull {
		t.Errorf("closed as %s", reason)
	}
	_, _ = io.Copy(io.Discard, conn) // until it is closed
	close(release)
	all.Wait()
}

// TestCrowd opens and closes connections: Crowded is called when they become a crowd and
// when half of a crowd is left, and not in between.
func TestCrowd(t *testing.T) {
	t.Parallel()
	var calls []bool
	var counts []int
	l := &ConnLimit{open: make(map[net.Conn]time.Time)}
	l.Crowded = func(crowded bool) { calls, counts = append(calls, crowded), append(counts, len(l.open)) }
	var all []net.Conn
	for range 2 * crowd {
		c, other := net.Pipe()
		defer other.Close()
		l.add(c)
		all = append(all, c)
	}
	for _, c := range all {
		l.remove(c)
	}
	if !slices.Equal(calls, []bool{true, false}) || !slices.Equal(counts, []int{crowd, crowd / 2}) {
		t.Errorf("got calls %v with %v connections, want true with %d and false with %d", calls, counts, crowd, crowd/2)
	}
}
