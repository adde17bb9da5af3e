package api

import (
	"context"
	"net/http"
	"runtime/debug"
)

// maxTurns is how many calls are worked on at once: more than there are connections to the
// database, where they would wait otherwise with all that has been read for them.
const maxTurns = 32

// turns limit how many calls are worked on at once. The others wait before anything is read for
// them, on the small stack of their connection: a call is worked on by a goroutine of its own,
// as it needs some 16 KiB of stack, which a thousand connections would each keep. That
// goroutine takes further calls as long as some wait.
type turns struct {
	taken   chan struct{} // holds one element for each turn
	waiting chan turn     // to a goroutine that has a turn
}

// A turn is a call that waits for one.
type turn struct {
	work func(end func())
	done chan any // what work panicked with, or nil
}

// A Panic is what a call panicked with.
type Panic struct {
	Value any
	Stack []byte
}

// newTurns returns that many turns.
func newTurns(most int) turns { return turns{make(chan struct{}, most), make(chan turn)} }

// do runs work as soon as there is a turn, and returns when work has. The turn ends with work,
// or before that by end, which work calls before it waits for a client or for long. do panics
// if work does: with a [*Panic], or with [http.ErrAbortHandler] itself. It returns the error of
// ctx if ctx is done before there is a turn.
func (t turns) do(ctx context.Context, work func(end func())) error {
	next := turn{work, make(chan any, 1)}
	select {
	case t.waiting <- next:
	case t.taken <- struct{}{}:
		go t.run(next)
	case <-ctx.Done():
		return ctx.Err()
	}
	if fault := <-next.done; fault != nil {
		panic(fault)
	}
	return nil
}

// run works on a call that has a turn, and then on those that wait.
func (t turns) run(next turn) {
	for t.keeps(next) {
		select {
		case next = <-t.waiting:
		default:
			<-t.taken
			return
		}
	}
}

// keeps works on one call, and reports whether its turn has not been ended.
func (t turns) keeps(next turn) (kept bool) {
	kept = true
	defer func() {
		fault := recover()
		if fault != nil && fault != http.ErrAbortHandler {
			fault = &Panic{fault, debug.Stack()}
		}
		next.done <- fault
	}()
	next.work(func() {
		if kept {
			kept = false
			<-t.taken
		}
	})
	return kept
}
