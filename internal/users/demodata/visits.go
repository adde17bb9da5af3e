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

// visits adds what surrounds people's acts: they sign in before, and are seen until
// some minutes after. Only the sample people's sessions are open at the end.
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
			p.visit(id, rest[0], rest[n-1])
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

// visit plans that somebody is there from before the first until after the last.
func (p *plan) visit(id string, first, last time.Time) {
	from, until := first.Add(-p.minutes(1, 8)), last.Add(p.minutes(2, 25))
	if latest := p.ago(30 * time.Second); until.After(latest) {
		until = latest
	}
	p.will(from, "", signIn(id))
	sample := p.known[id].sample
	if !sample && until.After(p.ago(lastsFor+time.Hour)) || p.r.IntN(5) == 0 && !(sample && until.After(p.ago(lastsFor))) {
		p.will(until, "", signOut(id))
		return
	}
	p.will(until, "", look(id))
}
