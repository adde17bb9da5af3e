package server

import (
	"cmp"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	maxConnections = 2048
	crowd          = 128 // connections from which on [ConnLimit.Crowded] is called
)

// A ConnLimit limits the number of a server's connections. A new connection above the limit
// closes the one that has waited longest for its client: for a request, for the rest of a
// body, or to take a response. So connections that clients hold open, however many, keep
// out neither other people nor health checks. The zero value is ready to use.
type ConnLimit struct {
	Max     int                 // 0: 2048
	Closed  func(reason string) // called for each connection that is closed; may be nil
	Crowded func(crowded bool)  // called with true at 128 connections, with false at 64 after that; may be nil

	headers headerLimit

	mu      sync.Mutex
	crowded bool                   // the last argument of Crowded
	open    map[net.Conn]time.Time // since when each waits for its client; zero: it does not wait
}

// Reasons for which a connection is closed.
const (
	closedWaiting = "waiting" // it had waited longest for its client
	closedFull    = "full"    // it was one too many, and all others were being answered
	closedHeader  = "header"  // its header was large while those of others were
)

// Listen returns plain with a limit on the header bytes that its connections hold. It
// counts them before TLS.
func (l *ConnLimit) Listen(plain net.Listener) net.Listener {
	l.headers.closed = l.report
	return headerListener{plain, &l.headers}
}

// report calls Closed.
func (l *ConnLimit) report(reason string) {
	if l.Closed != nil {
		l.Closed(reason)
	}
}

// attach has srv limit its connections. It is called before srv serves, and before
// [drainer.attach], which calls the ConnState that it finds.
func (l *ConnLimit) attach(srv *http.Server) {
	l.open = make(map[net.Conn]time.Time)
	srv.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		l.add(c)
		return context.WithValue(ctx, connKey{}, c)
	}
	srv.ConnState = func(c net.Conn, state http.ConnState) {
		switch state {
		case http.StateActive:
			l.setWaiting(c, false)
		case http.StateIdle:
			l.setWaiting(c, true)
		case http.StateClosed, http.StateHijacked:
			l.remove(c)
		}
	}
	next := srv.Handler
	srv.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _ := r.Context().Value(connKey{}).(net.Conn)
		if r.Body != http.NoBody {
			r = r.WithContext(r.Context()) // a copy: net/http looks at the body it has made
			r.Body = waitingBody{r.Body, c, l}
		}
		setHandled(c, true)
		next.ServeHTTP(waitingWriter{w, c, l}, r)
		setHandled(c, false)
		l.setWaiting(c, true) // the rest of the response is sent
	})
}

// add adds a new connection, and closes one if they are too many.
func (l *ConnLimit) add(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) >= cmp.Or(l.Max, maxConnections) {
		victim, reason := l.longestWaiting(), closedWaiting
		if victim == nil {
			victim, reason = c, closedFull
		}
		l.report(reason)
		closeNow(victim)
		delete(l.open, victim)
		if victim == c {
			return
		}
	}
	l.open[c] = time.Now()
	l.checkCrowd()
}

// checkCrowd calls Crowded if the number of connections has become a crowd, or half of one
// again.
func (l *ConnLimit) checkCrowd() {
	n := len(l.open)
	if l.Crowded == nil || l.crowded && n > crowd/2 || !l.crowded && n < crowd {
		return
	}
	l.crowded = !l.crowded
	l.Crowded(l.crowded)
}

// longestWaiting returns the connection that has waited longest for its client, nil if
// none waits.
func (l *ConnLimit) longestWaiting() net.Conn {
	var longest net.Conn
	for c, since := range l.open {
		if !since.IsZero() && (longest == nil || since.Before(l.open[longest])) {
			longest = c
		}
	}
	return longest
}

// setWaiting records whether a connection waits for its client from now on.
func (l *ConnLimit) setWaiting(c net.Conn, waiting bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, open := l.open[c]; !open {
		return
	}
	l.open[c] = time.Time{}
	if waiting {
		l.open[c] = time.Now()
	}
}

// remove removes a connection that is closed.
func (l *ConnLimit) remove(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, c)
	l.checkCrowd()
}

// Count returns the number of open connections.
func (l *ConnLimit) Count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.open)
}

// closeNow closes a connection without the close alert of TLS, which could block on the
// client.
func closeNow(c net.Conn) {
	if encrypted, ok := c.(*tls.Conn); ok {
		c = encrypted.NetConn()
	}
	_ = c.Close() // it may be closed already
}

// A waitingBody is the body of a request. Its connection waits for the client during Read.
type waitingBody struct {
	io.ReadCloser
	conn  net.Conn
	limit *ConnLimit
}

// Read implements [io.Reader].
func (b waitingBody) Read(p []byte) (int, error) {
	b.limit.setWaiting(b.conn, true)
	defer b.limit.setWaiting(b.conn, false)
	return b.ReadCloser.Read(p)
}

// A waitingWriter is a response. Its connection waits for the client during Write.
type waitingWriter struct {
	http.ResponseWriter
	conn  net.Conn
	limit *ConnLimit
}

// Write implements [http.ResponseWriter].
func (w waitingWriter) Write(p []byte) (int, error) {
	w.limit.setWaiting(w.conn, true)
	defer w.limit.setWaiting(w.conn, false)
	return w.ResponseWriter.Write(p)
}

// Unwrap is for [http.ResponseController].
func (w waitingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
