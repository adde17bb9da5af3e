package doctor

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/roboto-ai/console/web/words"
)

// maxBody is the maximum size of a response that is read, in bytes.
const maxBody = 1 << 20

// A response is an HTTP response with its whole body.
type response struct {
	status int
	header http.Header
	body   []byte
	tls    *tls.ConnectionState // nil over plain http
	asked  time.Time            // half-way between request and response
}

// client returns an HTTP client that follows no redirects and keeps no connections. control,
// which may be nil, is called for each connection.
func (e *examination) client(control func(network, address string, c syscall.RawConn) error, t *tls.Config) *http.Client {
	dialer := &net.Dialer{Timeout: e.Limit, Control: control, Resolver: e.Resolver}
	return &http.Client{
		Timeout: e.Limit,
		Transport: &http.Transport{
			Proxy:              http.ProxyFromEnvironment,
			DialContext:        dialer.DialContext,
			TLSClientConfig:    t,
			DisableKeepAlives:  true,
			DisableCompression: true,
			ForceAttemptHTTP2:  true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// direct returns a client for the listen address. It does not verify the certificate, which is
// that of the base URL.
func (e *examination) direct() *http.Client {
	client := e.client(nil, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12})
	client.Transport.(*http.Transport).Proxy = nil
	return client
}

// localURL returns the URL of the listen address.
func (e *examination) localURL() string {
	if e.TLS != nil {
		return "https://" + e.LocalAddress
	}
	return "http://" + e.LocalAddress
}

// get requests address with a header, which may be nil.
func (e *examination) get(ctx context.Context, client *http.Client, address string, header http.Header) (response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return response{}, err
	}
	if header != nil {
		req.Header = header
	}
	return e.do(client, req)
}

// do sends a request with the doctor's User-Agent, and reads the response.
func (e *examination) do(client *http.Client, req *http.Request) (response, error) {
	req.Header.Set("User-Agent", words.DoctorAgent)
	before := e.Now()
	res, err := client.Do(req)
	if err != nil {
		return response{}, err
	}
	defer res.Body.Close()
	asked := before.Add(e.Now().Sub(before) / 2)
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	return response{res.StatusCode, res.Header, body, res.TLS, asked}, err
}

// location returns the absolute address of a redirect from address; "" if a is no redirect.
func (a response) location(address string) string {
	to := a.header.Get("Location")
	u, err := url.Parse(address)
	if err != nil || to == "" {
		return to
	}
	if there, err := u.Parse(to); err == nil {
		return there.String()
	}
	return to
}

// getFollowing requests address, an endpoint of the provider for browsers. It follows one
// redirect on the provider's host: Dex redirects to its only connector before it checks the
// request. The second result is the address of a further redirect; "" if there is none.
func (e *examination) getFollowing(ctx context.Context, client *http.Client, address string) (response, string, error) {
	got, err := e.get(ctx, client, address, nil)
	if err != nil {
		return response{}, "", err
	}
	to := got.location(address)
	if to == "" || strings.HasPrefix(to, e.base()+"/") || origin(to) != origin(address) {
		return got, to, nil
	}
	if got, err = e.get(ctx, client, to, nil); err != nil {
		return response{}, "", err
	}
	return got, got.location(to), nil
}

// origin returns scheme and host of an address.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
