package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"
)

// takeOrListen returns the listener that the service manager has opened for this
// process (LISTEN_FDS), or else one of its own at address. A listener that is handed
// over outlives the process: who comes between two of them waits and is not refused.
func takeOrListen(ctx context.Context, address string) (net.Listener, error) {
	listeners, err := activation.Listeners()
	if err != nil {
		return nil, fmt.Errorf("take over what the service manager listens on: %w", err)
	}
	switch {
	case len(listeners) == 0:
		return listen(ctx, address)
	case len(listeners) > 1:
		return nil, fmt.Errorf("the service manager hands over %d sockets, and the console takes one: leave one ListenStream in its socket unit", len(listeners))
	case listeners[0] == nil:
		return nil, errors.New("what the service manager hands over is no stream socket: its socket unit needs ListenStream")
	}
	return listeners[0], nil
}

// tell lets the service manager know what the program is about to do, where there
// is one that wants to (NOTIFY_SOCKET). That it does not hear is no reason to stop.
func tell(log *slog.Logger, state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		log.Warn("the service manager was not told", "state", state, "error", err)
	}
}
