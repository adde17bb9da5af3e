package directory

import (
	"slices"
	"sync"

	"github.com/roboto-ai/console/internal/users"
)

// How many exports a console makes at once, each for another person. An export holds 8 bytes of
// memory for each user left to read, and a few thousand rows.
const (
	exportPlaces = 4
	ownerPlaces  = 1 // of these, reserved for owners
)

// exporters are the actors of the exports under way.
type exporters struct {
	mu  sync.Mutex
	all []users.Key
}

// begin adds the actor and reports true, unless they export already or all places are taken.
func (e *exporters) begin(actor users.Actor) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	places := exportPlaces
	if actor.Role != users.RoleOwner {
		places -= ownerPlaces
	}
	if len(e.all) >= places || slices.Contains(e.all, actor.Key) {
		return false
	}
	e.all = append(e.all, actor.Key)
	return true
}

// end removes the actor.
func (e *exporters) end(actor users.Key) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = slices.DeleteFunc(e.all, func(k users.Key) bool { return k == actor })
}
