package demodata

import (
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// setTimes draws when a person is created, signs in, is last seen and leaves.
func (p *plan) setTimes(q *person) {
	zone := q.name.zone
	q.created = p.addedIn(q.week)
	if q.outcome == invited {
		return
	}
	q.first = p.during(q.created.Add(20*time.Minute), earlier(q.created.Add(9*day), p.ago(20*time.Minute)), zone)
	switch q.outcome {
	case active:
		s := pick(p.r, recency)
		q.seen = p.during(p.ago(s.from), p.ago(s.to), zone)
	case unseen:
		q.seen = p.during(q.first, p.ago(95*day), zone)
	case deactivated, deleted:
		q.left = p.during(q.first.Add(5*day), p.ago(day), "Europe/Zurich")
		q.seen = p.during(q.first, q.left.Add(-30*time.Hour), zone)
	}
	if q.seen.Before(q.first) {
		q.seen = q.first
	}
	if q.role == users.RoleAuditor && p.r.IntN(2) == 0 {
		q.promoted = p.during(q.first, q.seen, zone)
	}
}

// recency are the spans in which active people were last seen, with equal chances.
var recency = slices.Concat(
	slices.Repeat([]span{{20 * time.Hour, 20 * time.Minute}}, 1),
	slices.Repeat([]span{{4 * day, 20 * time.Hour}}, 5),
	slices.Repeat([]span{{9 * day, 2 * day}}, 6),
	slices.Repeat([]span{{30 * day, 3 * day}}, 4),
	slices.Repeat([]span{{88 * day, 12 * day}}, 4),
)

// A span lies between two times before the present.
type span struct{ from, to time.Duration }

// earlier returns the earlier of two times.
func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// personHistory plans the history of a person.
func (p *plan) personHistory(q *person) {
	p.addition(q)
	if q.first.IsZero() {
		if p.r.IntN(8) == 0 {
			p.schedule(p.during(q.created.Add(time.Minute), p.ago(time.Minute), q.name.zone), "", refusedSignIn(q, unverified))
		}
		return
	}
	p.schedule(q.first, q.id, onlyVisit)
	p.schedule(q.seen, q.id, onlyVisit)
	if !q.promoted.IsZero() {
		p.schedule(q.promoted, p.owner(p.weekOf(q.promoted)), changeRole(q.id, q.role, pick(p.r, promotions)))
	}
	switch {
	case q.manages() || q.seen.Sub(q.first) < 6*day:
	case p.r.IntN(50) == 0:
		p.absence(q)
	default:
		p.selfEdits(q)
		p.managerEdits(q)
	}
	if !q.left.IsZero() {
		p.departure(q)
	}
}

// addition plans the creation of a person, whose name may be corrected later.
func (p *plan) addition(q *person) {
	org := orgOf(q.id)
	org.Manager.ID = users.ID(p.managerOf(q))
	n := users.NewPerson{ID: q.id, Name: q.name.display, Role: q.role, OrgFields: orgFields(org)}
	by := p.adminInWeek(q.week).id
	if q.role != users.RoleUser {
		by = p.owner(q.week)
	}
	if !q.promoted.IsZero() {
		n.Role = users.RoleUser
	}
	switch chance := p.r.IntN(100); {
	case chance < 2:
		by = "" // the operator, at the command line
	case chance < 10: // set from the claims at the sign-in
		n.Name = ""
	case chance < 20 && n.Name != q.name.plain:
		n.Name = q.name.plain
		until := p.ago(time.Hour)
		switch {
		case !q.left.IsZero():
			until = q.left
		case q.restored: // not while they are deleted
			until = q.seen
		}
		at := p.during(q.created.Add(time.Hour), until, q.name.zone)
		p.schedule(at, p.manager(q, at), edit(q.id, users.Edit{Fields: users.Fields{Name: &q.name.display}, Reason: pick(p.r, spellings)}))
	}
	p.schedule(q.created, by, addPerson(n))
}

// manager returns a user who may edit a person at a time.
func (p *plan) manager(q *person, at time.Time) string {
	if q.manages() {
		return p.owner(p.weekOf(at))
	}
	return p.adminAt(at)
}

// selfEdits plans an edit of the own record for some.
func (p *plan) selfEdits(q *person) {
	switch p.r.IntN(28) {
	case 0, 1:
		p.own(q, users.ProfileEdit{Fields: users.Fields{Channels: map[string]bool{"web_ui": true}}})
	case 2:
		p.own(q, users.ProfileEdit{Fields: users.Fields{Channels: map[string]bool{"email": false, "web_ui": true}}})
	case 3:
		p.own(q, users.ProfileEdit{Fields: users.Fields{Types: map[string]bool{"comment_mention": false}}})
	case 4:
		picture := "https://pictures.example.com/" + q.name.local + "-2.jpg"
		p.own(q, users.ProfileEdit{Fields: users.Fields{PictureURL: &picture}})
	}
	if p.r.IntN(3) == 0 {
		p.schedule(p.during(q.first, q.seen, q.name.zone), q.id, onlyVisit)
	}
}

// own plans an edit of the own record.
func (p *plan) own(q *person, e users.ProfileEdit) {
	p.schedule(p.during(q.first, q.seen, q.name.zone), q.id, editProfile(e))
}

// managerEdits plans an edit or a refusal for a few.
func (p *plan) managerEdits(q *person) {
	at := p.during(q.first, q.seen.Add(-2*day), q.name.zone)
	switch by := p.manager(q, at); p.r.IntN(60) {
	case 0:
		p.schedule(at, by, edit(q.id, users.Edit{Fields: users.Fields{Channels: map[string]bool{"email": false}}, Reason: pick(p.r, mutings)}))
	case 1:
		none := ""
		p.schedule(at, by, edit(q.id, users.Edit{Fields: users.Fields{PictureURL: &none}, Reason: pick(p.r, pictureRemovals)}))
	case 2:
		if q.role == users.RoleUser {
			p.schedule(at, q.id, refuseAccess("GET /users"))
		}
	case 3:
		p.schedule(at, "", refusedSignIn(q, anotherAccount))
	case 4:
		p.schedule(at, by, resetSignIn(q.id, pick(p.r, resets)))
	}
}

// absence plans a deactivation for some days, before the person is last seen.
func (p *plan) absence(q *person) {
	gone := p.during(q.first.Add(day), q.seen.Add(-4*day), "Europe/Zurich")
	back := p.during(gone.Add(day), gone.Add(4*day), "Europe/Zurich")
	p.schedule(gone, p.manager(q, gone), deactivate(q.id, pick(p.r, leaves)))
	p.schedule(back, p.manager(q, back), reactivate(q.id, pick(p.r, returns)))
}

// departure plans the deactivation or deletion of a person.
func (p *plan) departure(q *person) {
	by := p.manager(q, q.left)
	if q.outcome == deleted {
		p.schedule(q.left, by, deleteUser(q.id, pick(p.r, erasures)))
		p.graceEnds(q.left.Add(users.DefaultDeletionGrace))
		return
	}
	p.schedule(q.left, by, deactivate(q.id, pick(p.r, departures)))
	if p.r.IntN(4) == 0 {
		p.schedule(p.during(q.left.Add(time.Hour), p.ago(time.Minute), q.name.zone), "", refusedSignIn(q, unchanged))
	}
}

// unverified and the next ones change the claims of a person so that the sign-in is refused.
func unverified(c *users.Claims)     { c.Verified = users.VerifiedNo }
func anotherAccount(c *users.Claims) { c.Subject += "-2" }
func unchanged(*users.Claims)        {}
