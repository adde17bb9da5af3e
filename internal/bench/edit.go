package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// edited is how many users are edited in turn, by each rival.
const edited = 32

// measureEdits measures edits over HTTP (PUT /v1/users) on one connection: of a
// notification, against the domain's method alone, and of a name, which the search index
// follows.
func (b *bench) measureEdits(ctx context.Context) (err error) {
	const notification, name = "edit of a notification", "edit of a name"
	if !b.wants(notification) {
		return nil
	}
	d, err := openWithin(ctx, b.large.database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	c, err := dial(ctx, b.large.address)
	if err != nil {
		return err
	}
	defer c.conn.Close()
	frames := walCounter{path: strings.TrimPrefix(b.large.database, "sqlite:") + "-shm"}
	of, err := compete(ctx, b.rounds, b.turn,
		rival{"method", nil, counting(d.editing(ctx, b.large.people[:edited]))},
		rival{notification, b.large.cpu, counting(b.large.putting(c, `"name":null`, `"notification_channels_enabled":{"email":%t}`))},
		rival{name, b.large.cpu, counting(frames.around(b.large.putting(c, `"name":"Renamed %t"`, `"notification_channels_enabled":null`)))})
	if err != nil {
		return err
	}
	share := of[notification].rate / of["method"].rate
	b.results.add(notification, "≥ 0.6 of the domain's method", fmt.Sprintf("%s; the method %s: %.2f", of[notification], of["method"], share), share >= 0.6)
	f := of[name]
	b.results.add(name, "p99 ≤ 5 × p50", fmt.Sprintf("%s: %.1f ×", f, float64(f.p99)/float64(f.p50)), f.p99 <= 5*f.p50)
	if !b.postgres() {
		b.results.add(name+", pages of the write-ahead log", "≤ 12", fmt.Sprintf("%.1f", frames.each()), frames.each() <= 12)
	}
	return nil
}

// counting is the work of doing something in one goroutine. It counts on from turn to turn.
func counting(do func(round int) error) func(context.Context, time.Duration) ([]time.Duration, error) {
	done := 0
	return func(ctx context.Context, d time.Duration) ([]time.Duration, error) {
		return repeat(ctx, d, 1, func(int, int) error { done++; return do(done - 1) })
	}
}

// editing turns a notification of people on, or off again, by the domain's method.
func (d *openDirectory) editing(ctx context.Context, people []person) func(round int) error {
	known := map[users.ID]users.User{}
	return func(round int) (err error) {
		id := people[round%len(people)].id
		u, ok := known[id]
		if !ok {
			if u, err = d.User(ctx, d.actor, id); err != nil {
				return err
			}
		}
		known[id], err = d.Edit(ctx, d.actor, id, users.Edit{
			Fields: users.Fields{Channels: map[string]bool{"email": !u.Channels["email"]}}, Version: u.Version, Reason: agent})
		return err
	}
}

// putting edits other people by the API, with a body of fields that change in each round.
func (s *site) putting(c *client, name, channels string) func(round int) error {
	return func(round int) error {
		body := fmt.Sprintf(strings.ReplaceAll(`{`+name+`,"picture_url":null,`+channels+`,"notification_types_enabled":null}`, "%t", "%[1]t"), round/edited%2 == 0)
		return c.do(s.call(http.MethodPut, "/v1/users", body, "X-Roboto-User-Id: "+string(s.people[edited+round%edited].id)))
	}
}

// A walCounter counts the pages that edits write to SQLite's write-ahead log.
type walCounter struct {
	path         string // of the wal-index
	edits, pages int
}

// frames returns how many frames the log has: mxFrame in the header of the wal-index; 0
// where there is none.
func (w *walCounter) frames() int {
	var header [20]byte
	file, err := os.Open(w.path)
	if err != nil {
		return 0
	}
	defer file.Close()
	if _, err := file.ReadAt(header[:], 0); err != nil {
		return 0
	}
	return int(binary.NativeEndian.Uint32(header[16:]))
}

// around counts the pages that do writes. Where the log begins anew meanwhile, it leaves
// that edit out.
func (w *walCounter) around(do func(round int) error) func(round int) error {
	return func(round int) error {
		before := w.frames()
		err := do(round)
		if now := w.frames(); now >= before {
			w.edits, w.pages = w.edits+1, w.pages+now-before
		}
		return err
	}
}

// each returns the pages of one edit.
func (w *walCounter) each() float64 { return float64(w.pages) / float64(max(w.edits, 1)) }
