package server

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
)

// reserve returns a listener on a free port.
func reserve(t *testing.T) net.Listener {
	t.Helper()
	listener, err := Listen(t.Context(), "--listen", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// serve runs s until the returned function is called, at the end of the test at the latest.
// It fails the test if s ends with an error.
func serve(t *testing.T, s Server) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	s.Log = slog.New(slog.DiscardHandler)
	go func() {
		defer close(done)
		if err := s.Serve(ctx, func(context.Context) {}); err != nil {
			t.Error(err)
		}
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

// limited serves handler with at most three connections until the end of the test. It
// returns the address, and the reasons for which connections are closed. wrap may be given
// to change the listener.
func limited(t *testing.T, handler http.HandlerFunc, wrap ...func(net.Listener) net.Listener) (string, chan string) {
	t.Helper()
	listener, closed := reserve(t), make(chan string, 100)
	address := listener.Addr().String()
	for _, f := range wrap {
		listener = f(listener)
	}
	serve(t, Server{Listener: listener, Handler: handler, Limit: &ConnLimit{Max: 3, Closed: func(reason string) { closed <- reason }}})
	return address, closed
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

// get returns the status and the body of the response to a GET.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}
