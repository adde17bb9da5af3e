package main

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// A leaving is how a server stops without losing a request. Go's own Shutdown loses two
// kinds: one that comes on a connection which was to be kept, at the moment when it is
// closed; and the first of a connection that was accepted, if it has not been read yet.
// So every answer since leaving began says that its connection ends, and Shutdown has to
// wait until the first request of every connection is with its handler.
type leaving struct {
	begun    atomic.Bool
	arriving sync.WaitGroup // connections without a first request yet
	waiting  sync.Map       // of net.Conn: those connections
}

type connKey struct{}

// attach makes srv leave in this way. It is called before srv serves, and after
// [connections.attach], which puts the connection into the context.
func (l *leaving) attach(srv *http.Server) {
	limit := srv.ConnState
	srv.ConnState = func(c net.Conn, state http.ConnState) {
		limit(c, state)
		switch state {
		case http.StateNew:
			l.arriving.Add(1)
			l.waiting.Store(c, nil)
		case http.StateIdle, http.StateClosed, http.StateHijacked: // idle: net/http has answered by itself, as OPTIONS *
			l.arrived(c)
		}
	}
	next := srv.Handler
	srv.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.arrived(r.Context().Value(connKey{}))
		next.ServeHTTP(farewell{w, l}, r)
	})
}

// arrived notes that a connection is waited for no more. It may be called again.
func (l *leaving) arrived(conn any) {
	if _, was := l.waiting.LoadAndDelete(conn); was {
		l.arriving.Done()
	}
}

// hasArrived waits until no connection is waited for, or ctx is done.
func (l *leaving) hasArrived(ctx context.Context) {
	all := make(chan struct{})
	go func() {
		l.arriving.Wait()
		close(all)
	}()
	select {
	case <-all:
	case <-ctx.Done():
	}
}

// A farewell is a response that says that its connection ends, if the server leaves by
// the time the response begins.
type farewell struct {
	http.ResponseWriter
	leaving *leaving
}

// WriteHeader begins the response.
func (f farewell) WriteHeader(status int) {
	f.announce()
	f.ResponseWriter.WriteHeader(status)
}

// Write begins the response if nothing has.
func (f farewell) Write(body []byte) (int, error) {
	f.announce()
	return f.ResponseWriter.Write(body)
}

// Unwrap is for [http.ResponseController].
func (f farewell) Unwrap() http.ResponseWriter { return f.ResponseWriter }

// announce says that the connection ends. It has no effect once the header is written.
func (f farewell) announce() {
	if f.leaving.begun.Load() {
		f.Header().Set("Connection", "close")
	}
}
