package main

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

// TestServeUntilAnswersWhatIsInFlight stops a server while it works on a request,
// and checks the order of things: first readiness fails, then the request is
// answered, then the server ends.
func TestServeUntilAnswersWhatIsInFlight(t *testing.T) {
	t.Parallel()
	listener, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	arrived, drained := make(chan struct{}), make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-drained
		_, _ = io.WriteString(w, "answered")
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		s := server{listener: listener, handler: handler, log: slog.New(slog.DiscardHandler)}
		ended <- s.serveUntil(ctx, func(context.Context) { close(drained) })
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
		t.Errorf("serveUntil: %v", err)
	}
	if _, err := listen(t.Context(), listener.Addr().String()); err != nil {
		t.Errorf("the address is still taken: %v", err)
	}
}

// TestServeUntilAnswersWhoHasJustCome stops a server to which a client has connected
// that has not asked yet. What it then asks is answered, as the last on its connection.
func TestServeUntilAnswersWhoHasJustCome(t *testing.T) {
	t.Parallel()
	listener, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
		ended <- server{listener: listener, handler: hello, log: slog.New(slog.DiscardHandler)}.serveUntil(ctx, func(context.Context) {})
	}()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	get(t, "http://"+listener.Addr().String()) // who came first has been let in by now
	stop()
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
	if err := <-ended; err != nil {
		t.Errorf("serveUntil: %v", err)
	}
}

// TestServeUntilReportsAFault serves on a listener that is closed: the fault is
// returned at once, without a wait for requests that cannot come.
func TestServeUntilReportsAFault(t *testing.T) {
	t.Parallel()
	listener, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	s := server{listener: listener, handler: http.NotFoundHandler(), log: slog.New(slog.DiscardHandler)}
	drain := func(context.Context) { t.Error("it drained, where nothing can be answered") }
	if err := s.serveUntil(t.Context(), drain); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want what is wrong with the listener", err)
	}
}

// get returns the status and the body of the answer to a GET.
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

// TestListenTwice begins where another program is at work already.
func TestListenTwice(t *testing.T) {
	t.Parallel()
	first, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	_, err = listen(t.Context(), first.Addr().String())
	if err == nil || !strings.Contains(err.Error(), "--listen") {
		t.Errorf("got error %v, want one that says what to do", err)
	}
}
