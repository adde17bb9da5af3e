package demodata

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// weeks is the length of the history.
const weeks = 156

// An outcome is the state of a person at the end of the history.
type outcome int

const (
	active outcome = iota
	unseen         // not seen for more than 90 days
	invited
	deactivated
	deleted
)

// A person is a person in the history.
type person struct {
	id             string
	name           fullName
	sample         bool
	role           users.Role // in the end
	outcome        outcome
	week           int    // of the creation, counted back from the present
	picture        string // as the provider gives it
	address, agent string // of the browser

	created  time.Time // this and the next four: zero if it does not happen
	first    time.Time // sign-in
	seen     time.Time // last
	promoted time.Time // from user to their role
	left     time.Time // deactivated or deleted

	restored bool // was deleted by mistake in the last weeks
}

// manages reports whether p may manage other users.
func (p *person) manages() bool { return p.role == users.RoleAdmin || p.role == users.RoleOwner }

// A service is a service user in the history.
type service struct {
	id, name, purpose string
	role              users.Role
	responsible       *person // nil: created at the command line, with an ID only
	week              int
	overdue           bool // its last review did not take place
	retired           bool
}

// A population is all users of the history before it is planned.
type population struct {
	r        *rand.Rand
	cultures []culture
	deck     []int              // indices of cultures, each as often as its weight
	taken    map[string]int     // how often an ID was generated
	byID     map[string]*person // with the sample people
	people   []*person
	former   []*person // deleted during the history
	leavers  []*person // deleted in its last weeks
	services []*service
	headsOf  map[int][]*person // managers by department
}

// newPopulation returns n users, and some more that are deleted during the history.
func newPopulation(r *rand.Rand, n int) (*population, error) {
	cultures, err := parseNames(nameList)
	if err != nil {
		return nil, err
	}
	c := &population{r: r, cultures: cultures, taken: map[string]int{}, byID: samplePersons()}
	for i, culture := range cultures {
		for range culture.weight {
			c.deck = append(c.deck, i)
		}
	}
	services := n * 6 / 100
	for i := range n - services {
		c.people = append(c.people, c.person(i, n))
	}
	c.findHeads()
	for range n / 250 {
		p := c.person(n, n)
		p.role, p.outcome, p.week = users.RoleUser, deleted, 20+r.IntN(120)
		c.former = append(c.former, p)
	}
	c.services, err = c.newServices(services)
	c.leavers = c.newLeavers(n) // last, so that the users before them do not depend on them
	return c, err
}

// roleOf returns the role of person i of n: owners and admins come first.
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

// person generates person i of n.
func (c *population) person(i, n int) *person {
	p := &person{name: c.cultures[pick(c.r, c.deck)].name(c.r), role: roleOf(i, n), address: address(c.r), agent: pick(c.r, agents)}
	domain := "example.com"
	if p.role == users.RoleUser {
		domain = pick(c.r, domains)
	}
	p.id = c.unique(p.name.local, "@"+domain)
	c.byID[p.id] = p
	if c.r.IntN(8) == 0 {
		p.picture = "https://pictures.example.com/" + p.name.local + ".jpg"
	}
	p.outcome, p.week = c.outcome()
	if p.manages() {
		p.outcome, p.week = active, weeks-2-i*3%100
	}
	return p
}

// outcome draws the outcome of a person, and a week of the creation to go with it.
func (c *population) outcome() (outcome, int) {
	week := c.r.IntN(pick(c.r, []int{weeks, weeks, weeks / 4})) // the company grows
	switch n := c.r.IntN(100); {
	case n < 5:
		return invited, week / 8
	case n < 11:
		return deactivated, max(week, 6)
	case n < 21:
		return unseen, min(week+24, weeks-1)
	}
	return active, week
}

// unique returns an ID that was not generated before.
func (c *population) unique(local, rest string) string {
	c.taken[local+rest]++
	if n := c.taken[local+rest]; n > 1 {
		return c.unique(fmt.Sprint(local, n), rest)
	}
	return local + rest
}

// domains are those of the addresses: most of the company, some of contractors and
// partners.
var domains = []string{
	"example.com", "example.com", "example.com", "example.com", "example.com", "example.com", "example.com",
	"example.com", "example.com", "example.com", "example.com", "example.com", "example.com", "example.com",
	"contractors.example.org", "lidarworks.example", "nordwerk.example",
}

// agents are the User-Agent headers of the browsers.
var agents = []string{
	"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
}

// address generates an IP address of the ranges for documentation (RFC 5737, RFC 3849).
func address(r *rand.Rand) string {
	if r.IntN(8) == 0 {
		return fmt.Sprintf("2001:db8:%x::%x", r.IntN(0x100), 1+r.IntN(0xfff))
	}
	return fmt.Sprintf("%s.%d", pick(r, []string{"192.0.2", "198.51.100", "203.0.113"}), 1+r.IntN(254))
}
