package server

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// A drainer lets a server stop without losing a request. [http.Server.Shutdown] loses two
// kinds: a request sent on an idle keep-alive connection at the moment when the server
// closes it, and the first request of an accepted connection that has not been read yet.
// So once the drain has begun, every response carries "Connection: close", and the server
// waits for the first request of every connection before it calls Shutdown.
type drainer struct {
	begun   atomic.Bool
	pending sync.WaitGroup // connections without a first request yet
	conns   sync.Map       // of net.Conn: those connections
}

type connKey struct{}

// attach makes srv drain in this way. It is called before srv serves, and after
// [ConnLimit.attach], which puts the connection into the context.
func (d *drainer) attach(srv *http.Server) {
	limit := srv.ConnState
	srv.ConnState = func(c net.Conn, state http.ConnState) {
		limit(c, state)
		switch state {
		case http.StateNew:
			d.pending.Add(1)
			d.conns.Store(c, nil)
		case http.StateIdle, http.StateClosed, http.StateHijacked: // idle: net/http has answered OPTIONS * itself
			d.arrived(c)
		}
	}
	next := srv.Handler
	srv.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.arrived(r.Context().Value(connKey{}))
		next.ServeHTTP(closingWriter{w, d}, r)
	})
}

// arrived records that the first request of a connection has arrived. It may be called
// again.
func (d *drainer) arrived(conn any) {
	if _, was := d.conns.LoadAndDelete(conn); was {
		d.pending.Done()
	}
}

// wait returns when the first request of every connection has arrived, or ctx is done.
func (d *drainer) wait(ctx context.Context) {
	all := make(chan struct{})
	go func() {
		d.pending.Wait()
		close(all)
	}()
	select {
	case <-all:
	case <-ctx.Done():
	}
}

// A closingWriter is a response with "Connection: close" if the drain has begun before the
// response is written.
type closingWriter struct {
	http.ResponseWriter
	drainer *drainer
}

// WriteHeader implements [http.ResponseWriter].
func (w closingWriter) WriteHeader(status int) {
	w.setClose()
	w.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (w closingWriter) Write(body []byte) (int, error) {
	w.setClose()
	return w.ResponseWriter.Write(body)
}

// Unwrap is for [http.ResponseController].
func (w closingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// setClose sets "Connection: close". It has no effect once the header is written.
func (w closingWriter) setClose() {
	if w.drainer.begun.Load() {
		w.Header().Set("Connection", "close")
	}
}
