package server

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestServeAnswersRequestsInFlight stops a server while it works on a request: drain is
// called first, then the request is answered, then Serve returns.
func TestServeAnswersRequestsInFlight(t *testing.T) {
	t.Parallel()
	listener := reserve(t)
	arrived, drained := make(chan struct{}), make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-drained
		_, _ = io.WriteString(w, "answered")
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		s := Server{Listener: listener, Handler: handler, Log: slog.New(slog.DiscardHandler)}
		ended <- s.Serve(ctx, func(context.Context) { close(drained) })
	}()
	go func() {
		<-arrived
		stop()
	}()

	status, body := get(t, "http://"+listener.Addr().String())
	if status != http.StatusOK || body != "answered" {
		t.Errorf("got %d %q, want the answer", status, body)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := Listen(t.Context(), "--listen", listener.Addr().String()); err != nil {
		t.Errorf("the address is still taken: %v", err)
	}
}

// TestServeAnswersTheFirstRequestOfAConnection stops a server to which a client has
// connected without a request yet. The request that follows is answered, as the last on its
// connection.
func TestServeAnswersTheFirstRequestOfAConnection(t *testing.T) {
	t.Parallel()
	listener := reserve(t)
	stop := serve(t, Server{Listener: listener, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })})
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	get(t, "http://"+listener.Addr().String()) // connections are accepted in order: conn is by now
	go stop()
	for open := true; open; {
		late, err := net.Dial("tcp", listener.Addr().String())
		if open = err == nil; open {
			_ = late.Close()
		}
	}
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: console\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("got no answer: %v", err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); string(body) != "hello" || !resp.Close {
		t.Errorf("got %q, the connection ends: %t; want hello, and that it ends", body, resp.Close)
	}
}

// TestServeReportsAFault serves on a listener that is closed: the error is returned at
// once, without a drain.
func TestServeReportsAFault(t *testing.T) {
	t.Parallel()
	listener := reserve(t)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	s := Server{Listener: listener, Handler: http.NotFoundHandler(), Log: slog.New(slog.DiscardHandler)}
	drain := func(context.Context) { t.Error("it drained, although the listener has failed") }
	if err := s.Serve(t.Context(), drain); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the error of the listener", err)
	}
}

// TestListenTwice listens on an address that another listener has.
func TestListenTwice(t *testing.T) {
	t.Parallel()
	first := reserve(t)
	defer first.Close()
	_, err := Listen(t.Context(), "--listen", first.Addr().String())
	if err == nil || !strings.Contains(err.Error(), "--listen") {
		t.Errorf("got error %v, want one that says what to do", err)
	}
}
