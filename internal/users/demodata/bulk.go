package demodata

import (
	"context"
	"iter"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// Of more than maxDetailed users, detailedOfMany have a detailed history; the rest are
// loaded in bulk, as users of the years before.
const (
	maxDetailed    = 2000
	detailedOfMany = 1000
)

// When users that are loaded in bulk were created, before the present.
const (
	bulkBegins  = (weeks + 7*52) * 7 * day
	bulkEnds    = (weeks + 2) * 7 * day // they change no later than this, before the detailed history begins
	lastCreated = bulkEnds + 40*day     // time for the first weeks of the last of them
)

// split returns how many users have a detailed history, and how many are loaded in bulk.
func (o Options) split() (detailed, bulked int) {
	if o.Users <= maxDetailed {
		return o.Users, 0
	}
	return detailedOfMany, o.Users - detailedOfMany
}

// A bulk is the users that are loaded in bulk. They are generated one by one, in the order
// of their creation.
type bulk struct {
	*plan
	options  Options
	size     int
	listed   []service  // of which service users are made
	admins   []signedIn // who can manage other users
	pool     []signedIn // some who can be responsible for service users
	requests *rand.Rand
}

// A signedIn is an actor who has signed in.
type signedIn struct {
	users.Actor
	since time.Time
}

// loadBulk loads n users.
func (f *builder) loadBulk(ctx context.Context, p *plan, n int) error {
	if n == 0 {
		return nil
	}
	f.bulk = n
	c, err := newBulk(p, f.options, n)
	if err != nil {
		return err
	}
	f.time.Store(&p.now)
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // else half of the time is garbage collection
	return f.Load(ctx, c.arrivals(), func(phase users.Phase, done, total int) {
		f.options.report(n, phase, done, total)
	})
}

// newBulk returns the generator of n users. It has a random source of its own, so that the
// detailed history is the same as without it.
func newBulk(p *plan, o Options, n int) (*bulk, error) {
	people := *p.population
	people.r = rand.New(rand.NewPCG(seed1, ^uint64(seed2)))
	own := *p
	own.population, own.when = &people, rand.New(rand.NewPCG(seed2, ^uint64(seed1)))
	c := &bulk{plan: &own, options: o, size: n, requests: rand.New(rand.NewPCG(^uint64(seed1), seed2))}
	all, perSite, err := listedServices()
	for _, s := range append(all, perSite...) {
		if s.role == users.RoleUser {
			c.listed = append(c.listed, s)
		}
	}
	return c, err
}

// arrivals generates all users.
func (c *bulk) arrivals() iter.Seq[users.Arrival] {
	return func(yield func(users.Arrival) bool) {
		for i := range c.size {
			at := c.createdAt(i)
			generate := c.person
			if i >= 50 && c.r.IntN(100) < 6 {
				generate = c.service
			}
			if !yield(generate(i, at)) {
				return
			}
		}
	}
}

// createdAt returns when user i is created: on weekdays in office hours, more and more of
// them.
func (c *bulk) createdAt(i int) time.Time {
	const office = 9 * time.Hour
	first := c.ago(bulkBegins).Truncate(7 * day) // a Monday, as the first day of the calendar was
	workdays := float64((bulkBegins-lastCreated)/day) * 5 / 7
	x := float64(i) / float64(c.size)
	worked := workdays * x * (1.6 - 0.6*x)
	days := int(worked)
	at := time.Duration((worked - float64(days)) * float64(office))
	return first.Add(time.Duration(days/5*7+days%5)*day + 8*time.Hour + at).Truncate(time.Microsecond)
}

// creator returns who creates user i: an admin, or the operator, who creates all users with
// another role than user.
func (c *bulk) creator(i int, at time.Time, role users.Role) users.Actor {
	chance := c.r.IntN(100)
	if i == 0 {
		return users.Command(mark(c.options.Users))
	}
	if role != users.RoleUser || chance < 2 {
		return users.Command(request(c.requests))
	}
	return c.admin(i/40, at) // several users in a row
}

// admin returns one of the admins at a time; the operator if there was none.
func (c *bulk) admin(i int, at time.Time) users.Actor {
	for len(c.admins) > 0 {
		by := c.admins[i%len(c.admins)]
		if by.since.Before(at) {
			return c.withRequest(by.Actor)
		}
		if i%len(c.admins) == 0 {
			break
		}
		i = 0 // the first admin
	}
	return users.Command(request(c.requests))
}

// withRequest returns an actor with a new request ID.
func (c *bulk) withRequest(a users.Actor) users.Actor {
	a.RequestID = request(c.requests)
	return a
}
