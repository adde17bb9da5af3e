package web_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

const formType = "application/x-www-form-urlencoded"

// sendHead sends the head of a POST whose body would be size bytes, and after it the
// beginning of the body. It returns the connection, to read the response from.
func (s *site) sendHead(t *testing.T, method, path, session, kind string, size int, body string) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	cookie := ""
	if session != "" {
		cookie = "Cookie: " + s.cookieName(t, "session") + "=" + session + "\r\n"
	}
	fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n%s",
		method, path, s.server.Listener.Addr(), kind, cookie, size, body)
	return conn
}

// answered returns the response on a connection, nil if it does not come within half a
// minute.
func answered(t *testing.T, conn net.Conn) *http.Response {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Errorf("no response: %v", err)
		return nil
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// TestRefusedWithoutItsBody sends the head of a request and none of its body: what is
// refused is refused at once, and the connection ends.
func TestRefusedWithoutItsBody(t *testing.T) {
	tests := map[string]struct {
		method, path string
		as           users.Role // empty: signed out
		kind         string
		size, want   int
	}{
		"an unknown path":                    {"POST", "/none", users.RoleOwner, formType, 60_000, 404},
		"a method that the path has not":     {"POST", "/users", users.RoleOwner, formType, 60_000, 405},
		"a method that there is not":         {"BREW", "/profile", users.RoleOwner, formType, 60_000, 405},
		"a form that the role may not send":  {"POST", "/users/new", users.RoleUser, formType, 60_000, 403},
		"a form that is too large":           {"POST", "/profile", users.RoleUser, formType, 64<<10 + 1, 413},
		"a megabyte":                         {"POST", "/profile", users.RoleUser, formType, 1 << 20, 413},
		"a form of another type":             {"POST", "/profile", users.RoleUser, "application/json", 60_000, 400},
		"signed out, too large to be kept":   {"POST", "/profile", "", formType, 64<<10 + 1, 401},
		"signed out, a button of 60,000":     {"POST", "/theme", "", formType, 60_000, 413},
		"signed out, a sign-out of 60,000":   {"POST", "/sign-out", "", formType, 60_000, 413},
		"a page with a body, by GET":         {"GET", "/sign-in", "", formType, 60_000, 200},
		"an asset that is not there":         {"POST", "/static/none", "", formType, 60_000, 405},
		"a megabyte to the root of the site": {"POST", "/", "", formType, 1 << 20, 405},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, session := newSite(t), ""
			if test.as != "" {
				session = s.as(t, test.as).cookie(t, "session")
			}
			conn := s.sendHead(t, test.method, test.path, session, test.kind, test.size, "")
			if res := answered(t, conn); res != nil && (res.StatusCode != test.want || !res.Close) {
				t.Errorf("got status %d, and that it closes: %t; want %d, and that", res.StatusCode, res.Close, test.want)
			}
		})
	}
}

// TestStrangersHaveFewFormsRead sends many forms whose bodies never come, signed out: not
// more are waited for than are kept of one client.
func TestStrangersHaveFewFormsRead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var conns []net.Conn
	for range 61 { // 60 at once
		conns = append(conns, s.sendHead(t, "POST", "/profile", "", formType, 60_000, "name=a"))
	}
	res := firstAnswered(t, conns)
	if res.StatusCode != http.StatusUnauthorized {
		t.Errorf("got status %d", res.StatusCode)
	}
}

// firstAnswered returns the first response on any of conns.
func firstAnswered(t *testing.T, conns []net.Conn) *http.Response {
	t.Helper()
	first := make(chan *http.Response, len(conns))
	for _, conn := range conns {
		go func() {
			_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
			if res, err := http.ReadResponse(bufio.NewReader(conn), nil); err == nil {
				first <- res
			}
		}()
	}
	select {
	case res := <-first:
		return res
	case <-time.After(30 * time.Second):
		t.Fatal("none is answered")
		return nil
	}
}

// A slowBody is the beginning of a body, of which no more comes in time.
type slowBody struct{ begin *strings.Reader }

func (b slowBody) Read(p []byte) (int, error) {
	if n, _ := b.begin.Read(p); n > 0 {
		return n, nil
	}
	return 0, os.ErrDeadlineExceeded
}

func (slowBody) Close() error { return nil }

// A deadlines records the deadlines that are set for a request.
type deadlines struct {
	*httptest.ResponseRecorder
	read, write []time.Duration // from the time of the call
}

func (d *deadlines) SetReadDeadline(at time.Time) error {
	if !at.IsZero() {
		d.read = append(d.read, time.Until(at))
	}
	return nil
}

func (d *deadlines) SetWriteDeadline(at time.Time) error {
	d.write = append(d.write, time.Until(at))
	return nil
}

// request returns a request of the browser that does not go over the network.
func (b *browser) request(t *testing.T, method, path string, body io.Reader) *http.Request {
	r := httptest.NewRequestWithContext(t.Context(), method, path, body)
	r.Header.Set("Content-Type", formType)
	r.AddCookie(&http.Cookie{Name: b.site.cookieName(t, "session"), Value: b.cookie(t, "session")})
	return r
}

// TestSlowBody reads a body of which the rest does not come: each read has a deadline of
// its own, and the request ends with 408.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.as(t, users.RoleUser).request(t, "POST", "/profile", slowBody{strings.NewReader("name=Other")})
	r.ContentLength = 100
	w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
	s.app.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusRequestTimeout || w.Header().Get("Connection") != "close" {
		t.Errorf("got status %d, Connection %q", w.Code, w.Header().Get("Connection"))
	}
	if len(w.read) < 2 {
		t.Errorf("got deadlines %v, want one for each read", w.read)
	}
	for _, in := range w.read {
		if in <= 0 || in > 10*time.Second {
			t.Errorf("a deadline in %s", in)
		}
	}
	if u := s.Must(t, "user@example.com"); u.Name != "User" {
		t.Errorf("the name is %q", u.Name)
	}
}

// TestClientThatHasGone has a browser leave before it is answered: that is no fault of the
// console, in the log and in the metrics.
func TestClientThatHasGone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	ctx, leave := context.WithCancel(t.Context())
	leave()
	w := httptest.NewRecorder()
	s.app.Handler().ServeHTTP(w, b.request(t, http.MethodGet, "/users", nil).WithContext(ctx))
	if w.Code != 499 {
		t.Errorf("got %d", w.Code)
	}
}
