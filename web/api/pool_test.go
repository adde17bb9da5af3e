package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
)

// TestPoolBoundsWorkers has more calls than workers: no more calls than workers are handled at
// the same time, a call that releases its worker lets another begin, and all are handled.
func TestPoolBoundsWorkers(t *testing.T) {
	t.Parallel()
	p := newPool(2)
	begun, goOn, done := make(chan func()), make(chan struct{}), make(chan error)
	for range 5 {
		go func() {
			done <- p.do(t.Context(), func(release func()) {
				begun <- release
				<-goOn
			})
		}()
	}
	release := <-begun
	<-begun
	if n := len(p.workers); n != 2 {
		t.Fatalf("got %d workers, want 2", n)
	}
	release()
	release() // does nothing
	<-begun
	if n := len(p.workers); n != 2 {
		t.Fatalf("after one was released: got %d workers, want 2", n)
	}
	close(goOn)
	<-begun
	<-begun
	for range 5 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// TestPoolOfACanceledCall cancels a call that waits for a worker.
func TestPoolOfACanceledCall(t *testing.T) {
	t.Parallel()
	p := newPool(1)
	err := p.do(t.Context(), func(func()) {
		canceled, cancel := context.WithCancel(t.Context())
		cancel()
		if err := p.do(canceled, func(func()) { t.Error("the call was handled") }); !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v", err)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

// TestPoolOfAPanic panics in a call: do panics with the value and its stack, or with
// http.ErrAbortHandler itself, and the next call has a worker.
func TestPoolOfAPanic(t *testing.T) {
	t.Parallel()
	p := newPool(1)
	fault := func(value any) (got any) {
		defer func() { got = recover() }()
		return p.do(t.Context(), func(func()) { panic(value) })
	}
	if p, ok := fault("broken").(*Panic); !ok || p.Value != "broken" || !strings.Contains(string(p.Stack), "TestPoolOfAPanic") {
		t.Errorf("got %v", p)
	}
	if got := fault(http.ErrAbortHandler); got != http.ErrAbortHandler {
		t.Errorf("got %v", got)
	}
	if err := p.do(t.Context(), func(func()) {}); err != nil {
		t.Error(err)
	}
}
