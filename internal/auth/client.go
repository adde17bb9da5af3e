package auth

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

const (
	callTimeout = 5 * time.Second // for one call to the provider, with its body
	maxBody     = 1 << 20         // bytes of an answer
)

// newClient returns the client for calls to the provider. It follows no redirects,
// reads at most maxBody, gives up after timeout, and never calls a link-local
// address, where clouds keep the secrets of their machines.
func newClient(timeout time.Duration) *http.Client {
	dialer := &net.Dialer{Timeout: timeout, Control: RefuseLinkLocal}
	return &http.Client{
		Timeout: timeout,
		Transport: transport{&http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           dialer.DialContext,
			TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:   timeout,
			ForceAttemptHTTP2:     true,
			MaxIdleConnsPerHost:   4,
			IdleConnTimeout:       90 * time.Second,
			ResponseHeaderTimeout: timeout,
		}},
	}
}

// RefuseLinkLocal is a [net.Dialer.Control] that refuses addresses no provider can
// have: it sees the address after names have been resolved.
func RefuseLinkLocal(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	return checkAddress(to.Addr())
}

// checkAddress returns an error for an address no provider can have.
func checkAddress(ip netip.Addr) error {
	ip = ip.Unmap()
	if ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return refusedAnswer(fmt.Sprintf("%s is not called: it is a link-local address", ip))
	}
	return nil
}

// A refusedAnswer is why an answer of the provider was not taken.
type refusedAnswer string

func (e refusedAnswer) Error() string { return string(e) }

// transport returns whole answers or errors: what it hands on has been read to the
// end, is neither a redirect nor a failure of the server, and is not too large.
type transport struct{ base http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	// A proxy would resolve the name itself; an address needs no resolving.
	if ip, err := netip.ParseAddr(req.URL.Hostname()); err == nil {
		if err := checkAddress(ip); err != nil {
			return nil, err
		}
	}
	res, err := t.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode >= 500:
		return nil, fmt.Errorf("it answered %d", res.StatusCode)
	case res.StatusCode >= 300 && res.StatusCode < 400:
		return nil, refusedAnswer(fmt.Sprintf("it answered with a redirect (%d)", res.StatusCode))
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxBody {
		return nil, refusedAnswer("it answered with more than 1 MiB")
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}
