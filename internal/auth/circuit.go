package auth

import (
	"fmt"
	"sync"
	"time"
)

const (
	maxFailures = 3                // consecutive failures after which a circuit opens
	pauseLength = 10 * time.Second // how long a circuit stays open
)

// A circuit is a circuit breaker: it stops requests to a provider that is down, each of which
// would wait for the timeout. It opens after maxFailures consecutive failures. Requests that
// overlap in time count as one failure. After pauseLength it lets one caller try again.
type circuit struct {
	retryAfter time.Duration // pause after a failure that does not open the circuit

	mu       sync.Mutex
	failures int
	failed   time.Time // when the last failure was counted
	until    time.Time // when the next request is allowed
	cause    error     // error of the last failure; nil: closed
}

// check returns nil if a request is allowed now, else an error that wraps the last failure.
func (c *circuit) check(now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause == nil {
		return nil
	}
	if now.Before(c.until) {
		return fmt.Errorf("the provider is not asked again yet: %w", c.cause)
	}
	if c.failures >= maxFailures {
		c.until = now.Add(pauseLength)
	}
	return nil
}

// fail counts a request, started at the given time, that got no response because of cause. open
// opens the circuit at once.
func (c *circuit) fail(started, now time.Time, cause error, open bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if started.Before(c.failed) {
		return
	}
	pause := c.retryAfter
	if c.failures++; open || c.failures >= maxFailures {
		c.failures, pause = max(c.failures, maxFailures), pauseLength
	}
	c.failed, c.until, c.cause = now, now.Add(pause), cause
}

// close resets the circuit after any response.
func (c *circuit) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures, c.failed, c.until, c.cause = 0, time.Time{}, time.Time{}, nil
}
