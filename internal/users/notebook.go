package users

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// noteSoon writes bookkeeping that nobody waits for. It never delays or fails
// what asked for it: with too much under way already it is dropped.
func (s *Service) noteSoon(all ...bookkeeping) {
	s.notes.add(func() error { return s.note(context.Background(), all...) })
}

// A notebook runs what nobody waits for, one after the other.
type notebook struct {
	log     *slog.Logger
	queue   chan func() error
	pending sync.WaitGroup
	closing sync.RWMutex
	closed  bool
}

// newNotebook returns a notebook that writes at once; close ends it.
func newNotebook(log *slog.Logger) *notebook {
	n := &notebook{log: log, queue: make(chan func() error, 256)}
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

// add puts a write in the queue. It drops it where the queue is full or the
// notebook is closed: bookkeeping that nobody waits for may be lost.
func (n *notebook) add(write func() error) {
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

// settle waits until the queue is empty.
func (n *notebook) settle() { n.pending.Wait() }

// closeWithin is how long those who wait for nothing are waited for at the end: a database
// that does not answer keeps nobody from stopping.
const closeWithin = 10 * time.Second

// close takes no more writes and waits for those in the queue, though not for ever. It
// may be called again.
func (n *notebook) close() {
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
		n.log.Warn("bookkeeping was left undone")
	}
}
