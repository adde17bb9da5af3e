package doctor

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
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
