//go:build postgres

package database_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// A fault is what a [proxy] does to a statement, or to everything.
type fault int32

const (
	none       fault = iota
	cutBefore        // the connection is cut, and the statement does not arrive
	cutAfter         // the statement arrives, and the connection is cut before its answer does
	holeBefore       // nothing arrives from the statement on, in either direction
)

// A proxy stands between a console and PostgreSQL.
type proxy struct {
	listener net.Listener
	target   string
	fault    atomic.Int32
	mark     atomic.Pointer[string] // of the statement that the fault is for
	wires    sync.WaitGroup
	ended    context.Context
}

// newProxy starts a proxy to the host and port of a server, which ends with the test.
func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(context.Background())
	p := &proxy{listener: l, target: target, ended: ended}
	p.wires.Go(p.accept)
	t.Cleanup(func() { l.Close(); end(); p.wires.Wait() })
	return p
}

// does sets what happens to statements that contain a mark, or no more.
func (p *proxy) does(what fault, mark string) {
	p.mark.Store(&mark)
	p.fault.Store(int32(what))
}

// accept forwards connections.
func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			client.Close()
			continue
		}
		w := &wire{proxy: p, client: client, server: server}
		context.AfterFunc(p.ended, w.cut) // pgx may keep a connection whose packets are dropped
		p.wires.Go(w.up)
		p.wires.Go(w.down)
	}
}

// A wire is one connection through a [proxy].
type wire struct {
	*proxy
	client, server net.Conn
	struck         atomic.Int32 // the fault that the statement before has met
}

// cut ends both sides.
func (w *wire) cut() { w.client.Close(); w.server.Close() }

// up passes on what the console sends, up to the statement that meets the fault.
func (w *wire) up() {
	defer w.cut()
	w.pass(w.server, w.client, func(sent []byte) bool {
		if f := w.fault.Load(); f != 0 && bytes.Contains(sent, []byte(*w.mark.Load())) {
			w.struck.Store(f)
		}
		return fault(w.struck.Load()) != cutBefore
	})
}

// down passes on what the server answers.
func (w *wire) down() {
	defer w.cut()
	w.pass(w.client, w.server, func([]byte) bool { return fault(w.struck.Load()) != cutAfter })
}

// pass copies for as long as goes says, into nothing once there is a hole.
func (w *wire) pass(to io.Writer, from io.Reader, goes func([]byte) bool) {
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil || !goes(buf[:n]) {
			return
		}
		if fault(w.struck.Load()) == holeBefore {
			continue
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// throughProxy returns a database with the table scratch by way of a proxy, that is not
// waited for long, and the same database without.
func throughProxy(t *testing.T) (*proxy, *database.DB, *database.DB) {
	t.Helper()
	url := databasetest.PostgresURL(t)
	direct := withScratch(t, databasetest.Open(t, url, database.Options{}))
	p := newProxy(t, databasetest.Host(t, url))
	options := database.Impatient(database.Options{Connections: database.LeastConnections}, 3*time.Second, 3*time.Second, 4*time.Second)
	db, err := database.Open(t.Context(), databasetest.Through(t, url, p.listener.Addr().String()), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return p, db, direct
}
