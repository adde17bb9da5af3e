package main

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

// Limits of every server. What a request may hold is limited per route.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 16 << 10

	// stopTimeout is how long requests in flight may take to be answered.
	stopTimeout = 30 * time.Second
)

// A server is a handler and the address at which it listens.
type server struct {
	listener    net.Listener
	handler     http.Handler
	log         *slog.Logger
	connections *connections // nil: of its own
}

// listen reserves an address, so that it is known before anything is built that
// needs to know it.
func listen(ctx context.Context, address string) (net.Listener, error) {
	return listenAs(ctx, "--listen", address)
}

// listenAs is listen for the address that a setting of that name gives.
func listenAs(ctx context.Context, setting, address string) (net.Listener, error) {
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

// serveUntil answers requests until ctx is done, then calls drain, which returns
// when no more requests are to be expected, and answers those in flight. The
// context of drain is done where nothing can be answered any more. serveUntil
// returns what kept it from answering, nil if it was told to stop.
func (s server) serveUntil(ctx context.Context, drain func(context.Context)) error {
	srv := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	limit := s.connections
	if limit == nil {
		limit = &connections{max: maxConnections}
	}
	limit.attach(srv)
	var leave leaving
	leave.attach(srv)
	served := make(chan struct{}) // closed when nobody more is let in
	both, serving := errgroup.WithContext(context.WithoutCancel(ctx))
	both.Go(func() error {
		defer close(served)
		if err := srv.Serve(s.listener); !leave.begun.Load() || !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	both.Go(func() error {
		select {
		case <-ctx.Done():
			leave.begun.Store(true)
			drain(serving)
		case <-serving.Done(): // the listener has failed, and with it all that would be drained
		}
		_ = s.listener.Close() // that it has failed is known
		<-served
		return shutDown(context.WithoutCancel(ctx), srv, &leave)
	})
	return both.Wait()
}

// shutDown waits until the requests in flight are answered, those that have just come
// among them, or that takes too long.
func shutDown(ctx context.Context, srv *http.Server, leave *leaving) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	leave.hasArrived(ctx)
	if err := srv.Shutdown(ctx); err != nil {
		return fmt.Errorf("answer the requests in flight: %w", errors.Join(err, srv.Close()))
	}
	return nil
}
