//go:build bench

package api

import (
	"net/http"
	"sync"

	"github.com/roboto-ai/console/internal/users"
)

// benchRoutes are what the bench measures the API against: the same answers, by the same way,
// from memory.
func (h *Handler) benchRoutes() []route {
	m := new(memory)
	return []route{{Method: http.MethodGet, Pattern: "/v1/_bench/{user_id}", Scope: users.ScopeUsersRead, handle: m.read}}
}

// A memory answers with users that it has been asked for before.
type memory struct{ answers sync.Map } // a keptAnswer by user_id

// A keptAnswer is the answer about one user.
type keptAnswer struct {
	etag string
	body []byte
}

// read serves GET /v1/_bench/{user_id}.
func (m *memory) read(c *call) (any, error) {
	id := c.pathID()
	known, ok := m.answers.Load(id)
	if !ok {
		u, err := c.h.users.User(c.ctx(), c.actor, id)
		if err != nil {
			return nil, err
		}
		known, _ = m.answers.LoadOrStore(id, keptAnswer{etag(u), envelope(userRecordOf(u))})
	}
	kept := known.(keptAnswer)
	c.sent = true
	c.w.Header().Set("ETag", kept.etag)
	c.w.Header().Set("Content-Type", "application/json")
	_, _ = c.w.Write(kept.body) // the client has gone
	return nil, nil
}
