package demodata

import (
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// sampleStory plans what the sample people did and what was done to them.
func (p *plan) sampleStory() {
	start := p.ago((7*weeks + 2) * day)
	p.sampleArrives(sampleOwner, "", start, start.Add(10*time.Minute))
	p.sampleArrives(sampleAdmin, sampleOwner, start.Add(40*time.Minute), start.Add(2*time.Hour))
	p.sampleArrives(sampleAuditor, sampleOwner, p.joined(120), p.ago(119*7*day))
	p.sampleArrives(sampleUser, sampleAdmin, p.joined(80), p.ago(79*7*day))
	p.sampleArrives(sampleDeactivated, sampleAdmin, p.joined(100), p.ago(99*7*day))
	p.will(p.ago(46*time.Hour), sampleAdmin, addPerson(p.newSample(sampleInvited)))

	p.will(p.ago(58*7*day), sampleAdmin, createService(users.NewServiceUser{
		NewPerson: users.NewPerson{ID: sampleService, Name: "Warehouse uploader"},
		ServiceFields: users.ServiceFields{
			Purpose:     "Uploads the recordings of the warehouse robots every evening.",
			Responsible: sampleDeactivated, ReviewOn: p.ago(12 * day).Format(time.DateOnly),
		},
	}))
	p.will(p.ago(70*day), sampleDeactivated, nothingElse)
	p.will(p.ago(45*day), sampleAdmin, edit(sampleService, users.Edit{Service: &users.ServiceFields{
		Purpose:     "Uploads the recordings of the warehouse robots every evening.",
		Responsible: sampleUser, ReviewOn: p.ago(12 * day).Format(time.DateOnly),
	}, Reason: "Ewa is leaving"}))
	p.will(p.ago(40*day), sampleAdmin, deactivate(sampleDeactivated, "Left the company at the end of the month"))
	p.will(p.ago(30*day), sampleUser, editProfile(users.ProfileEdit{Fields: users.Fields{Channels: map[string]bool{"web_ui": true}}}))
	p.will(p.ago(5*day), sampleAdmin, edit(sampleUser, users.Edit{
		Fields: users.Fields{Name: &p.known[sampleUser].name.display}, Reason: "Spelling corrected, as asked for by e-mail",
	}))
	p.sampleViews()
	p.sampleTokens()
	p.sampleLatest()
}

// sampleViews plans which views are saved, and that one was of use for a while.
func (p *plan) sampleViews() {
	leavers := users.NewView{Name: "Leavers to check", Query: "seen=%3E90d&status=active"}
	p.will(p.ago(200*day), sampleAdmin, saveView(leavers))
	p.will(p.ago(150*day), sampleAdmin, deleteView(leavers.Name))
	p.will(p.ago(90*day), sampleAdmin, saveView(users.NewView{Name: "Contractors", Query: "q=contractors.example.org&sort=-seen", Shared: true}))
	p.will(p.ago(89*day), sampleOwner, exportAll)
}

// sampleLatest plans what happened within the last days.
func (p *plan) sampleLatest() {
	p.will(p.ago(3*day), "", refusedSignIn(p.known[sampleUnverified], unverified))
	p.will(p.ago(26*time.Hour), "", refusedSignIn(p.known[sampleStranger], asThemselves))
	p.will(p.ago(5*time.Hour), sampleAuditor, nothingElse)
	p.will(p.ago(130*time.Minute), sampleUser, nothingElse)
	p.will(p.ago(50*time.Minute), sampleOwner, nothingElse)
	p.will(p.ago(35*time.Minute), "", refusedSignIn(p.known[sampleStranger], asThemselves))
	p.will(p.ago(33*time.Minute), "", refusedSignIn(p.known[sampleDeactivated], asThemselves))
}

// sampleArrives plans that one of the sample people is added and signs in for the
// first time.
func (p *plan) sampleArrives(id, by string, at, first time.Time) {
	q := p.known[id]
	q.created, q.first, q.seen = at, first, p.now
	n := p.newSample(id)
	if id == sampleUser {
		n.Name = "Haruto Tanka" // put right later
	}
	p.will(at, by, addPerson(n))
	p.will(first, id, nothingElse)
}

// newSample returns one of the sample people as they are added.
func (p *plan) newSample(id string) users.NewPerson {
	return users.NewPerson{ID: id, Name: p.known[id].name.display, Role: p.known[id].role}
}

// latestStory plans acts of the last day on some of the people, so that the newest
// of the audit log is of every kind.
func (p *plan) latestStory() {
	promoted, lost, quieted, edited := p.bystander(0), p.bystander(1), p.bystander(2), p.bystander(3)
	if edited == nil {
		return // too few to single any out
	}
	promoted.role, promoted.promoted = users.RoleAuditor, p.ago(21*time.Hour)
	p.will(p.ago(190*time.Minute), lost.id, nothingElse)
	p.will(p.ago(3*time.Hour), sampleOwner, endSessions(lost.id, "Laptop reported lost"))
	p.will(p.ago(2*time.Hour), sampleAdmin, edit(quieted.id, users.Edit{
		Fields: users.Fields{Channels: map[string]bool{"email": false}}, Reason: "On parental leave until March",
	}))
	p.will(p.ago(47*time.Minute), edited.id, editProfile(users.ProfileEdit{Fields: users.Fields{Types: map[string]bool{"comment_mention": false}}}))
	p.latestDeparture()
	for _, s := range p.services {
		if s.responsible != nil && !s.retired && !s.lapsed && s.role == users.RoleUser {
			p.will(p.ago(24*time.Minute), sampleAdmin, markReviewed(s.id))
			break
		}
	}
}

// latestDeparture lets one of those who are deactivated have gone just now, and
// has them answer for a service user until then.
func (p *plan) latestDeparture() {
	i := slices.IndexFunc(p.people, func(q *person) bool { return q.fate == deactivated && q.week > 30 })
	if i < 0 {
		return
	}
	gone := p.people[i]
	gone.left = p.ago(5 * time.Hour)
	for _, s := range p.services {
		if s.responsible != nil && !s.retired && s.week < gone.week-2 {
			s.responsible = gone
			return
		}
	}
}

// bystander returns the i-th of the active people who have been there for a while,
// or nil if there are not so many.
func (p *plan) bystander(i int) *person {
	for _, q := range p.people {
		if q.fate != active || q.role != users.RoleUser || q.week < 9 {
			continue
		}
		if i == 0 {
			return q
		}
		i--
	}
	return nil
}
