//go:build postgres

package torture

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// A link is a TCP proxy between a console and PostgreSQL that can delay, reset and drop
// traffic.
type link struct {
	address string // host:port
	to      string

	mu        sync.Mutex
	wires     map[net.Conn]*wire // by the console's connection
	latency   time.Duration      // one way
	blackhole bool               // connections are accepted, and their data dropped
}

// A wire is a connection through a link.
type wire struct {
	here, there net.Conn
	lossy       bool // data have been dropped
}

// newLink returns a link to a server.
func newLink(t testing.TB, to string) *link {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k := &link{address: l.Addr().String(), to: to, wires: map[net.Conn]*wire{}}
	var passing sync.WaitGroup
	passing.Go(func() {
		for {
			here, err := l.Accept()
			if err != nil {
				return
			}
			passing.Go(func() { k.join(here) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); k.reset(); passing.Wait() })
	return k
}

// join forwards a connection until either end closes.
func (k *link) join(here net.Conn) {
	defer here.Close()
	there, err := net.Dial("tcp", k.to)
	if err != nil {
		return
	}
	defer there.Close()
	w := &wire{here: here, there: there}
	k.mu.Lock()
	k.wires[here] = w
	k.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { k.pass(w, here, there) })
	both.Go(func() { k.pass(w, there, here) })
	both.Wait()
	k.mu.Lock()
	delete(k.wires, here)
	k.mu.Unlock()
}

// pass forwards one direction of a wire.
func (k *link) pass(w *wire, from, to net.Conn) {
	defer w.cut()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		k.mu.Lock()
		w.lossy = w.lossy || k.blackhole
		lossy, latency := w.lossy, k.latency
		k.mu.Unlock()
		if latency > 0 {
			<-time.After(latency)
		}
		if lossy {
			_, _ = io.Copy(io.Discard, from) // never forward a stream with missing data
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// cut closes both connections.
func (w *wire) cut() { _, _ = w.here.Close(), w.there.Close() }

// reset resets all connections, as a restarted firewall does.
func (k *link) reset() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, w := range k.wires {
		if tcp, ok := w.here.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // sends RST
		}
		w.cut()
	}
}

// set sets the delay, and whether data are dropped. A connection with dropped data never works
// again.
func (k *link) set(latency time.Duration, blackhole bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.latency, k.blackhole = latency, blackhole
}
