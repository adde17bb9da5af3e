package demodata

import (
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// time plans when a person comes, is seen and goes.
func (p *plan) time(q *person) {
	zone := q.name.zone
	q.created = p.joined(q.week)
	if q.fate == invited {
		return
	}
	q.first = p.during(q.created.Add(20*time.Minute), earlier(q.created.Add(9*day), p.ago(20*time.Minute)), zone)
	switch q.fate {
	case active:
		span := recency[p.r.IntN(len(recency))]
		q.seen = p.during(p.ago(span.from), p.ago(span.to), zone)
	case quiet:
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

// recency is how long ago active people were last seen; each is as likely.
var recency = []struct{ from, to time.Duration }{
	{20 * time.Hour, 20 * time.Minute},
	{4 * day, 20 * time.Hour}, {4 * day, 20 * time.Hour}, {9 * day, 20 * time.Hour}, {9 * day, 2 * day}, {9 * day, 2 * day},
	{30 * day, 3 * day}, {30 * day, 3 * day}, {60 * day, 9 * day}, {88 * day, 20 * day},
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// personStory plans what a person does and what is done to them.
func (p *plan) personStory(q *person) {
	p.arrival(q)
	if q.first.IsZero() {
		if p.r.IntN(8) == 0 {
			p.will(p.during(q.created.Add(time.Minute), p.ago(time.Minute), q.name.zone), "", refusedSignIn(q, unverified))
		}
		return
	}
	p.will(q.first, q.id, nothingElse)
	p.will(q.seen, q.id, nothingElse)
	if !q.promoted.IsZero() {
		p.will(q.promoted, p.owner(p.weekOf(q.promoted)), changeRole(q.id, q.role, pick(p.r, promotions)))
	}
	if q.seen.Sub(q.first) > 4*day {
		p.ownEdits(q)
		p.troubles(q)
	}
	if !q.left.IsZero() {
		p.departure(q)
	}
}

// arrival plans that a person is added, with a name that may be put right later.
func (p *plan) arrival(q *person) {
	n := users.NewPerson{ID: q.id, Name: q.name.display, Role: q.role}
	by := p.duty(q.week).id
	if q.role != users.RoleUser {
		by = p.owner(q.week)
	}
	if !q.promoted.IsZero() {
		n.Role = users.RoleUser
	}
	switch chance := p.r.IntN(100); {
	case chance < 2:
		by = ""
	case chance < 10: // the provider gives it when they sign in
		n.Name = ""
	case chance < 20 && n.Name != q.name.plain:
		n.Name = q.name.plain
		at := p.during(q.created.Add(time.Hour), p.ago(time.Hour), q.name.zone)
		if q.left.IsZero() || at.Before(q.left) {
			p.will(at, p.manager(q, at), edit(q.id, users.Edit{Fields: users.Fields{Name: &q.name.display}, Reason: pick(p.r, spellings)}))
		}
	}
	p.will(q.created, by, addPerson(n))
}

// manager returns who may edit a person at a time.
func (p *plan) manager(q *person, at time.Time) string {
	if q.role == users.RoleAdmin || q.role == users.RoleOwner {
		return p.owner(p.weekOf(at))
	}
	return p.dutyAt(at)
}

// ownEdits plans what some do to their own record.
func (p *plan) ownEdits(q *person) {
	switch p.r.IntN(16) {
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
	for range p.r.IntN(3) {
		p.will(p.during(q.first, q.seen, q.name.zone), q.id, nothingElse)
	}
}

// own plans that somebody edits their own record.
func (p *plan) own(q *person, e users.ProfileEdit) {
	p.will(p.during(q.first, q.seen, q.name.zone), q.id, editProfile(e))
}

// troubles plans what others do to a few.
func (p *plan) troubles(q *person) {
	at := p.during(q.first, q.seen.Add(-2*day), q.name.zone)
	switch by := p.manager(q, at); p.r.IntN(60) {
	case 0:
		p.will(at, by, edit(q.id, users.Edit{Fields: users.Fields{Channels: map[string]bool{"email": false}}, Reason: pick(p.r, quietings)}))
	case 1:
		none := ""
		p.will(at, by, edit(q.id, users.Edit{Fields: users.Fields{PictureURL: &none}, Reason: pick(p.r, pictureRemovals)}))
	case 2:
		if q.role == users.RoleUser {
			p.will(at, q.id, tryToSee("GET /users"))
		}
	case 3:
		p.will(at, "", refusedSignIn(q, anotherAccount))
	case 4:
		p.will(at, by, deactivate(q.id, pick(p.r, leaves)))
		p.will(p.during(at.Add(time.Hour), at.Add(day), q.name.zone), p.dutyFor(q, at.Add(time.Hour)), reactivate(q.id, pick(p.r, returns)))
	case 5:
		if q.role != users.RoleOwner {
			p.will(at, by, resetSignIn(q.id, pick(p.r, resets)))
		}
	}
}

// departure plans that a person goes.
func (p *plan) departure(q *person) {
	by := p.manager(q, q.left)
	if q.fate == deleted {
		p.will(q.left, by, deleteUser(q.id, pick(p.r, erasures)))
		return
	}
	p.will(q.left, by, deactivate(q.id, pick(p.r, departures)))
	if p.r.IntN(4) == 0 {
		p.will(p.during(q.left.Add(time.Hour), p.ago(time.Minute), q.name.zone), "", refusedSignIn(q, asThemselves))
	}
}

// What the provider says of those who are refused.
func unverified(c *users.Claims)     { c.Verified = users.VerifiedNo }
func anotherAccount(c *users.Claims) { c.Subject += "-2" }
func asThemselves(*users.Claims)     {}
