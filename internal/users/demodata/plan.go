package demodata

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// The seeds of the random sources, which make each build the same.
const seed1, seed2 = 0x726f626f746f, 0x64656d6f

// day is 24 hours, also where clocks change.
const day = 24 * time.Hour

// A task is an action at a time.
type task struct {
	at time.Time
	by string // user_id; empty for the operator and for sign-ins
	do action
}

// A plan is the history before it is carried out.
type plan struct {
	*population
	when   *rand.Rand // for times only, so that nothing else depends on the present
	now    time.Time
	staff  []*person         // who manage users, from their creation on
	days   map[int]time.Time // when users are created, by week
	places map[string]*time.Location
	tasks  []task // in order of time
}

// newPlan plans the history of a directory with n generated users.
func newPlan(o Options, n int) (*plan, error) {
	c, err := newPopulation(rand.New(rand.NewPCG(seed1, seed2)), n)
	if err != nil {
		return nil, err
	}
	p := &plan{
		population: c, when: rand.New(rand.NewPCG(seed2, seed1)), now: o.Now.UTC().Truncate(time.Second),
		days: map[int]time.Time{}, places: map[string]*time.Location{},
	}
	p.histories()
	p.visits()
	slices.SortStableFunc(p.tasks, byTime)
	return p, nil
}

// histories plans the history of each user.
func (p *plan) histories() {
	all := slices.Concat(p.people, p.former)
	p.staff = []*person{p.byID[sampleOwner], p.byID[sampleAdmin]}
	for _, q := range p.people {
		if q.manages() {
			p.staff = append(p.staff, q)
		}
	}
	p.sampleHistory()
	for i, q := range all {
		p.shuffle(1, i)
		p.setTimes(q)
	}
	p.recentHistory()
	settled := p.settled(3)
	if len(settled) > 0 {
		settled[0].restored = true
	}
	for i, q := range all {
		p.shuffle(2, i)
		p.personHistory(q)
	}
	for i, s := range p.services {
		p.shuffle(3, i)
		p.serviceHistory(s)
	}
	for i, s := range p.services {
		p.shuffle(4, i)
		p.tokenHistory(s)
	}
	if len(p.former) > 0 {
		p.schedule(p.former[0].left.Add(time.Minute), "", eraseUser(p.former[0].id))
	}
	p.deletedHistory(settled)
	p.batchHistory()
}

// shuffle gives a history a random source of its own, so that it does not depend on others.
func (p *plan) shuffle(chapter, i int) {
	p.r = rand.New(rand.NewPCG(seed1+uint64(chapter), seed2+uint64(i)))
}

// byTime orders tasks by time.
func byTime(a, b task) int { return a.at.Compare(b.at) }

// schedule plans a task.
func (p *plan) schedule(at time.Time, by string, do action) {
	p.tasks = append(p.tasks, task{at, by, do})
}

// ago returns a time before the present.
func (p *plan) ago(d time.Duration) time.Time { return p.now.Add(-d) }

// weekOf returns the week of a time, counted back from the present.
func (p *plan) weekOf(t time.Time) int { return int(p.now.Sub(t) / (7 * day)) }

// addedIn returns when a user of a week is created: within ninety minutes for all users of
// one week, except for the last two weeks.
func (p *plan) addedIn(week int) time.Time {
	from := p.ago(time.Duration(week+1) * 7 * day)
	at, ok := p.days[week]
	if !ok {
		at = p.during(from, from.Add(7*day-3*time.Hour), p.adminInWeek(week).name.zone)
	}
	if week > 1 {
		p.days[week] = at
	}
	return at.Add(p.minutes(0, 90))
}

// adminInWeek returns the owner or admin who manages users in a week.
func (p *plan) adminInWeek(week int) *person {
	there := slices.DeleteFunc(slices.Clone(p.staff), func(s *person) bool { return s.week <= week })
	return there[week*5%len(there)]
}

// owner returns the ID of an owner in a week.
func (p *plan) owner(week int) string {
	there := slices.DeleteFunc(slices.Clone(p.staff), func(s *person) bool { return s.week <= week || s.role != users.RoleOwner })
	return there[week*3%len(there)].id
}

// adminAt returns the ID of the owner or admin who manages users at a time.
func (p *plan) adminAt(t time.Time) string { return p.adminInWeek(p.weekOf(t)).id }

// during returns a time between two others, in the working hours of a time zone if there
// are any.
func (p *plan) during(from, to time.Time, zone string) time.Time {
	if !from.Before(to) {
		return from
	}
	at := from
	for range 12 {
		at = from.Add(time.Duration(p.when.Int64N(int64(to.Sub(from))))).Truncate(time.Second)
		local := at.In(p.place(zone))
		weekend := local.Weekday() == time.Saturday || local.Weekday() == time.Sunday
		if hour := local.Hour(); hour >= 8 && hour < 18 && !weekend && at.After(from) {
			return at
		}
	}
	if at.Before(from) {
		return from
	}
	return at
}

// place returns the location of that name, UTC if it is not known.
func (p *plan) place(zone string) *time.Location {
	if known, ok := p.places[zone]; ok {
		return known
	}
	place, err := time.LoadLocation(zone)
	if err != nil {
		place = time.UTC
	}
	p.places[zone] = place
	return place
}

// minutes returns a duration from from minutes on, shorter than to minutes.
func (p *plan) minutes(from, to int) time.Duration {
	return time.Duration(from)*time.Minute + time.Duration(p.when.Int64N(int64(to-from)*int64(time.Minute))).Truncate(time.Second)
}
