package main

import (
	"database/sql/driver"
	"sync"
)

// A ran is a statement that was seen to run, with its values.
type ran struct {
	text   string
	values []any
}

// A recorder takes down the statements that run while it is asked to. One goroutine
// asks at a time.
type recorder struct {
	mu      sync.Mutex
	records bool
	seen    []ran
}

// note takes down a statement, see [database.Options].
func (r *recorder) note(query string, values []driver.NamedValue) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.records {
		return
	}
	one := ran{text: query}
	for _, v := range values {
		one.values = append(one.values, v.Value)
	}
	r.seen = append(r.seen, one)
}

// recording returns what runs while do does something.
func (r *recorder) recording(do func() error) ([]ran, error) {
	r.record(true)
	err := do()
	r.record(false)
	return r.seen, err
}

// record begins to take down statements, anew, or ends it.
func (r *recorder) record(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.records = on; on {
		r.seen = nil
	}
}
