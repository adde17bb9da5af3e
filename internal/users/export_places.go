package users

import (
	"slices"
	"sync"
)

// How many exports one console makes at once, each for another person. Each holds 8 bytes
// in memory for each user that it has still to read, and some thousand rows.
const (
	exportPlaces = 4
	ownerPlaces  = 1 // of these, kept for owners
)

// exporters are those whose exports are under way.
type exporters struct {
	mu  sync.Mutex
	all []Key
}

// begin reports whether the actor may export now, and counts them in if so.
func (e *exporters) begin(actor Actor) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	places := exportPlaces
	if actor.Role != RoleOwner {
		places -= ownerPlaces
	}
	if len(e.all) >= places || slices.Contains(e.all, actor.Key) {
		return false
	}
	e.all = append(e.all, actor.Key)
	return true
}

// end counts the actor out.
func (e *exporters) end(actor Key) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = slices.DeleteFunc(e.all, func(k Key) bool { return k == actor })
}
