package main

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// maxConnections is how many connections a server has at most.
const maxConnections = 2048

// A connections limits how many connections a server has. Where they are too many, the one
// that has waited longest for its client is closed: for a request, for the rest of a body,
// or to take a response. So connections that clients hold open, however many, keep out
// neither other people nor health checks.
type connections struct {
	max    int
	closed func(why string) // is called for each connection that is closed; may be nil
	many   func(int)        // is called with how many there are when they become a crowd, and when they are half of one again; may be nil
	heads  heads

	mu      sync.Mutex
	crowded bool                   // many was called last with a crowd
	open    map[net.Conn]time.Time // since when each waits for its client; zero: it does not
}

// Why a connection is closed.
const (
	closedWaiting = "waiting" // it had waited longest for its client
	closedFull    = "full"    // it came when all others were being answered
	closedHeader  = "header"  // its header was large while those of others were
)

// listen returns plain, whose connections are counted before TLS.
func (l *connections) listen(plain net.Listener) net.Listener {
	l.heads.closed = l.closing
	return headListener{plain, &l.heads}
}

// closing tells that a connection is closed.
func (l *connections) closing(why string) {
	if l.closed != nil {
		l.closed(why)
	}
}

// attach has srv limit its connections. It is called before srv serves, and before
// [leaving.attach], which calls what it finds.
func (l *connections) attach(srv *http.Server) {
	l.open = make(map[net.Conn]time.Time)
	srv.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		l.add(c)
		return context.WithValue(ctx, connKey{}, c)
	}
	srv.ConnState = func(c net.Conn, state http.ConnState) {
		switch state {
		case http.StateActive:
			l.waits(c, false)
		case http.StateIdle:
			l.waits(c, true)
		case http.StateClosed, http.StateHijacked:
			l.remove(c)
		}
	}
	next := srv.Handler
	srv.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _ := r.Context().Value(connKey{}).(net.Conn)
		if r.Body != http.NoBody {
			r = r.WithContext(r.Context()) // net/http looks at the body of its own
			r.Body = waitingBody{r.Body, c, l}
		}
		countHead(c, false)
		next.ServeHTTP(waitingWriter{w, c, l}, r)
		countHead(c, true)
		l.waits(c, true) // what is left of the response is sent
	})
}

// add takes in a new connection, for which another is closed where there are too many.
func (l *connections) add(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) >= l.max {
		victim, why := l.longestWaiting(), closedWaiting
		if victim == nil {
			victim, why = c, closedFull
		}
		l.closing(why)
		closeNow(victim)
		delete(l.open, victim)
		if victim == c {
			return
		}
	}
	l.open[c] = time.Now()
	l.look()
}

// look calls many where it is due.
func (l *connections) look() {
	n := len(l.open)
	if l.many == nil || l.crowded && n > crowd/2 || !l.crowded && n < crowd {
		return
	}
	l.crowded = !l.crowded
	l.many(n)
}

// longestWaiting returns the connection that has waited longest for its client, nil if
// none waits.
func (l *connections) longestWaiting() net.Conn {
	var longest net.Conn
	for c, since := range l.open {
		if !since.IsZero() && (longest == nil || since.Before(l.open[longest])) {
			longest = c
		}
	}
	return longest
}

// waits notes whether a connection waits for its client.
func (l *connections) waits(c net.Conn, waits bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, open := l.open[c]; !open {
		return
	}
	l.open[c] = time.Time{}
	if waits {
		l.open[c] = time.Now()
	}
}

// remove forgets a connection that is closed.
func (l *connections) remove(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, c)
	l.look()
}

// count returns how many connections are open.
func (l *connections) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.open)
}

// closeNow closes a connection without the alert of TLS, for which a client may have to
// be waited for.
func closeNow(c net.Conn) {
	if encrypted, ok := c.(*tls.Conn); ok {
		c = encrypted.NetConn()
	}
	_ = c.Close() // it may be closed already
}

// A waitingBody is the body of a request, whose connection waits for its client while it
// is read.
type waitingBody struct {
	io.ReadCloser
	conn        net.Conn
	connections *connections
}

// Read implements [io.Reader].
func (b waitingBody) Read(p []byte) (int, error) {
	b.connections.waits(b.conn, true)
	defer b.connections.waits(b.conn, false)
	return b.ReadCloser.Read(p)
}

// A waitingWriter is a response, whose connection waits for its client while it is sent.
type waitingWriter struct {
	http.ResponseWriter
	conn        net.Conn
	connections *connections
}

// Write implements [http.ResponseWriter].
func (w waitingWriter) Write(p []byte) (int, error) {
	w.connections.waits(w.conn, true)
	defer w.connections.waits(w.conn, false)
	return w.ResponseWriter.Write(p)
}

// Unwrap is for [http.ResponseController].
func (w waitingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
