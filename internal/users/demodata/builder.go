package demodata

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// A session is the newest one of a person.
type session struct {
	id     users.SessionID
	digest users.Digest
}

// A builder carries out a plan in a directory.
type builder struct {
	*users.Service
	directory *directory.Service
	options   Options
	bulk      int                       // users that are loaded in bulk
	time      atomic.Pointer[time.Time] // the clock of the service
	requests  *rand.Rand
	byID      map[string]*person
	keys      map[string]users.Key
	sessions  map[string]session
	tokens    map[tokenKey]heldToken
	batch     users.BatchID // the latest
}

// newBuilder returns a builder of p in db, which is empty.
func newBuilder(db *database.DB, o Options, p *plan) *builder {
	f := &builder{
		options: o, requests: rand.New(rand.NewPCG(seed2, seed1)),
		byID: p.byID, keys: map[string]users.Key{}, sessions: map[string]session{}, tokens: map[tokenKey]heldToken{},
	}
	f.Service = users.NewService(db, users.Config{
		Now: func() time.Time { return *f.time.Load() },
		Log: slog.New(slog.DiscardHandler), // refused sign-ins are part of the history

		DeletionGrace: users.DefaultDeletionGrace,
	})
	f.directory = directory.New(db, f.Service, directory.Config{})
	return f
}

// run carries out tasks in their order.
func (f *builder) run(ctx context.Context, tasks []task) error {
	for i, a := range tasks {
		if err := ctx.Err(); err != nil {
			return err
		}
		f.time.Store(&a.at)
		if err := a.do(ctx, f, f.actor(a.by, f.request(i))); err != nil {
			return fmt.Errorf("task %d of %d, by %q at %s: %w", i+1, len(tasks), a.by, a.at.Format(time.RFC3339), err)
		}
		if done := i + 1; done%100 == 0 || done == len(tasks) {
			f.options.report(f.bulk, phaseHistory, done, len(tasks))
		}
	}
	f.Settle()
	return ctx.Err()
}

// request returns the request ID of task i. The first one holds the size of the demo.
func (f *builder) request(i int) string {
	if i == 0 && f.bulk == 0 {
		return mark(f.options.Users)
	}
	return request(f.requests)
}

// request generates a request ID.
func request(r *rand.Rand) string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	id := []byte("req_")
	for range 26 {
		id = append(id, letters[r.IntN(len(letters))])
	}
	return string(id)
}

// actor returns a person in their session, the operator without an ID.
func (f *builder) actor(id, request string) users.Actor {
	if id == "" {
		return users.Command(request)
	}
	p := f.byID[id]
	return users.Actor{
		Kind: users.ActorPerson, Key: f.keys[id], ID: users.ID(id), Role: p.role, Via: users.ViaSession, Session: f.sessions[id].id,
		RequestID: request, Address: p.address, UserAgent: p.agent,
	}
}

// claims returns the claims of the person with that ID.
func (f *builder) claims(id string) users.Claims { return f.claimsOf(f.byID[id]) }

// claimsOf returns the claims of a person.
func (f *builder) claimsOf(p *person) users.Claims {
	return users.Claims{
		Issuer: f.options.Issuer, Subject: f.options.Subject(p.id), Address: p.id, Verified: users.VerifiedYes,
		Name: p.name.display, PictureURL: p.picture, TimeZone: p.name.zone,
	}
}

// visit returns a visit from the browser of a person, with a new session.
func (f *builder) visit(id string, digest users.Digest, request string) users.Visit {
	p := f.byID[id]
	return users.Visit{Digest: digest, Address: p.address, UserAgent: p.agent, RequestID: request, Attempt: newAttempt()}
}
