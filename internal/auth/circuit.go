package auth

import (
	"fmt"
	"sync"
	"time"
)

const (
	maxFailures = 3                // in a row, after which a circuit opens
	pauseLength = 10 * time.Second // how long a circuit stays open
)

// A circuit keeps a provider that is down from being asked on every request, each of
// which would wait for the time-out. It opens after several failures in a row without
// an answer between them, of calls that were made one after the other: many calls that
// fail in one bad moment count as one failure. After pauseLength one caller tries.
type circuit struct {
	early time.Duration // how long the provider is left alone after a failure that opens nothing

	mu       sync.Mutex
	failures int
	failed   time.Time // when the last failure was counted
	until    time.Time // when the next caller may try
	cause    error     // of the last failure; nil: closed
}

// check returns why the provider is not to be asked now, or nil if it is.
func (c *circuit) check(now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause == nil {
		return nil
	}
	if now.Before(c.until) {
		return fmt.Errorf("not asked again yet: %w", c.cause)
	}
	if c.failures >= maxFailures {
		c.until = now.Add(pauseLength)
	}
	return nil
}

// fail counts a call that was begun at that time and got no answer, because of cause.
// atOnce opens the circuit by this failure alone.
func (c *circuit) fail(begun, now time.Time, cause error, atOnce bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if begun.Before(c.failed) {
		return
	}
	pause := c.early
	if c.failures++; atOnce || c.failures >= maxFailures {
		c.failures, pause = max(c.failures, maxFailures), pauseLength
	}
	c.failed, c.until, c.cause = now, now.Add(pause), cause
}

// close notes an answer, of whatever kind.
func (c *circuit) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures, c.failed, c.until, c.cause = 0, time.Time{}, time.Time{}, nil
}
