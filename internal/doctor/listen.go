package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"syscall"
)

// site makes the checks of the way from a browser to the console. Where no console
// runs yet the doctor listens in its place, and sees what the proxy makes of a
// request; where one runs, it sees what comes back through the proxy.
func (e *examination) site(ctx context.Context) []Finding {
	var listener net.Listener
	var found Finding
	held := false
	if e.Listen != "" {
		e.during("listen address", func() { listener, held, found = e.takeAddress(ctx) })
	}
	all := []Finding{found}
	if listener != nil {
		defer listener.Close()
	}
	if e.BaseURL == nil {
		return all
	}
	if listener != nil {
		return append(all, e.throughProxy(ctx, listener)...)
	}
	e.during("base URL", func() { all = append(all, e.runningConsole(ctx, held)...) })
	if e.SignIn {
		all = append(all, wrong("sign-in", "The doctor cannot take the place of the console, whose address is not free.",
			"Stop the console, and run console doctor --sign-in again."))
	}
	return all
}

// takeAddress listens where the console is to listen. It returns no listener where
// it cannot, and reports whether that is because a console listens there.
func (e *examination) takeAddress(ctx context.Context) (net.Listener, bool, Finding) {
	const check = "listen address"
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", e.Listen)
	switch {
	case err == nil:
		return listener, false, ok(check, e.Listen+" is free.")
	case errors.Is(err, syscall.EADDRINUSE):
		if e.consoleListens(ctx) {
			return nil, true, ok(check, "A console listens on "+e.Listen+" already.")
		}
		return nil, false, wrong(check, fmt.Sprintf("Another program listens on %s, which is no console.", e.Listen),
			"Stop it, or choose another address with --listen and in the proxy.")
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, false, wrong(check, fmt.Sprintf("%s is no address of this machine.", e.Listen), "Correct --listen; 127.0.0.1:8080 is right where the proxy is on the same machine.")
	case errors.Is(err, fs.ErrPermission):
		return nil, false, wrong(check, fmt.Sprintf("This user may not listen on %s.", e.Listen), "Choose a port from 1024 on with --listen, and have the proxy listen on 443.")
	}
	return nil, false, wrong(check, fmt.Sprintf("Nobody can listen on %s: %s.", e.Listen, reason(err)), "Correct --listen.")
}

// consoleListens reports whether a console answers at the listen address.
func (e *examination) consoleListens(ctx context.Context) bool {
	got, err := e.get(ctx, e.direct(), e.near()+"/healthz", nil)
	return err == nil && healthy(got)
}

// healthy reports whether an answer is that of a console's /healthz.
func healthy(got answer) bool {
	return got.status == http.StatusOK && string(got.body) == "ok\n"
}
