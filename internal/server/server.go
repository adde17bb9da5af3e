// Package server runs an HTTP server with limits on what a client can hold: time, header
// bytes, connections. It stops without losing a request: requests in flight are answered,
// and so is the first request of every connection that was accepted.
//
// It knows nothing about the console.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// Limits of every server. The size of a body is limited per route, by the handler.
const (
	ReadHeaderTimeout = 5 * time.Second
	ReadTimeout       = 30 * time.Second
	IdleTimeout       = 2 * time.Minute
	writeTimeout      = 60 * time.Second
	maxHeaderBytes    = 16 << 10

	// StopTimeout is how long requests in flight may take to be answered.
	StopTimeout = 30 * time.Second
)

// A Server is a handler and the listener whose connections it serves.
type Server struct {
	Listener net.Listener
	Handler  http.Handler
	Log      *slog.Logger
	Limit    *ConnLimit // nil: of its own
}

// Listen returns a TCP listener at address. Its error names the setting that the address
// comes from, such as "--listen", where another program has the address.
func Listen(ctx context.Context, setting, address string) (net.Listener, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("another program listens on %s: stop it, or choose another address with %s", address, setting)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return listener, nil
}

// Serve answers requests until ctx is done. Then it calls drain, which returns when the
// listener may be closed, and answers the requests in flight. The context of drain is done
// if the listener has failed. Serve returns nil if it stopped because ctx was done, else
// the error that ended it.
func (s Server) Serve(ctx context.Context, drain func(context.Context)) error {
	srv := &http.Server{
		Handler:           s.Handler,
		ReadHeaderTimeout: ReadHeaderTimeout,
		ReadTimeout:       ReadTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       IdleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	limit := s.Limit
	if limit == nil {
		limit = &ConnLimit{}
	}
	limit.attach(srv)
	var stopping drainer
	stopping.attach(srv)
	closed := make(chan struct{}) // closed when no more connections are accepted
	both, serving := errgroup.WithContext(context.WithoutCancel(ctx))
	both.Go(func() error {
		defer close(closed)
		if err := srv.Serve(s.Listener); !stopping.begun.Load() || !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	both.Go(func() error {
		select {
		case <-ctx.Done():
			stopping.begun.Store(true)
			drain(serving)
		case <-serving.Done(): // the listener has failed: there is nothing to drain
		}
		_ = s.Listener.Close() // it may be closed already
		<-closed
		return shutDown(context.WithoutCancel(ctx), srv, &stopping)
	})
	return both.Wait()
}

// shutDown waits until the requests in flight, and the first request of each accepted
// connection, are answered. It returns an error if that takes longer than [StopTimeout].
func shutDown(ctx context.Context, srv *http.Server, stopping *drainer) error {
	ctx, cancel := context.WithTimeout(ctx, StopTimeout)
	defer cancel()
	stopping.wait(ctx)
	if err := srv.Shutdown(ctx); err != nil {
		return fmt.Errorf("answer the requests in flight: %w", errors.Join(err, srv.Close()))
	}
	return nil
}
