package demodata

import (
	"slices"
	"time"
)

// Within these a person's acts are one visit. Both are within the limits of a
// session.
const (
	visitPause = 6 * time.Hour  // between two acts
	visitMost  = 10 * time.Hour // from the first to the last
)

// lastsFor is how long an unused session can be used again: what is left open
// longer needs no signing out.
const lastsFor = 12 * time.Hour

// visits adds what surrounds people's acts: they sign in before, and stay for some
// minutes after. Only the sample people's sessions are open at the end.
func (p *plan) visits() {
	times := map[string][]time.Time{}
	var order []string
	slices.SortStableFunc(p.acts, byTime)
	for _, a := range p.acts {
		if a.by == "" {
			continue
		}
		if times[a.by] == nil {
			order = append(order, a.by)
		}
		times[a.by] = append(times[a.by], a.at)
	}
	for _, id := range order {
		for rest := times[id]; len(rest) > 0; {
			n := visitLength(rest)
			p.visit(p.known[id], rest[0], rest[n-1], n == len(rest))
			rest = rest[n:]
		}
	}
}

// visitLength returns how many of the times, of which there is at least one, are
// in the same visit as the first.
func visitLength(times []time.Time) int {
	n := 1
	for n < len(times) && times[n].Sub(times[n-1]) < visitPause && times[n].Sub(times[0]) < visitMost {
		n++
	}
	return n
}

// visit plans that somebody is there from before the first until after the last
// act. When they left is of interest if it is their last visit so far.
func (p *plan) visit(q *person, first, last time.Time, latest bool) {
	from, until := first.Add(-p.minutes(1, 8)), last.Add(p.minutes(2, 25))
	if most := p.ago(30 * time.Second); until.After(most) {
		until = most
	}
	p.will(from, "", signIn(q.id))
	open := latest && until.After(p.ago(lastsFor+time.Hour))
	switch {
	case open && !q.sample, !open && p.r.IntN(12) == 0:
		p.will(until, "", signOut(q.id))
	case latest:
		p.will(until, "", look(q.id))
	}
}
