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
	callTimeout = 5 * time.Second // for one request to the provider, including the body
	maxBody     = 1 << 20         // bytes of a response
)

// newClient returns the HTTP client for requests to the provider. It follows no redirects,
// reads at most maxBody, and refuses link-local addresses, where cloud metadata services
// listen.
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

// RefuseLinkLocal is a [net.Dialer.Control] that refuses link-local, multicast and unspecified
// addresses. It is called with the resolved address.
func RefuseLinkLocal(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	return checkAddress(to.Addr())
}

// checkAddress returns an error for an address that no provider can have.
func checkAddress(ip netip.Addr) error {
	ip = ip.Unmap()
	if ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return refusedResponse(fmt.Sprintf("%s is refused: a link-local address", ip))
	}
	return nil
}

// A refusedResponse says why a response was discarded.
type refusedResponse string

func (e refusedResponse) Error() string { return string(e) }

// A transport returns complete responses: it reads the body to the end and returns an error for
// a redirect, a status of 500 or above, or a body larger than maxBody.
type transport struct{ base http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	// The dialer's Control does not see this address when a proxy is used.
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
		return nil, fmt.Errorf("status %d", res.StatusCode)
	case res.StatusCode >= 300 && res.StatusCode < 400:
		return nil, refusedResponse(fmt.Sprintf("status %d: a redirect, which is not followed", res.StatusCode))
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxBody {
		return nil, refusedResponse("response larger than 1 MiB")
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}
