package demodata

import (
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// firstAdmins is how many of the crowd come first, to manage the others.
const firstAdmins = 3

// person makes up the i-th of the crowd, who comes at a time.
func (c *crowd) person(i int, at time.Time) users.Arrival {
	name := c.cultures[pick(c.r, c.deck)].wideName(c.r)
	role, fate := c.part(i)
	domain := "example.com"
	if role == users.RoleUser {
		domain = pick(c.r, domains)
	}
	id := users.ID(c.unique(name.local, "@"+domain))
	a := users.NewArrival(users.KindPerson, id, c.creator(i, at, role), at)
	a.User.Name, a.User.Role = c.given(name), role
	claims := c.claims(id, name)
	browser := users.Visitor("", address(c.r), pick(c.r, agents))
	if fate == invited {
		return a
	}
	first := c.during(at.Add(20*time.Minute), at.Add(9*day), name.zone)
	a.Since = append(a.Since, users.FirstSignIn(first, c.acting(browser), claims))
	browser.Key = a.User.Key
	c.live(&a, first, browser, name)
	c.leaveOrStay(&a, first, fate, name)
	if fate == active {
		c.remember(settled{browser, first}, a.User)
	}
	return a
}

// part makes up role and fate of the i-th.
func (c *crowd) part(i int) (users.Role, fate) {
	role, fate := users.RoleUser, active
	switch n := c.r.IntN(100); {
	case n < 5:
		fate = invited
	case n < 11:
		fate = deactivated
	case n < 21:
		fate = quiet
	}
	switch n := c.r.IntN(10_000); {
	case n < 5 || i < firstAdmins:
		role, fate = users.RoleAdmin, active
	case n < 25:
		role = users.RoleAuditor
	}
	return role, fate
}

// given returns the name that somebody is added with: none of some, and without
// accents of others.
func (c *crowd) given(name fullName) string {
	switch n := c.r.IntN(100); {
	case n < 8:
		return ""
	case n < 18:
		return name.plain
	}
	return name.display
}

// claims returns what the provider says of a person.
func (c *crowd) claims(id users.ID, name fullName) users.Claims {
	claims := users.Claims{
		Issuer: c.options.Issuer, Subject: c.options.Subject(string(id)), Address: string(id), Verified: users.VerifiedYes,
		TimeZone: name.zone,
	}
	if c.r.IntN(6) > 0 {
		claims.Name = name.display
	}
	if c.r.IntN(8) == 0 {
		claims.PictureURL = "https://pictures.example.com/" + name.local + ".jpg"
	}
	return claims
}

// live adds what some do to their own record.
func (c *crowd) live(a *users.Arrival, first time.Time, browser users.Actor, name fullName) {
	var change func(*users.User)
	switch c.r.IntN(100) {
	case 0, 1, 2:
		change = func(u *users.User) { u.Channels["web_ui"] = true }
	case 3, 4:
		change = func(u *users.User) { u.Channels["email"], u.Channels["web_ui"] = false, true }
	case 5, 6:
		change = func(u *users.User) { u.Types["comment_mention"] = false }
	case 7:
		change = func(u *users.User) { u.PictureURL = "https://pictures.example.com/" + name.local + "-2.jpg" }
	default:
		return
	}
	at := c.during(first.Add(time.Hour), first.Add(25*day), name.zone)
	a.Since = append(a.Since, users.Edited(at, c.acting(browser), users.ActionEdited, "", change))
}

// leaveOrStay adds what becomes of somebody, and when they were last seen.
func (c *crowd) leaveOrStay(a *users.Arrival, first time.Time, fate fate, name fullName) {
	latest := first.Add(26 * day) // nothing else happens to them later
	switch fate {
	case deactivated:
		left := c.during(latest.Add(2*day), c.ago(crowdEnds), "Europe/Zurich")
		a.Seen = c.during(latest, left.Add(-day), name.zone)
		a.Since = append(a.Since, users.Departed(left, c.admin(c.r.IntN(1000), left), pick(c.r, departures)))
	case quiet:
		a.Seen = c.during(latest, c.ago(95*day), name.zone)
	default:
		s := pick(c.r, recency)
		a.Seen = c.during(c.ago(s.from), c.ago(s.to), name.zone)
	}
}

// remember keeps those who will do things to others.
func (c *crowd) remember(s settled, u users.User) {
	s.ID, s.Name, s.Role = u.ID, u.Name, u.Role
	switch {
	case u.Role == users.RoleAdmin:
		c.admins = append(c.admins, s)
	case len(c.pool) < 400:
		c.pool = append(c.pool, s)
	case c.r.IntN(40) == 0:
		c.pool[c.r.IntN(len(c.pool))] = s
	}
}
