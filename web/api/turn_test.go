package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
)

// TestTurns has more calls than turns: no more of them than turns are worked on at once, a call
// that ends its turn early lets another begin, and all of them are worked on.
func TestTurns(t *testing.T) {
	t.Parallel()
	turns := newTurns(2)
	begun, goOn, done := make(chan func()), make(chan struct{}), make(chan error)
	for range 5 {
		go func() {
			done <- turns.do(t.Context(), func(end func()) {
				begun <- end
				<-goOn
			})
		}()
	}
	end := <-begun
	<-begun
	if n := len(turns.taken); n != 2 {
		t.Fatalf("got %d turns taken, want 2", n)
	}
	end()
	end() // does nothing
	<-begun
	if n := len(turns.taken); n != 2 {
		t.Fatalf("after the early end of a turn: got %d turns taken, want 2", n)
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

// TestTurnsOfThoseWhoLeave has a client leave that waits for a turn.
func TestTurnsOfThoseWhoLeave(t *testing.T) {
	t.Parallel()
	turns := newTurns(1)
	err := turns.do(t.Context(), func(func()) {
		gone, leave := context.WithCancel(t.Context())
		leave()
		if err := turns.do(gone, func(func()) { t.Error("it was worked on") }); !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v", err)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

// TestPanicInTurn panics in a call: the panic comes out of do with its stack, that of an answer
// that is broken off as it is, and the next call has a turn.
func TestPanicInTurn(t *testing.T) {
	t.Parallel()
	turns := newTurns(1)
	fault := func(value any) (got any) {
		defer func() { got = recover() }()
		return turns.do(t.Context(), func(func()) { panic(value) })
	}
	if p, ok := fault("broken").(*Panic); !ok || p.Value != "broken" || !strings.Contains(string(p.Stack), "TestPanicInTurn") {
		t.Errorf("got %v", p)
	}
	if got := fault(http.ErrAbortHandler); got != http.ErrAbortHandler {
		t.Errorf("got %v", got)
	}
	if err := turns.do(t.Context(), func(func()) {}); err != nil {
		t.Error(err)
	}
}
