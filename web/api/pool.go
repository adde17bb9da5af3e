package api

import (
	"context"
	"net/http"
	"runtime/debug"
)

// maxWorkers is how many calls are handled at the same time: more than there are connections
// to the database, which more calls would only wait for, with all that they have read.
const maxWorkers = 32

// A pool bounds how many calls are handled at the same time. The others wait before anything
// is read for them, on the small stack of their connection: a call is handled by a worker, a
// goroutine of its own, as it needs some 16 KiB of stack, which a thousand connections would
// each keep. A worker takes further calls as long as some wait.
type pool struct {
	workers chan struct{} // holds one element for each worker
	waiting chan job
}

// A job is a call that waits for a worker.
type job struct {
	work func(release func())
	done chan any // what work panicked with, or nil
}

// A Panic is what a call panicked with.
type Panic struct {
	Value any
	Stack []byte
}

// newPool returns a pool with that many workers.
func newPool(most int) pool { return pool{make(chan struct{}, most), make(chan job)} }

// do runs work on a worker and returns when work has returned. Work gives its worker back when
// it returns, or before that by release, which it calls before it waits for a client or for
// long. do panics if work does: with a [*Panic], or with [http.ErrAbortHandler] itself. It
// returns the error of ctx if ctx is done before a worker is free.
func (p pool) do(ctx context.Context, work func(release func())) error {
	next := job{work, make(chan any, 1)}
	select {
	case p.waiting <- next:
	case p.workers <- struct{}{}:
		go p.run(next)
	case <-ctx.Done():
		return ctx.Err()
	}
	if fault := <-next.done; fault != nil {
		panic(fault)
	}
	return nil
}

// run is a worker: it handles a call and then those that wait.
func (p pool) run(next job) {
	for p.handle(next) {
		select {
		case next = <-p.waiting:
		default:
			<-p.workers
			return
		}
	}
}

// handle handles one call and reports whether the worker was kept until its end.
func (p pool) handle(next job) (kept bool) {
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
			<-p.workers
		}
	})
	return kept
}
