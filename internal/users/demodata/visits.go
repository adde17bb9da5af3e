package demodata

import (
	"slices"
	"time"
)

// Limits within which the tasks of a person belong to one visit. A session lasts longer than
// both.
const (
	visitPause = 6 * time.Hour  // between two tasks
	visitMax   = 10 * time.Hour // from the first to the last
)

// sessionIdle is after how long an unused session has ended, so that no sign-out is
// needed.
const sessionIdle = 12 * time.Hour

// visits plans the sign-in before the tasks of each person, and the last use of the session
// some minutes after them. Only sessions of the sample people are open at the end.
func (p *plan) visits() {
	times := map[string][]time.Time{}
	var order []string
	slices.SortStableFunc(p.tasks, byTime)
	for _, a := range p.tasks {
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
			p.visit(p.byID[id], rest[0], rest[n-1], n == len(rest))
			rest = rest[n:]
		}
	}
}

// visitLength returns how many of the times are in the same visit as the first.
func visitLength(times []time.Time) int {
	n := 1
	for n < len(times) && times[n].Sub(times[n-1]) < visitPause && times[n].Sub(times[0]) < visitMax {
		n++
	}
	return n
}

// visit plans the sign-in before the first task of a visit, and after the last one a
// sign-out or another use of the session, if it is the person's latest visit.
func (p *plan) visit(q *person, first, last time.Time, latest bool) {
	from, until := first.Add(-p.minutes(1, 8)), last.Add(p.minutes(2, 25))
	if most := p.ago(30 * time.Second); until.After(most) {
		until = most
	}
	p.schedule(from, "", signIn(q.id))
	open := latest && until.After(p.ago(sessionIdle+time.Hour))
	switch {
	case open && !q.sample, !open && p.r.IntN(12) == 0:
		p.schedule(until, "", signOut(q.id))
	case latest:
		p.schedule(until, "", useSession(q.id))
	}
}
