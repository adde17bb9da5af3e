package api

import (
	"sync"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/httperror"
)

// The most calls under way at the same time: each holds memory or a connection of a client.
const (
	maxStreams     = 32
	maxStreamsEach = 4
	maxWaiters     = 512
	maxWaitersEach = 16
)

// slots bound how many calls of one kind are under way at the same time: in all, and for each
// user.
type slots struct {
	most, each int

	mu   sync.Mutex
	used int
	by   map[users.Key]int
}

// acquire takes a slot for a user and returns what releases it, which is called once. It
// returns [httperror.ErrTooMany] if there is none.
func (s *slots) acquire(user users.Key) (release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used >= s.most || s.by[user] >= s.each {
		return nil, httperror.ErrTooMany
	}
	if s.by == nil {
		s.by = make(map[users.Key]int)
	}
	s.used++
	s.by[user]++
	return func() { s.release(user) }, nil
}

func (s *slots) release(user users.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used--
	if s.by[user]--; s.by[user] == 0 {
		delete(s.by, user)
	}
}
