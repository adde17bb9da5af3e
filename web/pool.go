package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/roboto-ai/console/web/httperror"
)

// How many requests are handled at the same time. Each computes and buffers its response in
// some hundred kilobytes, with as few processors and connections to the database as there are:
// more of them at once would take more memory and no less time.
const (
	pageWorkers = 16
	formWorkers = 16 // they wait for the one connection that writes, and pages do not wait for them
	callWorkers = 32 // of the API, whose responses are small
)

// poolWait is how long a request waits for a worker.
const poolWait = 30 * time.Second

// A pool bounds how many requests are handled at the same time. The others wait before anything
// is read for them, on the small stack of their connection: a request is handled by a worker, a
// goroutine of its own, as it needs tens of kilobytes of stack, which a thousand connections
// would each keep. A worker takes further requests as long as some wait.
type pool struct {
	slots     chan struct{} // holds one element for each worker that runs
	waiting   chan job
	returning chan struct{} // takes over a slot, see [worker.acquire]
}

// A job is a request that waits for a worker.
type job struct {
	work func(*worker)
	done chan any // what work panicked with, or nil
}

// A worker handles requests, one at a time. A nil worker is that of a request that is handled
// outside of all pools; its methods do nothing.
type worker struct {
	pool pool
	held bool // whether it holds a slot of the pool
}

// newPool returns a pool with that many workers.
func newPool(most int) pool {
	return pool{make(chan struct{}, most), make(chan job), make(chan struct{})}
}

// do runs work on a worker and returns when work has returned. It panics if work does, with
// [http.ErrAbortHandler] itself or an error that holds the stack. It returns httperror.ErrBusy
// if no worker is free within poolWait, and the error of ctx if ctx is done before.
func (p pool) do(ctx context.Context, work func(*worker)) error {
	if err := ctx.Err(); err != nil { // the client has gone
		return err
	}
	next := job{work, make(chan any, 1)}
	late := time.NewTimer(poolWait)
	defer late.Stop()
	select {
	case p.waiting <- next:
	case p.slots <- struct{}{}:
		go p.run(next)
	case <-late.C:
		return httperror.ErrBusy
	case <-ctx.Done():
		return ctx.Err()
	}
	if fault := <-next.done; fault != nil {
		panic(fault)
	}
	return nil
}

// run is a worker: it handles a request and then those that wait, after those that wait to go
// on.
func (p pool) run(next job) {
	w := &worker{p, true}
	for {
		w.handle(next)
		if !w.held {
			return
		}
		select {
		case p.returning <- struct{}{}:
			return
		default:
		}
		select {
		case next = <-p.waiting:
		default:
			<-p.slots
			return
		}
	}
}

// handle handles one request.
func (w *worker) handle(next job) {
	defer func() {
		fault := recover()
		if fault != nil && fault != http.ErrAbortHandler {
			fault = fmt.Errorf("%v\n%s", fault, debug.Stack())
		}
		next.done <- fault
	}()
	next.work(w)
}

// release gives the slot back, so that another request is handled, before w waits for a client,
// for the provider or for a long read.
func (w *worker) release() {
	if w != nil && w.held {
		w.held = false
		<-w.pool.slots
	}
}

// acquire takes a slot again, before those that have not begun. It returns without one once ctx
// is done: what follows has ended then, too.
func (w *worker) acquire(ctx context.Context) {
	if w == nil || w.held {
		return
	}
	select {
	case w.pool.slots <- struct{}{}:
	case <-w.pool.returning:
	case <-ctx.Done():
		return
	}
	w.held = true
}

// waitFor gives the slot of the request's worker back until the function that it returns is
// called.
func waitFor(r *http.Request) (resume func()) {
	w := requestOf(r).worker
	w.release()
	return func() { w.acquire(r.Context()) }
}

// pools are those of an [App].
type pools struct{ pages, forms, calls pool }

// of returns the pool for a request, nil for what needs no memory or must always be answered.
func (p *pools) of(a *App, r *http.Request) *pool {
	switch path := r.URL.Path; {
	case path == "/healthz", path == "/readyz", strings.HasPrefix(path, "/static/"):
		return nil
	case a.protocolOf(r) != nil:
		return &p.calls
	case r.Method == http.MethodPost:
		return &p.forms
	}
	return &p.pages
}

// pooled handles requests with the workers of the pools, up to the compressed response. It
// answers those with 503 that wait too long.
func (a *App) pooled(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := a.pools.of(a, r)
		if p == nil {
			next.ServeHTTP(w, r)
			return
		}
		res := w.(*response)
		err := p.do(r.Context(), func(by *worker) {
			requestOf(r).worker = by
			next.ServeHTTP(res, r)
			res.pack()
		})
		switch {
		case errors.Is(err, httperror.ErrBusy):
			a.overBudget(budgetWorker)
			res.err = err
		case err != nil:
			res.status = httperror.Unanswered(r, http.StatusInternalServerError)
		}
	})
}
