package api

import (
	"sync"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/httperror"
)

// Calls that are under way at once, at most: each holds memory or a connection of a client.
const (
	maxStreams     = 32
	maxStreamsEach = 4
	maxWaiters     = 512
	maxWaitersEach = 16
)

// places limit how many calls of one kind are under way at once: of all callers, and of each.
type places struct {
	most, each int

	mu    sync.Mutex
	taken int
	by    map[users.Key]int
}

// take takes a place for a user. It returns [httperror.ErrTooMany] if there is none, and else
// what gives it back, once.
func (p *places) take(user users.Key) (give func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken >= p.most || p.by[user] >= p.each {
		return nil, httperror.ErrTooMany
	}
	if p.by == nil {
		p.by = make(map[users.Key]int)
	}
	p.taken++
	p.by[user]++
	return func() { p.give(user) }, nil
}

// give gives a place back.
func (p *places) give(user users.Key) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken--
	if p.by[user]--; p.by[user] == 0 {
		delete(p.by, user)
	}
}
