package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"

	"github.com/roboto-ai/console/internal/server"
)

// inheritOrListen returns the listener that the service manager has opened for this process
// (socket activation, LISTEN_FDS), or else a new one at address. An inherited listener
// outlives the process: clients that connect between two processes wait and are not refused.
func inheritOrListen(ctx context.Context, address string) (net.Listener, error) {
	listeners, err := activation.Listeners()
	if err != nil {
		return nil, fmt.Errorf("take over the listener of the service manager: %w", err)
	}
	switch {
	case len(listeners) == 0:
		return listen(ctx, address)
	case len(listeners) > 1:
		return nil, fmt.Errorf("the service manager hands over %d sockets, and the console takes one: leave one ListenStream in its socket unit", len(listeners))
	case listeners[0] == nil:
		return nil, errors.New("the service manager hands over a socket that is no stream socket: its socket unit needs ListenStream")
	}
	return listeners[0], nil
}

// listen returns a new listener at the address that --listen gives.
func listen(ctx context.Context, address string) (net.Listener, error) {
	return server.Listen(ctx, "--listen", address)
}

// notifySystemd sends a state to the service manager (sd_notify), if there is one that
// expects it (NOTIFY_SOCKET). A failure is logged and does not stop the program.
func notifySystemd(log *slog.Logger, state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		log.Warn("cannot notify the service manager", "state", state, "error", err)
	}
}
