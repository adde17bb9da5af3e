package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
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
	all := append(e.metricsAddress(), e.everyAddress(found))
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

// reach goes on from an address to listen on that stands for every address of the machine.
const reach = " is every address of this machine: clients that reach the port come past the proxy"

// everyAddress returns found, of the listen address, as a warning if that is every address of
// the machine and people are to come through a proxy. In a container it is one of the
// container alone.
func (e *examination) everyAddress(found Finding) Finding {
	if found.Level != OK || e.TLS != nil || e.Contained || !unspecified(e.Listen) {
		return found
	}
	return warning(found.Check, found.Found+" "+e.Listen+reach+", in plain http.",
		"Set --listen to 127.0.0.1 with the port where the proxy is on this machine, or else to the address that the proxy reaches.")
}

// metricsAddress looks at the address that serves the metrics, to everyone who reaches it.
func (e *examination) metricsAddress() []Finding {
	const check = "metrics address"
	switch {
	case e.MetricsListen == "":
		return nil
	case !e.Contained && unspecified(e.MetricsListen):
		return []Finding{warning(check, e.MetricsListen+reach+", and read the metrics.",
			"Set --metrics-listen to 127.0.0.1 with the port, or to the address that Prometheus reaches, and keep others out with the firewall.")}
	}
	return []Finding{ok(check, "Metrics are served on "+e.MetricsListen+".")}
}

// unspecified reports whether an address to listen on stands for every address of the
// machine.
func unspecified(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	address, err := netip.ParseAddr(host)
	return host == "" || err == nil && address.IsUnspecified()
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
