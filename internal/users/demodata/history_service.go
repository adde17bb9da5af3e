package demodata

import (
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// serviceHistory plans the creation and the reviews of a service user, and the deactivation
// of a retired one.
func (p *plan) serviceHistory(s *service) {
	created := p.addedIn(s.week)
	n := users.NewServiceUser{NewPerson: users.NewPerson{ID: s.id, Name: s.name, Role: s.role}}
	if s.responsible == nil {
		p.schedule(created, "", createService(n))
		return
	}
	n.OrgFields = orgFields(serviceOrgOf(s.id))
	if left := s.responsible.left; !left.IsZero() && left.Before(created.Add(day)) {
		s.responsible = p.byID[sampleAdmin]
	}
	due := created.AddDate(0, pick(p.r, []int{6, 9, 12}), 0)
	n.ServiceFields = users.ServiceFields{Purpose: s.purpose, Responsible: s.responsible.id, ReviewOn: due.Format(time.DateOnly)}
	p.schedule(created, p.serviceManager(s, created), createService(n))
	end := p.now
	if s.retired {
		end = p.during(created.Add(30*day), p.ago(day), "Europe/Zurich")
		p.schedule(end, p.serviceManager(s, end), deactivate(s.id, pick(p.r, retirements)))
	}
	p.reviews(s, due, end)
}

// reviews plans the reviews of a service user before their dates. The last one of an overdue
// service user does not take place.
func (p *plan) reviews(s *service, due, end time.Time) {
	for due.Before(end) {
		next := due.AddDate(0, users.ReviewEvery, 0)
		if s.overdue && !next.Before(end) {
			return
		}
		at := p.during(due.Add(-10*day), due, s.responsible.name.zone)
		p.schedule(at, p.reviewer(s, at), markReviewed(s.id))
		due = at.AddDate(0, users.ReviewEvery, 0)
	}
}

// reviewer returns who reviews a service user: the responsible person while they are active,
// else a manager.
func (p *plan) reviewer(s *service, at time.Time) string {
	q := s.responsible
	if q.left.IsZero() && at.After(q.first.Add(day)) && at.Before(q.seen) {
		return q.id
	}
	return p.serviceManager(s, at)
}

// serviceManager returns a user who may manage a service user at a time.
func (p *plan) serviceManager(s *service, at time.Time) string {
	if s.role != users.RoleUser {
		return p.owner(p.weekOf(at))
	}
	return p.adminAt(at)
}
