package main

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"testing"
	"time"

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
		s := server{listener: tls.NewListener(plain, source.Config()), handler: http.NotFoundHandler(), log: slog.New(slog.DiscardHandler)}
		ended <- s.serveUntil(ctx, func(context.Context) {})
	}()
	browser := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
	conn, err := browser.NewClientConn(t.Context(), "https", plain.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("serveUntil: %v", err)
		}
	case <-time.After(2 * time.Minute):
		t.Error("it still waits after two minutes")
	}
}
