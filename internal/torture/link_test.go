//go:build postgres

package torture

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// A link is the network between a console and PostgreSQL, which can be slow, break, or
// swallow what is sent.
type link struct {
	address string // host:port
	to      string

	mu      sync.Mutex
	wires   map[net.Conn]*wire // by the end that the console has
	latency time.Duration      // of each way
	hole    bool               // whoever connects is let in, and nothing comes through
}

// A wire is one connection through a link.
type wire struct {
	here, there net.Conn
	lost        bool // something that was sent through it
}

// newLink returns a link to a server, which works until it is told otherwise.
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

// join passes on what comes from one end at the other, until one of them closes.
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

// pass passes on what comes from one end of a wire at the other.
func (k *link) pass(w *wire, from, to net.Conn) {
	defer w.cut()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		k.mu.Lock()
		w.lost = w.lost || k.hole
		lost, latency := w.lost, k.latency
		k.mu.Unlock()
		if latency > 0 {
			<-time.After(latency)
		}
		if lost {
			_, _ = io.Copy(io.Discard, from) // a stream of which something is missing
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// cut closes both ends.
func (w *wire) cut() { _, _ = w.here.Close(), w.there.Close() }

// reset breaks all connections, as a firewall does that is started again.
func (k *link) reset() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, w := range k.wires {
		if tcp, ok := w.here.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // and says so
		}
		w.cut()
	}
}

// set sets how slow the link is, and whether it swallows what is sent. A connection of
// which something was swallowed never works again.
func (k *link) set(latency time.Duration, hole bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.latency, k.hole = latency, hole
}
