package demodata

import (
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// sampleHistory plans the history of the sample people.
func (p *plan) sampleHistory() {
	start := p.ago((7*weeks + 2) * day)
	p.sampleAdded(sampleOwner, "", start, start.Add(10*time.Minute))
	p.sampleAdded(sampleAdmin, sampleOwner, start.Add(40*time.Minute), start.Add(2*time.Hour))
	p.sampleAdded(sampleAuditor, sampleOwner, p.addedIn(120), p.ago(119*7*day))
	p.sampleAdded(sampleUser, sampleAdmin, p.addedIn(80), p.ago(79*7*day))
	p.sampleAdded(sampleDeactivated, sampleAdmin, p.addedIn(100), p.ago(99*7*day))
	p.schedule(p.ago(46*time.Hour), sampleAdmin, addPerson(p.newSample(sampleInvited)))

	p.schedule(p.ago(58*7*day), sampleAdmin, createService(users.NewServiceUser{
		NewPerson: users.NewPerson{ID: sampleService, Name: "Warehouse uploader", OrgFields: orgFields(serviceOrgOf(sampleService))},
		ServiceFields: users.ServiceFields{
			Purpose:     "Uploads the recordings of the warehouse robots every evening.",
			Responsible: sampleDeactivated, ReviewOn: p.ago(12 * day).Format(time.DateOnly),
		},
	}))
	p.schedule(p.ago(70*day), sampleDeactivated, onlyVisit)
	p.schedule(p.ago(45*day), sampleAdmin, edit(sampleService, users.Edit{Service: &users.ServiceFields{
		Purpose:     "Uploads the recordings of the warehouse robots every evening.",
		Responsible: sampleUser, ReviewOn: p.ago(12 * day).Format(time.DateOnly),
	}, Reason: "Ewa is leaving"}))
	p.schedule(p.ago(40*day), sampleAdmin, deactivate(sampleDeactivated, "Left the company at the end of the month"))
	p.schedule(p.ago(30*day), sampleUser, editProfile(users.ProfileEdit{Fields: users.Fields{Channels: map[string]bool{"web_ui": true}}}))
	p.schedule(p.ago(5*day), sampleAdmin, edit(sampleUser, users.Edit{
		Fields: users.Fields{Name: &p.byID[sampleUser].name.display}, Reason: "Spelling corrected, as asked for by e-mail",
	}))
	p.sampleViews()
	p.sampleTokens()
	p.sampleRecent()
}

// sampleViews plans saved views, of which one is deleted.
func (p *plan) sampleViews() {
	leavers := users.NewView{Name: "Leavers to check", Query: "seen=%3E90d&status=active"}
	p.schedule(p.ago(200*day), sampleAdmin, saveView(leavers))
	p.schedule(p.ago(150*day), sampleAdmin, deleteView(leavers.Name))
	contractors := users.NewView{Name: "Contractors", Query: "q=contractors.example.org&sort=-seen", Shared: true}
	p.schedule(p.ago(90*day), sampleAdmin, saveView(contractors))
	contractors.Query = "label=contractor&sort=-seen"
	p.schedule(p.ago(20*day), sampleAdmin, editView(contractors.Name, contractors))
	p.schedule(p.ago(89*day), sampleOwner, exportAll)
}

// sampleRecent plans what happens in the last days.
func (p *plan) sampleRecent() {
	p.schedule(p.ago(3*day), "", refusedSignIn(p.byID[sampleUnverified], unverified))
	p.schedule(p.ago(26*time.Hour), "", refusedSignIn(p.byID[sampleStranger], unchanged))
	p.schedule(p.ago(5*time.Hour), sampleAuditor, onlyVisit)
	p.schedule(p.ago(130*time.Minute), sampleUser, onlyVisit)
	p.schedule(p.ago(50*time.Minute), sampleOwner, onlyVisit)
	p.schedule(p.ago(35*time.Minute), "", refusedSignIn(p.byID[sampleStranger], unchanged))
	p.schedule(p.ago(33*time.Minute), "", refusedSignIn(p.byID[sampleDeactivated], unchanged))
}

// sampleAdded plans the creation and the first sign-in of one of the sample people.
func (p *plan) sampleAdded(id, by string, at, first time.Time) {
	q := p.byID[id]
	q.created, q.first, q.seen = at, first, p.now
	n := p.newSample(id)
	if id == sampleUser {
		n.Name = "Haruto Tanka" // corrected later
	}
	p.schedule(at, by, addPerson(n))
	p.schedule(first, id, onlyVisit)
}

// newSample returns one of the sample people as they are created.
func (p *plan) newSample(id string) users.NewPerson {
	org := orgOf(id)
	switch id {
	case sampleOwner:
	case sampleAdmin:
		org.Manager.ID = sampleOwner
	default:
		org.Manager.ID = sampleAdmin
	}
	return users.NewPerson{ID: id, Name: p.byID[id].name.display, Role: p.byID[id].role, OrgFields: orgFields(org)}
}

// recentHistory plans changes of the last day, so that the newest events of the audit log
// are of every kind.
func (p *plan) recentHistory() {
	promoted, lost, muted, edited := p.activeUser(0), p.activeUser(1), p.activeUser(2), p.activeUser(3)
	if edited == nil {
		return // too few people
	}
	promoted.role, promoted.promoted = users.RoleAuditor, p.ago(21*time.Hour)
	p.schedule(p.ago(190*time.Minute), lost.id, onlyVisit)
	p.schedule(p.ago(3*time.Hour), sampleOwner, endSessions(lost.id, "Laptop reported lost"))
	p.schedule(p.ago(2*time.Hour), sampleAdmin, edit(muted.id, users.Edit{
		Fields: users.Fields{Channels: map[string]bool{"email": false}}, Reason: "On parental leave until March",
	}))
	p.schedule(p.ago(47*time.Minute), edited.id, editProfile(users.ProfileEdit{Fields: users.Fields{Types: map[string]bool{"comment_mention": false}}}))
	p.recentDeparture()
	for _, s := range p.services {
		if s.responsible != nil && !s.retired && !s.overdue && s.role == users.RoleUser {
			p.schedule(p.ago(24*time.Minute), sampleAdmin, markReviewed(s.id))
			break
		}
	}
}

// recentDeparture makes the deactivation of one person a recent one, and the person
// responsible for a service user until then.
func (p *plan) recentDeparture() {
	i := slices.IndexFunc(p.people, func(q *person) bool { return q.outcome == deactivated && q.week > 30 })
	if i < 0 {
		return
	}
	leaver := p.people[i]
	leaver.left = p.ago(5 * time.Hour)
	for _, s := range p.services {
		if s.responsible != nil && !s.retired && s.week < leaver.week-2 {
			s.responsible = leaver
			return
		}
	}
}

// activeUser returns active person i of those who were created a while ago, nil if there
// are not so many.
func (p *plan) activeUser(i int) *person {
	for _, q := range p.people {
		if q.outcome != active || q.role != users.RoleUser || q.week < 9 {
			continue
		}
		if i == 0 {
			return q
		}
		i--
	}
	return nil
}
