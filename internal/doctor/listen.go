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

// site makes the checks of the path from a browser to the console. If no console is running,
// the doctor listens in its place and sees how the proxy passes requests on. Otherwise it
// compares responses with and without the proxy.
func (e *examination) site(ctx context.Context) []Finding {
	var listener net.Listener
	var found Finding
	held := false
	if e.Listen != "" {
		e.track("listen address", func() { listener, held, found = e.listen(ctx) })
	}
	all := append(e.metricsAddress(), e.warnEveryInterface(found))
	if listener != nil {
		defer listener.Close()
	}
	if e.BaseURL == nil {
		return all
	}
	if listener != nil {
		return append(all, e.throughProxy(ctx, listener)...)
	}
	e.track("base URL", func() { all = append(all, e.runningConsole(ctx, held)...) })
	if e.SignIn {
		all = append(all, wrong("sign-in", "The doctor cannot listen in place of the console: its address is not free.",
			"Stop the console, and run console doctor --sign-in again."))
	}
	return all
}

// everyInterface is the part of a finding on an unspecified listen address.
const everyInterface = " is every interface of this machine: clients can bypass the proxy"

// warnEveryInterface turns found, which is about the listen address, into a warning if that is
// unspecified and a proxy is used. Containers have their own addresses.
func (e *examination) warnEveryInterface(found Finding) Finding {
	if found.Level != OK || e.TLS != nil || e.InContainer || !unspecified(e.Listen) {
		return found
	}
	return warning(found.Check, found.Found+" "+e.Listen+everyInterface+", in plain http.",
		"Set --listen to 127.0.0.1 and the port if the proxy runs on this machine, else to the address that the proxy connects to.")
}

// metricsAddress checks the address of the metrics, which need no sign-in.
func (e *examination) metricsAddress() []Finding {
	const check = "metrics address"
	switch {
	case e.MetricsListen == "":
		return nil
	case !e.InContainer && unspecified(e.MetricsListen):
		return []Finding{warning(check, e.MetricsListen+everyInterface+", and read the metrics.",
			"Set --metrics-listen to 127.0.0.1 and the port, or to the address that Prometheus connects to, and block others in the firewall.")}
	}
	return []Finding{ok(check, "Metrics are served on "+e.MetricsListen+".")}
}

// unspecified reports whether a listen address stands for every interface.
func unspecified(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	address, err := netip.ParseAddr(host)
	return host == "" || err == nil && address.IsUnspecified()
}

// listen listens at the console's address. If it cannot, it returns no listener and reports
// whether a console listens there.
func (e *examination) listen(ctx context.Context) (net.Listener, bool, Finding) {
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
		return nil, false, wrong(check, fmt.Sprintf("Another program listens on %s.", e.Listen),
			"Stop it, or choose another address with --listen and in the proxy.")
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, false, wrong(check, fmt.Sprintf("%s is not an address of this machine.", e.Listen), "Correct --listen; use 127.0.0.1:8080 if the proxy runs on this machine.")
	case errors.Is(err, fs.ErrPermission):
		return nil, false, wrong(check, fmt.Sprintf("This user may not listen on %s.", e.Listen), "Choose a port from 1024 on with --listen, and have the proxy listen on 443.")
	}
	return nil, false, wrong(check, fmt.Sprintf("Listening on %s fails: %s.", e.Listen, reason(err)), "Correct --listen.")
}

// consoleListens reports whether a console responds at the listen address.
func (e *examination) consoleListens(ctx context.Context) bool {
	got, err := e.get(ctx, e.direct(), e.localURL()+"/healthz", nil)
	return err == nil && healthy(got)
}

// healthy reports whether a response is that of a console's /healthz.
func healthy(got response) bool {
	return got.status == http.StatusOK && string(got.body) == "ok\n"
}
