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

// A session is the one that a person has, or last had.
type session struct {
	id     users.SessionID
	digest users.Digest
}

// A fill carries out a plan in a directory.
type fill struct {
	*users.Service
	directory *directory.Service
	options   Options
	crowd     int                       // how many were there before the stories
	time      atomic.Pointer[time.Time] // the present of the service
	requests  *rand.Rand
	known     map[string]*person
	keys      map[string]users.Key
	sessions  map[string]session
	tokens    map[tokenKey]heldToken
}

// newFill returns the means to carry out p in db, which is still empty.
func newFill(db *database.DB, o Options, p *plan) *fill {
	f := &fill{
		options: o, requests: rand.New(rand.NewPCG(seed2, seed1)),
		known: p.known, keys: map[string]users.Key{}, sessions: map[string]session{}, tokens: map[tokenKey]heldToken{},
	}
	f.Service = users.NewService(db, users.Config{
		Now: func() time.Time { return *f.time.Load() },
		Log: slog.New(slog.DiscardHandler), // attempts that are refused are meant to be
	})
	f.directory = directory.New(db, f.Service, directory.Config{})
	return f
}

// run carries out acts in their order.
func (f *fill) run(ctx context.Context, acts []act) error {
	for i, a := range acts {
		if err := ctx.Err(); err != nil {
			return err
		}
		f.time.Store(&a.at)
		if err := a.do(ctx, f, f.actor(a.by, f.request(i))); err != nil {
			return fmt.Errorf("act %d of %d, by %q at %s: %w", i+1, len(acts), a.by, a.at.Format(time.RFC3339), err)
		}
		if done := i + 1; done%100 == 0 || done == len(acts) {
			f.options.tell(f.crowd, stories, done, len(acts))
		}
	}
	f.Settle()
	return ctx.Err()
}

// request makes up the request id of the i-th act. The very first tells the size of
// the demo.
func (f *fill) request(i int) string {
	if i == 0 && f.crowd == 0 {
		return mark(f.options.Users)
	}
	return request(f.requests)
}

// request makes up a request id.
func request(r *rand.Rand) string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	id := []byte("req_")
	for range 26 {
		id = append(id, letters[r.IntN(len(letters))])
	}
	return string(id)
}

// actor returns a person in their session, or the operator.
func (f *fill) actor(id, request string) users.Actor {
	if id == "" {
		return users.Command(request)
	}
	p := f.known[id]
	return users.Actor{
		Kind: users.ActorPerson, Key: f.keys[id], ID: users.ID(id), Role: p.role, Via: users.ViaSession, Session: f.sessions[id].id,
		RequestID: request, Address: p.address, UserAgent: p.agent,
	}
}

// claims returns what the provider says of the person with that id.
func (f *fill) claims(id string) users.Claims { return f.claimsOf(f.known[id]) }

// claimsOf returns what the provider says of a person.
func (f *fill) claimsOf(p *person) users.Claims {
	return users.Claims{
		Issuer: f.options.Issuer, Subject: f.options.Subject(p.id), Address: p.id, Verified: users.VerifiedYes,
		Name: p.name.display, PictureURL: p.picture, TimeZone: p.name.zone,
	}
}

// visit returns the browser of a person, with a new session.
func (f *fill) visit(id string, digest users.Digest, request string) users.Visit {
	p := f.known[id]
	return users.Visit{Digest: digest, Address: p.address, UserAgent: p.agent, RequestID: request, Attempt: newAttempt()}
}
