package demodata

import (
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// serviceStory plans that a service user is created, looked at when it is due, and
// perhaps no longer needed.
func (p *plan) serviceStory(s *service) {
	created := p.joined(s.week)
	n := users.NewServiceUser{NewPerson: users.NewPerson{ID: s.id, Name: s.name, Role: s.role}}
	if s.responsible == nil {
		p.will(created, "", createService(n))
		return
	}
	if left := s.responsible.left; !left.IsZero() && left.Before(created.Add(day)) {
		s.responsible = p.known[sampleAdmin]
	}
	due := created.AddDate(0, pick(p.r, []int{6, 9, 12}), 0)
	n.ServiceFields = users.ServiceFields{Purpose: s.purpose, Responsible: s.responsible.id, ReviewOn: due.Format(time.DateOnly)}
	p.will(created, p.serviceManager(s, created), createService(n))
	end := p.now
	if s.retired {
		end = p.during(created.Add(30*day), p.ago(day), "Europe/Zurich")
		p.will(end, p.serviceManager(s, end), deactivate(s.id, pick(p.r, retirements)))
	}
	p.reviews(s, due, end)
}

// reviews plans that a service user is reviewed each time before it is due, but for
// the last time if nobody did.
func (p *plan) reviews(s *service, due, end time.Time) {
	for due.Before(end) {
		next := due.AddDate(0, users.ReviewEvery, 0)
		if s.lapsed && !next.Before(end) {
			return
		}
		at := p.during(due.Add(-10*day), due, s.responsible.name.zone)
		p.will(at, p.reviewer(s, at), markReviewed(s.id))
		due = at.AddDate(0, users.ReviewEvery, 0)
	}
}

// reviewer returns who reviews a service user: the one who answers for it if they
// are there.
func (p *plan) reviewer(s *service, at time.Time) string {
	q := s.responsible
	if q.left.IsZero() && at.After(q.first.Add(day)) && at.Before(q.seen) {
		return q.id
	}
	return p.serviceManager(s, at)
}

// serviceManager returns who may manage a service user at a time.
func (p *plan) serviceManager(s *service, at time.Time) string {
	if s.role != users.RoleUser {
		return p.owner(p.weekOf(at))
	}
	return p.dutyAt(at)
}
