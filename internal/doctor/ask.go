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

// maxAnswer is the most that is read of an answer, in bytes.
const maxAnswer = 1 << 20

// An answer is what came back to a question, read to the end.
type answer struct {
	status int
	header http.Header
	body   []byte
	tls    *tls.ConnectionState // nil over plain http
	asked  time.Time            // half-way between question and answer
}

// client returns a client that follows no redirects and keeps no connection, and
// whose connections pass control, which may be nil.
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

// direct returns a client for what listens at the listen address of this machine,
// whose certificate is that of the base URL, if it has one.
func (e *examination) direct() *http.Client {
	client := e.client(nil, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12})
	client.Transport.(*http.Transport).Proxy = nil
	return client
}

// near returns the address of what listens at the listen address of this machine.
func (e *examination) near() string {
	if e.TLS != nil {
		return "https://" + e.Near
	}
	return "http://" + e.Near
}

// get asks for address, with a header if it is not nil.
func (e *examination) get(ctx context.Context, client *http.Client, address string, header http.Header) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return answer{}, err
	}
	if header != nil {
		req.Header = header
	}
	return e.do(client, req)
}

// do sends a request, marked as the doctor's, and reads the answer.
func (e *examination) do(client *http.Client, req *http.Request) (answer, error) {
	req.Header.Set("User-Agent", words.DoctorAgent)
	before := e.Now()
	res, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	asked := before.Add(e.Now().Sub(before) / 2)
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	return answer{res.StatusCode, res.Header, body, res.TLS, asked}, err
}

// location returns where an answer from address redirects to, as an absolute address; ""
// if it does not.
func (a answer) location(address string) string {
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

// askProvider gets address, an endpoint of the provider for browsers. It follows one
// redirect that stays on the provider's host, other than one back to the console: Dex
// redirects to its only connector before it looks at the request. The second value is where
// the answer redirects to; "" if it does not.
func (e *examination) askProvider(ctx context.Context, client *http.Client, address string) (answer, string, error) {
	got, err := e.get(ctx, client, address, nil)
	if err != nil {
		return answer{}, "", err
	}
	to := got.location(address)
	if to == "" || strings.HasPrefix(to, e.base()+"/") || origin(to) != origin(address) {
		return got, to, nil
	}
	if got, err = e.get(ctx, client, to, nil); err != nil {
		return answer{}, "", err
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
