package demodata

import (
	"context"
	"iter"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// Where more than mostInStories users are asked for, storied of them have a story
// and the rest are the crowd, who came in the years before.
const (
	mostInStories = 2000
	storied       = 1000
)

// How long before the present the crowd came.
const (
	crowdBegins = (weeks + 7*52) * 7 * day
	crowdEnds   = (weeks + 2) * 7 * day // nothing happens to them later, in the days when stories do
	lastComes   = crowdEnds + 40*day    // time enough for the last of them to settle
)

// split returns how many users have a story, and how many are of the crowd.
func (o Options) split() (inStories, inCrowd int) {
	if o.Users <= mostInStories {
		return o.Users, 0
	}
	return storied, o.Users - storied
}

// A crowd is the many who were there before the stories begin. They are made up one
// after the other, in the order in which they came.
type crowd struct {
	*plan
	options  Options
	size     int
	listed   []service // to make service users from
	admins   []settled // who can manage others
	pool     []settled // some who can answer for service users
	requests *rand.Rand
}

// A settled is an actor who has signed in.
type settled struct {
	users.Actor
	since time.Time
}

// comeBefore fills the directory with a crowd of n.
func (f *fill) comeBefore(ctx context.Context, p *plan, n int) error {
	if n == 0 {
		return nil
	}
	f.crowd = n
	c, err := newCrowd(p, f.options, n)
	if err != nil {
		return err
	}
	f.time.Store(&p.now)
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // half of the time would go to clearing up
	return f.Load(ctx, c.arrivals(), func(phase users.Phase, done, total int) {
		f.options.tell(n, phase, done, total)
	})
}

// newCrowd returns a crowd of n. It has chances of its own, so that the stories are
// those of a demo without a crowd.
func newCrowd(p *plan, o Options, n int) (*crowd, error) {
	cast := *p.cast
	cast.r = rand.New(rand.NewPCG(seed1, ^uint64(seed2)))
	own := *p
	own.cast, own.when = &cast, rand.New(rand.NewPCG(seed2, ^uint64(seed1)))
	c := &crowd{plan: &own, options: o, size: n, requests: rand.New(rand.NewPCG(^uint64(seed1), seed2))}
	all, perSite, err := listedServices()
	for _, s := range append(all, perSite...) {
		if s.role == users.RoleUser {
			c.listed = append(c.listed, s)
		}
	}
	return c, err
}

// arrivals makes everybody up.
func (c *crowd) arrivals() iter.Seq[users.Arrival] {
	return func(yield func(users.Arrival) bool) {
		for i := range c.size {
			at := c.arrives(i)
			make := c.person
			if i >= 50 && c.r.IntN(100) < 6 {
				make = c.service
			}
			if !yield(make(i, at)) {
				return
			}
		}
	}
}

// arrives returns when the i-th comes: more and more do, on weekdays, in the hours
// of an office.
func (c *crowd) arrives(i int) time.Time {
	const office = 9 * time.Hour
	first := c.ago(crowdBegins).Truncate(7 * day) // a Monday, as the first day of the calendar was
	workdays := float64((crowdBegins-lastComes)/day) * 5 / 7
	x := float64(i) / float64(c.size)
	worked := workdays * x * (1.6 - 0.6*x)
	days := int(worked)
	at := time.Duration((worked - float64(days)) * float64(office))
	return first.Add(time.Duration(days/5*7+days%5)*day + 8*time.Hour + at).Truncate(time.Microsecond)
}

// creator returns who creates the i-th: now and then the operator, at the command
// line, and always of who is to have a role.
func (c *crowd) creator(i int, at time.Time, role users.Role) users.Actor {
	chance := c.r.IntN(100)
	if i == 0 {
		return users.Command(mark(c.options.Users))
	}
	if role != users.RoleUser || chance < 2 {
		return users.Command(request(c.requests))
	}
	return c.admin(i/40, at) // many come in together
}

// admin returns one of the admins there were at a time; the operator if there was
// none.
func (c *crowd) admin(i int, at time.Time) users.Actor {
	for len(c.admins) > 0 {
		by := c.admins[i%len(c.admins)]
		if by.since.Before(at) {
			return c.acting(by.Actor)
		}
		if i%len(c.admins) == 0 {
			break
		}
		i = 0 // who was the first
	}
	return users.Command(request(c.requests))
}

// acting returns an actor with a request of their own.
func (c *crowd) acting(a users.Actor) users.Actor {
	a.RequestID = request(c.requests)
	return a
}
