package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/server"
)

// fullSize reports whether load tests run at full size.
func fullSize() bool { return os.Getenv("CONSOLE_TORTURE") == "full" }

// slowWays are beginnings of requests, of which no more is sent.
var slowWays = []string{
	"",
	"G",
	"GET /sign-in HTTP/1.1\r\nHost: console.example.com\r\n",
	"GET /sign-in HTTP/1.1\r\nHost: console.example.com\r\nX-Slow: ",
	slowForm,
}

// slowForm is the beginning of a form. After its header the server waits longer, so the beginning
// of the body is sent at full size only.
const slowForm = "POST /theme HTTP/1.1\r\nHost: console.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n"

// TestSlowClients holds connections open with incomplete requests. Other requests are answered
// meanwhile, and the server closes all of these connections.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	n, ways, within := 100, slowWays, server.ReadHeaderTimeout
	if fullSize() {
		n, ways, within = 1000, append(slices.Clone(slowWays), slowForm+"\r\ntheme="), server.ReadTimeout
	}
	r := startServe(t)
	address := r.address(t)
	held := make([]net.Conn, n)
	for i := range held {
		held[i] = dial(t, address)
		if _, err := io.WriteString(held[i], ways[i%len(ways)]); err != nil {
			t.Fatal(err)
		}
	}
	if status, _ := get(t, "http://"+address+"/sign-in"); status != http.StatusOK {
		t.Errorf("the page meanwhile: got status %d", status)
	}
	var all sync.WaitGroup
	for i, conn := range held {
		all.Go(func() {
			if err := closedByServer(conn, within+2*time.Minute); err != nil {
				t.Errorf("%q: %v", ways[i%len(ways)], err)
			}
		})
	}
	all.Wait()
	if status, _ := get(t, "http://"+address+"/sign-in"); status != http.StatusOK {
		t.Errorf("the page afterwards: got status %d", status)
	}
}

// dial connects to address until the end of the test.
func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// closedByServer returns nil when the server has closed the connection, and an error if it has not
// after the given time.
func closedByServer(conn net.Conn, within time.Duration) error {
	if err := conn.SetReadDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, conn)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("the connection is still open after %s", within)
	}
	return nil // closed or reset
}
