package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roboto-ai/console/web/httperror"
)

// TestPoolBoundsWorkers has more requests than workers: no more requests than workers are handled
// at the same time, one that releases its worker lets another begin, and all are handled.
func TestPoolBoundsWorkers(t *testing.T) {
	t.Parallel()
	p := newPool(2)
	begun, goOn, done := make(chan *worker), make(chan struct{}), make(chan error)
	for range 5 {
		go func() {
			done <- p.do(t.Context(), func(w *worker) {
				begun <- w
				<-goOn
			})
		}()
	}
	first := <-begun
	<-begun
	if n := len(p.slots); n != 2 {
		t.Fatalf("got %d workers, want 2", n)
	}
	first.release()
	first.release() // does nothing
	<-begun
	if n := len(p.slots); n != 2 {
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

// TestPoolResumes has a request that waited for its client go on before one that has not begun.
func TestPoolResumes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(1)
		order := make(chan string, 3)
		handle := func(work func(*worker)) {
			go func() {
				if err := p.do(t.Context(), work); err != nil {
					t.Error(err)
				}
			}()
			synctest.Wait()
		}
		heard, free := make(chan struct{}), make(chan struct{})
		handle(func(w *worker) {
			w.release()
			<-heard
			w.acquire(t.Context())
			order <- "resumed"
		})
		handle(func(*worker) { <-free; order <- "handled meanwhile" })
		handle(func(*worker) { order <- "begun" })
		close(heard)
		synctest.Wait()
		close(free)
		synctest.Wait()
		if got := <-order + ", " + <-order + ", " + <-order; got != "handled meanwhile, resumed, begun" || len(p.slots) != 0 {
			t.Errorf("got %q, and %d workers at the end", got, len(p.slots))
		}
	})
}

// TestPoolRefuses has requests wait for a worker: one until its client is gone, one for too long.
func TestPoolRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(1)
		err := p.do(t.Context(), func(*worker) {
			canceled, cancel := context.WithCancel(t.Context())
			cancel()
			unwanted := func(*worker) { t.Error("the request was handled") }
			if err := p.do(canceled, unwanted); !errors.Is(err, context.Canceled) {
				t.Errorf("of a client that is gone: got %v", err)
			}
			began := time.Now()
			if err := p.do(t.Context(), unwanted); !errors.Is(err, httperror.ErrBusy) || time.Since(began) != poolWait {
				t.Errorf("got %v after %s, want %v after %s", err, time.Since(began), httperror.ErrBusy, poolWait)
			}
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// TestPoolOfAPanic panics in a request: do panics with the value and its stack, or with
// http.ErrAbortHandler itself, and the next request has a worker.
func TestPoolOfAPanic(t *testing.T) {
	t.Parallel()
	p := newPool(1)
	fault := func(value any) (got any) {
		defer func() { got = recover() }()
		return p.do(t.Context(), func(*worker) { panic(value) })
	}
	if err, ok := fault("broken").(error); !ok || !strings.HasPrefix(err.Error(), "broken\n") || !strings.Contains(err.Error(), "TestPoolOfAPanic") {
		t.Errorf("got %v", err)
	}
	if got := fault(http.ErrAbortHandler); got != http.ErrAbortHandler {
		t.Errorf("got %v", got)
	}
	if err := p.do(t.Context(), func(*worker) {}); err != nil {
		t.Error(err)
	}
}
