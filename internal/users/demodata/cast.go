package demodata

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// weeks is how long the history is.
const weeks = 156

// A fate is what has become of a person.
type fate int

const (
	active fate = iota
	quiet       // not seen for more than 90 days
	invited
	deactivated
	deleted
)

// A person is somebody in the history.
type person struct {
	id             string
	name           fullName
	sample         bool
	role           users.Role // in the end
	fate           fate
	week           int    // in which they were added, counted back from the present
	picture        string // as the provider tells it
	address, agent string // the browser they come with

	created  time.Time // this and the next three: zero if it does not come to that
	first    time.Time // sign-in
	seen     time.Time // for the last time
	promoted time.Time // from user to their role
	left     time.Time // deactivated or deleted
}

// manages reports whether p may manage others.
func (p *person) manages() bool { return p.role == users.RoleAdmin || p.role == users.RoleOwner }

// A service is a service user in the history.
type service struct {
	id, name, purpose string
	role              users.Role
	responsible       *person // nil: created at the command line, with nothing but an id
	week              int
	lapsed            bool // nobody reviewed it when it was due
	retired           bool
}

// A cast is everybody that there is to be, before anything happens.
type cast struct {
	r        *rand.Rand
	cultures []culture
	deck     []int              // indices of cultures, each as often as it weighs
	taken    map[string]int     // how often an id was wanted
	known    map[string]*person // by id, the sample people among them
	people   []*person
	gone     []*person // deleted in the course of the history
	services []*service
}

// newCast returns n users, and some who are gone.
func newCast(r *rand.Rand, n int) (*cast, error) {
	cultures, err := parseNames(nameList)
	if err != nil {
		return nil, err
	}
	c := &cast{r: r, cultures: cultures, taken: map[string]int{}, known: samplePersons()}
	for i, culture := range cultures {
		for range culture.weight {
			c.deck = append(c.deck, i)
		}
	}
	services := n * 6 / 100
	for i := range n - services {
		c.people = append(c.people, c.person(i, n))
	}
	for range n / 250 {
		p := c.person(n, n)
		p.role, p.fate, p.week = users.RoleUser, deleted, 20+r.IntN(120)
		c.gone = append(c.gone, p)
	}
	c.services, err = c.newServices(services)
	return c, err
}

// roleOf returns the role of the i-th of n: a few owners and admins come first.
func roleOf(i, n int) users.Role {
	owners, admins, auditors := n/350, n/120, n/40
	switch {
	case i < owners:
		return users.RoleOwner
	case i < owners+admins:
		return users.RoleAdmin
	case i < owners+admins+auditors:
		return users.RoleAuditor
	}
	return users.RoleUser
}

// person makes up the i-th of n.
func (c *cast) person(i, n int) *person {
	p := &person{name: c.cultures[pick(c.r, c.deck)].name(c.r), role: roleOf(i, n), address: address(c.r), agent: pick(c.r, agents)}
	domain := "example.com"
	if p.role == users.RoleUser {
		domain = pick(c.r, domains)
	}
	p.id = c.unique(p.name.local, "@"+domain)
	c.known[p.id] = p
	if c.r.IntN(8) == 0 {
		p.picture = "https://pictures.example.com/" + p.name.local + ".jpg"
	}
	p.fate, p.week = c.fate()
	if p.manages() {
		p.fate, p.week = active, weeks-2-i*3%100
	}
	return p
}

// fate makes up what becomes of a person, and a week to begin that suits it.
func (c *cast) fate() (fate, int) {
	week := c.r.IntN(pick(c.r, []int{weeks, weeks, weeks / 4})) // the company grows
	switch n := c.r.IntN(100); {
	case n < 5:
		return invited, week / 8
	case n < 11:
		return deactivated, max(week, 6)
	case n < 21:
		return quiet, min(week+24, weeks-1)
	}
	return active, week
}

// unique returns an id of which there is one.
func (c *cast) unique(local, rest string) string {
	c.taken[local+rest]++
	if n := c.taken[local+rest]; n > 1 {
		return c.unique(fmt.Sprint(local, n), rest)
	}
	return local + rest
}

// domains are where people have their address: most in the company, some at
// contractors and partners.
var domains = []string{
	"example.com", "example.com", "example.com", "example.com", "example.com", "example.com", "example.com",
	"example.com", "example.com", "example.com", "example.com", "example.com", "example.com", "example.com",
	"contractors.example.org", "lidarworks.example", "nordwerk.example",
}

// agents are the browsers that people have.
var agents = []string{
	"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
}

// address makes up an IP address of those set aside for documentation (RFC 5737,
// RFC 3849).
func address(r *rand.Rand) string {
	if r.IntN(8) == 0 {
		return fmt.Sprintf("2001:db8:%x::%x", r.IntN(0x100), 1+r.IntN(0xfff))
	}
	return fmt.Sprintf("%s.%d", pick(r, []string{"192.0.2", "198.51.100", "203.0.113"}), 1+r.IntN(254))
}
