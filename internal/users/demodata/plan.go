package demodata

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// The demo is the same at every start: this is what it begins from.
const seed1, seed2 = 0x726f626f746f, 0x64656d6f

// day is a day of the history, whatever the clocks do.
const day = 24 * time.Hour

// An act is what somebody does at a time.
type act struct {
	at time.Time
	by string // user_id; empty for the operator at the command line and for strangers
	do deed
}

// A plan is all that is to happen.
type plan struct {
	*cast
	when   *rand.Rand // exact times alone, so that nothing else depends on the present
	now    time.Time
	staff  []*person         // who may manage users, since when they were added
	days   map[int]time.Time // when users are added, in each week
	places map[string]*time.Location
	acts   []act // in order of time
}

// newPlan makes up the history of a directory with n generated users.
func newPlan(o Options, n int) (*plan, error) {
	c, err := newCast(rand.New(rand.NewPCG(seed1, seed2)), n)
	if err != nil {
		return nil, err
	}
	p := &plan{
		cast: c, when: rand.New(rand.NewPCG(seed2, seed1)), now: o.Now.UTC().Truncate(time.Second),
		days: map[int]time.Time{}, places: map[string]*time.Location{},
	}
	p.stories()
	p.visits()
	slices.SortStableFunc(p.acts, byTime)
	return p, nil
}

// stories plans what happens to everybody.
func (p *plan) stories() {
	everyone := slices.Concat(p.people, p.gone)
	p.staff = []*person{p.known[sampleOwner], p.known[sampleAdmin]}
	for _, q := range p.people {
		if q.manages() {
			p.staff = append(p.staff, q)
		}
	}
	p.sampleStory()
	for i, q := range everyone {
		p.shuffle(1, i)
		p.time(q)
	}
	p.latestStory()
	for i, q := range everyone {
		p.shuffle(2, i)
		p.personStory(q)
	}
	for i, s := range p.services {
		p.shuffle(3, i)
		p.serviceStory(s)
	}
	for i, s := range p.services {
		p.shuffle(4, i)
		p.tokenStory(s)
	}
	if len(p.gone) > 0 {
		p.will(p.gone[0].left.Add(time.Minute), "", eraseUser(p.gone[0].id))
	}
}

// shuffle begins a story with chances of its own, whatever went before.
func (p *plan) shuffle(chapter, i int) {
	p.r = rand.New(rand.NewPCG(seed1+uint64(chapter), seed2+uint64(i)))
}

// byTime orders acts; those at the same time stay as they were planned.
func byTime(a, b act) int { return a.at.Compare(b.at) }

// will plans an act.
func (p *plan) will(at time.Time, by string, do deed) { p.acts = append(p.acts, act{at, by, do}) }

// ago returns the time that long before the present.
func (p *plan) ago(d time.Duration) time.Time { return p.now.Add(-d) }

// weekOf returns the week of a time, counted back from the present.
func (p *plan) weekOf(t time.Time) int { return int(p.now.Sub(t) / (7 * day)) }

// joined returns a time in a week at which someone is added: at the same hour as
// all others of that week, if that is not just now.
func (p *plan) joined(week int) time.Time {
	from := p.ago(time.Duration(week+1) * 7 * day)
	at, ok := p.days[week]
	if !ok {
		at = p.during(from, from.Add(7*day-3*time.Hour), p.duty(week).name.zone)
	}
	if week > 1 {
		p.days[week] = at
	}
	return at.Add(p.minutes(0, 90))
}

// duty returns who manages users in a week: the sample's owner and admin are two
// of several.
func (p *plan) duty(week int) *person {
	there := slices.DeleteFunc(slices.Clone(p.staff), func(s *person) bool { return s.week <= week })
	return there[week*5%len(there)]
}

// owner returns the id of an owner there was in a week.
func (p *plan) owner(week int) string {
	there := slices.DeleteFunc(slices.Clone(p.staff), func(s *person) bool { return s.week <= week || s.role != users.RoleOwner })
	return there[week*3%len(there)].id
}

// dutyAt returns who manages users at a time.
func (p *plan) dutyAt(t time.Time) string { return p.duty(p.weekOf(t)).id }

// during returns a moment between two times, at which people who live in the zone
// are at work if there is such.
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

// place returns the location of that name, UTC if the machine has none.
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

// minutes returns between from and to minutes, to excluded.
func (p *plan) minutes(from, to int) time.Duration {
	return time.Duration(from)*time.Minute + time.Duration(p.when.Int64N(int64(to-from)*int64(time.Minute))).Truncate(time.Second)
}
