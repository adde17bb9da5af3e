package demodata

import (
	"slices"
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
		s := pick(p.r, recency)
		q.seen = p.during(p.ago(s.from), p.ago(s.to), zone)
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
var recency = slices.Concat(
	slices.Repeat([]span{{20 * time.Hour, 20 * time.Minute}}, 1),
	slices.Repeat([]span{{4 * day, 20 * time.Hour}}, 5),
	slices.Repeat([]span{{9 * day, 2 * day}}, 6),
	slices.Repeat([]span{{30 * day, 3 * day}}, 4),
	slices.Repeat([]span{{88 * day, 12 * day}}, 4),
)

// A span is between two times before the present.
type span struct{ from, to time.Duration }

// earlier returns the one of two times that comes first.
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
	switch {
	case q.manages() || q.seen.Sub(q.first) < 6*day:
	case p.r.IntN(50) == 0:
		p.leave(q)
	default:
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
		by = "" // the operator, at the command line
	case chance < 10: // the provider gives it when they sign in
		n.Name = ""
	case chance < 20 && n.Name != q.name.plain:
		n.Name = q.name.plain
		until := p.ago(time.Hour)
		if !q.left.IsZero() {
			until = q.left
		}
		at := p.during(q.created.Add(time.Hour), until, q.name.zone)
		p.will(at, p.manager(q, at), edit(q.id, users.Edit{Fields: users.Fields{Name: &q.name.display}, Reason: pick(p.r, spellings)}))
	}
	p.will(q.created, by, addPerson(n))
}

// manager returns who may edit a person at a time.
func (p *plan) manager(q *person, at time.Time) string {
	if q.manages() {
		return p.owner(p.weekOf(at))
	}
	return p.dutyAt(at)
}

// ownEdits plans what some do to their own record.
func (p *plan) ownEdits(q *person) {
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
		p.will(at, by, resetSignIn(q.id, pick(p.r, resets)))
	}
}

// leave plans that a person is away for some days, and back before they are seen
// for the last time.
func (p *plan) leave(q *person) {
	gone := p.during(q.first.Add(day), q.seen.Add(-4*day), "Europe/Zurich")
	back := p.during(gone.Add(day), gone.Add(4*day), "Europe/Zurich")
	p.will(gone, p.manager(q, gone), deactivate(q.id, pick(p.r, leaves)))
	p.will(back, p.manager(q, back), reactivate(q.id, pick(p.r, returns)))
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
