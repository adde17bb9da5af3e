package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/users"
)

// A site is a console that serves a directory, with a session and a token of the viewer.
type site struct {
	*process
	database string // its URL
	people   []person
	session  string // header with the cookie
	token    string // header
}

// openSite signs the viewer in to the directory at a URL and starts the console on it.
func openSite(ctx context.Context, program, database string) (*site, error) {
	d, err := openWithin(ctx, database)
	if err != nil {
		return nil, err
	}
	s := &site{database: database}
	s.people, err = sample(ctx, d.db)
	secrets, tokenErr := d.issueTokens(ctx, viewer)
	if err := errors.Join(err, tokenErr, d.Close()); err != nil {
		return nil, err
	}
	if len(s.people) < 2*edited {
		return nil, fmt.Errorf("found %d active people, too few", len(s.people))
	}
	if s.process, err = serve(ctx, program, database); err != nil {
		return nil, err
	}
	s.session = "Cookie: " + auth.CookieName(&url.URL{Scheme: "http", Host: s.address}, "session") + "=" + d.secret
	s.token = "Authorization: Bearer " + secrets[0]
	return s, nil
}

// request returns an HTTP request as bytes. Headers are whole lines.
func request(method, path, body string, headers ...string) []byte {
	lines := append([]string{method + " " + path + " HTTP/1.1", "User-Agent: " + agent}, headers...)
	if body != "" {
		lines = append(lines, fmt.Sprintf("Content-Length: %d", len(body)))
	}
	return []byte(strings.Join(append(lines, "", body), "\r\n"))
}

// browserEncodings are the encodings that a browser accepts.
const browserEncodings = "gzip, deflate, br, zstd"

// page returns the viewer's request for a page.
func (s *site) page(path, encodings string, headers ...string) []byte {
	return request(http.MethodGet, path, "", append(headers, "Host: "+s.address, s.session, "Sec-Fetch-Site: same-origin", "Accept: text/html", "Accept-Encoding: "+encodings)...)
}

// call returns the viewer's request to the API.
func (s *site) call(method, path, body string, headers ...string) []byte {
	return request(method, path, body, append(headers, "Host: "+s.address, s.token, "Content-Type: application/json", "Accept-Encoding: gzip")...)
}

// get returns the body of a page in an encoding, nil where the console does not use it;
// with an empty one, the page as it is.
func (s *site) get(ctx context.Context, path, encoding string) (body []byte, err error) {
	c, err := dial(ctx, s.address)
	if err != nil {
		return nil, err
	}
	defer c.conn.Close()
	answer, err := c.send(s.page(path, encoding), http.StatusOK)
	if err != nil || answer.Header.Get("Content-Encoding") != encoding {
		return nil, err
	}
	return io.ReadAll(answer.Body)
}

// userPath returns the path of a user's page.
func userPath(id users.ID) string { return "/users/" + url.PathEscape(string(id)) }

// A client is one connection that stays open.
type client struct {
	conn net.Conn
	in   *bufio.Reader
}

// dial opens a connection to host:port.
func dial(ctx context.Context, address string) (*client, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &client{conn, bufio.NewReaderSize(conn, 16<<10)}, nil
}

// A statusError is an answer with another status than the one that is expected.
type statusError struct {
	request   string // its method and path
	got, want int
}

// Error implements error.
func (e *statusError) Error() string {
	return fmt.Sprintf("%s answers %d, not %d", e.request, e.got, e.want)
}

// answerTimeout is how long one answer may take.
const answerTimeout = 10 * time.Minute

// send sends a request and returns the answer, whose body is to be read. It returns an
// error where the answer does not have the status.
func (c *client) send(request []byte, status int) (*http.Response, error) {
	if err := c.conn.SetDeadline(time.Now().Add(answerTimeout)); err != nil {
		return nil, err
	}
	if _, err := c.conn.Write(request); err != nil {
		return nil, err
	}
	answer, err := http.ReadResponse(c.in, nil)
	if err == nil && answer.StatusCode != status {
		line, _, _ := strings.Cut(string(request), " HTTP/")
		err = &statusError{line, answer.StatusCode, status}
	}
	return answer, err
}

// do sends a request and discards the answer, which has to be 200 OK.
func (c *client) do(request []byte) error {
	answer, err := c.send(request, http.StatusOK)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}
