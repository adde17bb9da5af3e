package users

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"sync"

	"github.com/roboto-ai/console/internal/database"
)

// batchesAtOnce is how many batches one console works on at the same time. Their transactions
// alternate with each other and with those of people.
const batchesAtOnce = 4

// A batchRunner works on batches in the background.
type batchRunner struct {
	worker string // name of this console in leases
	work   func(context.Context, BatchID) error
	log    *slog.Logger

	ctx     context.Context // done when the console stops
	cancel  context.CancelFunc
	slots   chan struct{}
	mu      sync.Mutex
	working map[BatchID]*batchRun
	closed  bool
	running sync.WaitGroup
}

// A batchRun is the work on a batch under way.
type batchRun struct {
	again bool          // there is more work, which may have come after the last look
	ended chan struct{} // closed at the end
}

// newBatchRunner returns a runner that calls work for each batch. A SQLite database has one
// console, which takes over its own leases when it starts again.
func newBatchRunner(e database.Engine, log *slog.Logger, work func(context.Context, BatchID) error) *batchRunner {
	r := &batchRunner{worker: "console", work: work, log: log, slots: make(chan struct{}, batchesAtOnce), working: map[BatchID]*batchRun{}}
	if e == database.PostgreSQL {
		r.worker = "con_" + strings.ToLower(rand.Text())
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r
}

// begin works on a batch in the background, again if it is at it.
func (r *batchRunner) begin(id BatchID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if run := r.working[id]; run != nil {
		run.again = true
		return
	}
	if !r.closed {
		r.working[id] = &batchRun{again: true, ended: make(chan struct{})}
		r.running.Go(func() { r.run(id) })
	}
}

// run works on a batch until there is no more to do. It logs an error: [Service.WorkBatches] tries
// again.
func (r *batchRunner) run(id BatchID) {
	r.slots <- struct{}{}
	defer func() { <-r.slots }()
	for r.more(id) {
		if err := r.work(r.ctx, id); err != nil && r.ctx.Err() == nil {
			r.log.Warn("batch", "error", err)
		}
	}
}

// more reports whether the work on a batch is to be done once more, and ends it if not.
func (r *batchRunner) more(id BatchID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	run := r.working[id]
	if run.again && r.ctx.Err() == nil {
		run.again = false
		return true
	}
	delete(r.working, id)
	close(run.ended)
	return false
}

// ended returns a channel that is closed when nothing of a batch is under way here.
func (r *batchRunner) ended(id BatchID) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if run := r.working[id]; run != nil {
		return run.ended
	}
	none := make(chan struct{})
	close(none)
	return none
}

// settle waits until nothing is under way.
func (r *batchRunner) settle() { r.running.Wait() }

// close interrupts all work, waits for its end, and reports whether there was any.
func (r *batchRunner) close() bool {
	r.mu.Lock()
	r.closed = true
	interrupted := len(r.working) > 0
	r.mu.Unlock()
	r.cancel()
	r.running.Wait()
	return interrupted
}
