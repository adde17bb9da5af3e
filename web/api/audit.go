package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// auditRoutes are the calls about the audit log.
func (h *Handler) auditRoutes() []route {
	return []route{{Method: http.MethodGet, Pattern: "/v1/audit", Scope: users.ScopeAuditRead, handle: readAudit}}
}

const (
	auditBatch = 200         // events read by one statement
	maxWait    = time.Minute // for the next event
)

// An eventRecord is a line of GET /v1/audit: the fixed row of an event and its two parts, with
// the names and values of docs/audit-format.md. An erased part is null, and so is a value that
// does not apply.
type eventRecord struct {
	Seq       int64        `json:"seq"`
	At        time.Time    `json:"at"`
	Action    users.Action `json:"action"`
	ActorKey  *string      `json:"actor_key"`
	TargetKey *string      `json:"target_key"`
	Via       users.Via    `json:"via"`
	RequestID string       `json:"request_id"`
	GroupID   *string      `json:"group_id"`
	Undoes    *int64       `json:"undoes"`
	TokenID   *string      `json:"token_id"`
	Tool      *string      `json:"tool"`
	Change    *changePart  `json:"change"`
	Actor     *actorPart   `json:"actor"`
	Erased    []string     `json:"erased"` // names of the parts
}

// A changePart is the change of an event and its target at that time.
type changePart struct {
	ID      users.ID       `json:"target_id"`
	Name    string         `json:"target_name"`
	Kind    users.Kind     `json:"target_kind"`
	Changes []users.Change `json:"changes"`
}

// An actorPart is the actor of an event at that time, with address and reason.
type actorPart struct {
	ID        users.ID        `json:"actor_id"`
	Name      string          `json:"actor_name"`
	Kind      users.ActorKind `json:"actor_kind"`
	Reason    string          `json:"reason"`
	Address   string          `json:"address"`
	UserAgent string          `json:"user_agent"`
}

// eventRecordOf returns e on the wire.
func eventRecordOf(e users.Event) eventRecord {
	record := eventRecord{
		Seq: e.Seq, At: e.At, Action: e.Action, ActorKey: orNull(string(e.Actor.Key)), TargetKey: orNull(string(e.Target.Key)), Via: e.Via, RequestID: e.RequestID,
		GroupID: orNull(e.Group), TokenID: orNull(string(e.Token)), Tool: orNull(e.Tool), Erased: []string{},
	}
	if e.Undoes != 0 {
		record.Undoes = &e.Undoes
	}
	if e.ChangeErased {
		record.Erased = append(record.Erased, "change")
	} else {
		record.Change = &changePart{e.Target.ID, e.Target.Name, e.Target.Kind, append([]users.Change{}, e.Changes...)}
	}
	if e.ActorErased {
		record.Erased = append(record.Erased, "actor")
	} else {
		record.Actor = &actorPart{e.Actor.ID, e.Actor.Name, e.ActorKind(), e.Reason, e.Address, e.UserAgent}
	}
	return record
}

// readAudit serves GET /v1/audit: the events after a sequence number as JSON Lines, oldest
// first. If there is none yet and the client asks for it, it waits for the next one.
func readAudit(c *call) (any, error) {
	if err := c.actor.May(users.ActSeeAudit, users.User{}); err != nil {
		return nil, err
	}
	after, wait, err := c.auditQuery()
	if err != nil {
		return nil, err
	}
	s := c.stream("application/jsonl", users.ActSeeAudit)
	return s.send(func() error {
		sent, err := s.events(after)
		if err != nil || sent || wait == 0 || c.r.Method == http.MethodHead {
			return err
		}
		if err := c.waitForEvent(after, wait); err != nil {
			return err
		}
		if err := s.permit.Check(c.ctx()); err != nil {
			return err
		}
		_, err = s.events(after)
		return err
	})
}

// auditQuery reads the parameters after and wait.
func (c *call) auditQuery() (after int64, wait time.Duration, err error) {
	query, err := c.query("after", "wait")
	if err != nil {
		return 0, 0, err
	}
	if text := query.Get("after"); text != "" {
		if after, err = strconv.ParseInt(text, 10, 64); err != nil || after < 0 {
			return 0, 0, invalid("after", "Send the seq of the last event that was read, or 0.")
		}
	}
	if text := query.Get("wait"); text != "" {
		if wait, err = time.ParseDuration(text); err != nil || wait < 0 || wait > maxWait {
			return 0, 0, invalid("wait", "Send a time up to 60s, such as 30s.")
		}
	}
	return after, wait, nil
}

// events writes all events after a sequence number and reports whether there are any.
func (s *stream) events(after int64) (some bool, err error) {
	for {
		found, err := s.c.h.history.EventsAfter(s.c.ctx(), s.c.actor, after, auditBatch)
		if err != nil {
			return some, err
		}
		for _, e := range found {
			if err := s.json.Encode(eventRecordOf(e)); err != nil {
				return some, err
			}
			after, some = e.Seq, true
		}
		if len(found) < auditBatch || s.c.r.Method == http.MethodHead {
			return some, nil
		}
		if err := s.flush(); err != nil {
			return some, err
		}
	}
}

// waitForEvent waits for an event after a sequence number, for the time of wait at most, and until
// the console stops. It returns an error if the client has disconnected, and
// [httperror.ErrTooMany] if too many calls wait.
func (c *call) waitForEvent(after int64, wait time.Duration) error {
	release, err := c.h.waiters.acquire(c.actor.Key)
	if err != nil {
		return c.tooMany(time.Second)
	}
	defer release()
	c.h.frame.Release(c.r)
	// The deadline for reading the request would end the wait.
	_ = http.NewResponseController(c.w).SetReadDeadline(time.Time{})
	ctx, cancel := context.WithTimeout(c.ctx(), wait)
	defer cancel()
	defer context.AfterFunc(c.h.draining, cancel)()
	_ = c.h.history.WaitForEvent(ctx, after) // an error means that there is no event
	return c.ctx().Err()
}
