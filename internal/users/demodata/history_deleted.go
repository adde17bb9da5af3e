package demodata

import (
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// newLeavers returns the people who are deleted in the last weeks of a history of n users.
func (c *population) newLeavers(n int) (all []*person) {
	for i := range 4 {
		q := c.person(n, n)
		q.role, q.outcome, q.week = users.RoleUser, deleted, 20+13*i
		all = append(all, q)
	}
	return all
}

// deletedHistory plans the deletions of the last weeks, one of which becomes final. Of three settled
// people, one is deleted and restored, one has a planned departure, and that of one is cancelled.
func (p *plan) deletedHistory(settled []*person) {
	for i, q := range p.leavers {
		p.shuffle(5, i)
		p.leaverHistory(q, []time.Duration{3 * day, 6 * day, 13 * day, 26 * day}[i])
	}
	purged := p.leavers[len(p.leavers)-1]
	p.schedule(purged.left.Add(2*day), sampleOwner, purgeUser(purged.id, "Asked for by the person, by letter"))
	if len(settled) < 3 {
		return // too few people
	}
	mistaken, leaving, staying := settled[0].id, settled[1].id, settled[2].id
	p.schedule(p.ago(7*day+25*time.Minute), sampleAdmin, deleteUser(mistaken, "Added twice"))
	p.schedule(p.ago(7*day), sampleAdmin, restoreUser(mistaken, "Deleted by mistake: the other record was meant"))
	p.schedule(p.ago(9*day), sampleAdmin, planDeparture(staying, "Contract ends", p.now.Add(5*day)))
	p.schedule(p.ago(4*day), sampleAdmin, cancelDeparture(staying))
	p.schedule(p.ago(2*day), sampleAdmin, planDeparture(leaving, "Leaves the company", p.now.Add(12*day)))
}

// leaverHistory plans the history of a person who was deleted a time ago.
func (p *plan) leaverHistory(q *person, ago time.Duration) {
	q.created = p.addedIn(q.week)
	q.first = p.during(q.created.Add(20*time.Minute), q.created.Add(9*day), q.name.zone)
	q.left = p.during(p.ago(ago+day), p.ago(ago), "Europe/Zurich")
	q.seen = p.during(p.ago(ago+20*day), p.ago(ago+3*day), q.name.zone)
	p.addition(q)
	p.schedule(q.first, q.id, onlyVisit)
	p.schedule(q.seen, q.id, onlyVisit)
	p.schedule(q.left, sampleAdmin, deleteUser(q.id, pick(p.r, erasures)))
}

// graceEnds plans that the console purges the users whose grace ends at a time. It tidies up a
// second time, as it does only part of it after a long pause.
func (p *plan) graceEnds(at time.Time) {
	if again := at.Add(users.TidyEvery); again.Before(p.now) {
		p.schedule(at, "", tidy)
		p.schedule(again, "", tidy)
	}
}

// settled returns n active people, or as many as there are, who do nothing in the last eleven days,
// are responsible for no service user and manage no department.
func (p *plan) settled(n int) (all []*person) {
	for _, q := range p.people[min(len(p.people), mayBeResponsible):] {
		quiet := q.outcome == active && q.role == users.RoleUser && q.week >= 9 && q.seen.Before(p.ago(12*day))
		if len(all) < n && quiet && !slices.Contains(p.headsOf[departmentOf(q.id)], q) {
			all = append(all, q)
		}
	}
	return all
}
