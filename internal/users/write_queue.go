package users

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// noteInBackground writes bookkeeping in the background. It neither delays nor fails its caller: if the
// queue is full, the bookkeeping is dropped.
func (s *Service) noteInBackground(all ...bookkeeping) {
	s.notes.add(func() error { return s.note(context.Background(), all...) })
}

// A writeQueue is a queue of writes that run in the background, one after the other.
type writeQueue struct {
	log     *slog.Logger
	queue   chan func() error
	pending sync.WaitGroup
	closing sync.RWMutex
	closed  bool
}

// newWriteQueue returns an empty queue and starts its goroutine, which close ends.
func newWriteQueue(log *slog.Logger) *writeQueue {
	n := &writeQueue{log: log, queue: make(chan func() error, 256)}
	go func() {
		for write := range n.queue {
			if err := write(); err != nil {
				n.log.Warn("bookkeeping", "error", err)
			}
			n.pending.Done()
		}
	}()
	return n
}

// add queues a write. It drops the write if the queue is full or closed.
func (n *writeQueue) add(write func() error) {
	n.closing.RLock()
	defer n.closing.RUnlock()
	if n.closed {
		return
	}
	n.pending.Add(1)
	select {
	case n.queue <- write:
	default:
		n.pending.Done()
	}
}

// settle waits until all queued writes have run.
func (n *writeQueue) settle() { n.pending.Wait() }

// closeWithin is how long close waits for queued writes: a database that does not answer does
// not keep the program from stopping.
const closeWithin = 10 * time.Second

// close refuses further writes and waits up to closeWithin for those in the queue. It may be
// called again.
func (n *writeQueue) close() {
	n.closing.Lock()
	if !n.closed {
		n.closed = true
		close(n.queue)
	}
	n.closing.Unlock()
	written := make(chan struct{})
	go func() {
		n.pending.Wait()
		close(written)
	}()
	select {
	case <-written:
	case <-time.After(closeWithin):
		n.log.Warn("bookkeeping was dropped, as the database does not answer")
	}
}
