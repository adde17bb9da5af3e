package main

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"github.com/roboto-ai/console/internal/certificate"
)

// TestServeUntilDoesNotWaitForSilence stops a server to which a browser has connected over
// HTTP/2 that asks for nothing, as browsers do in advance. There is nothing to answer, so
// nothing is waited for.
func TestServeUntilDoesNotWaitForSilence(t *testing.T) {
	t.Parallel()
	plain, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	source, err := certificate.Open(newCertificate(t, "console"), slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		s := server{tls.NewListener(plain, source.Config()), http.NotFoundHandler(), slog.New(slog.DiscardHandler)}
		ended <- s.serveUntil(ctx, func(context.Context) {})
	}()
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}}
	conn, err := dialer.DialContext(t.Context(), "tcp", plain.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	browser, err := new(http2.Transport).NewClientConn(conn)
	if err != nil {
		t.Fatal(err)
	}
	if err := browser.Ping(t.Context()); err != nil { // the server has seen it
		t.Fatal(err)
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("serveUntil: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it still waits after ten seconds")
	}
}
