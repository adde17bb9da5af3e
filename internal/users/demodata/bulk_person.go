package demodata

import (
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// bulkAdmins is how many of the first people are admins.
const bulkAdmins = 3

// person generates person i, who is created at a time.
func (c *bulk) person(i int, at time.Time) users.Arrival {
	name := c.cultures[pick(c.r, c.deck)].longName(c.r)
	role, outcome := c.roleAndOutcome(i)
	domain := "example.com"
	if role == users.RoleUser {
		domain = pick(c.r, domains)
	}
	id := users.ID(c.unique(name.local, "@"+domain))
	a := users.NewArrival(users.KindPerson, id, c.creator(i, at, role), at)
	a.User.Name, a.User.Role = c.nameWhenAdded(name), role
	c.addOrg(&a.User, at)
	claims := c.claims(id, name)
	browser := users.Visitor("", address(c.r), pick(c.r, agents))
	if outcome == invited {
		return a
	}
	first := c.during(at.Add(20*time.Minute), at.Add(9*day), name.zone)
	a.Since = append(a.Since, users.FirstSignIn(first, c.withRequest(browser), claims))
	browser.Key = a.User.Key
	c.profileEdits(&a, first, browser, name)
	c.addOutcome(&a, first, outcome, name)
	if outcome == active {
		c.keepActor(signedIn{browser, first}, a.User)
	}
	return a
}

// addOrg sets department, title, manager, labels and note of a person who is created at a time.
func (c *bulk) addOrg(u *users.User, at time.Time) {
	org := orgOf(string(u.ID))
	u.Department, u.Title, u.Labels, u.Note = org.Department, org.Title, org.Labels, org.Note
	if len(c.pool) == 0 || org.Department == "" {
		return
	}
	if m := c.pool[drawOf(string(u.ID)+" manager").n(len(c.pool))]; m.since.Before(at) {
		u.Manager = users.Ref{Key: m.Key, ID: m.ID, Name: m.Name, Kind: users.KindPerson}
	}
}

// roleAndOutcome draws the role and the outcome of person i.
func (c *bulk) roleAndOutcome(i int) (users.Role, outcome) {
	role, outcome := users.RoleUser, active
	switch n := c.r.IntN(100); {
	case n < 5:
		outcome = invited
	case n < 11:
		outcome = deactivated
	case n < 21:
		outcome = unseen
	}
	switch n := c.r.IntN(10_000); {
	case n < 5 || i < bulkAdmins:
		role, outcome = users.RoleAdmin, active
	case n < 25:
		role = users.RoleAuditor
	}
	return role, outcome
}

// nameWhenAdded returns the name that a person is added with: some have none, others one
// without accents.
func (c *bulk) nameWhenAdded(name fullName) string {
	switch n := c.r.IntN(100); {
	case n < 8:
		return ""
	case n < 18:
		return name.plain
	}
	return name.display
}

// claims returns the claims of a person.
func (c *bulk) claims(id users.ID, name fullName) users.Claims {
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

// profileEdits adds an edit of the own record for some.
func (c *bulk) profileEdits(a *users.Arrival, first time.Time, browser users.Actor, name fullName) {
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
	a.Since = append(a.Since, users.Edited(at, c.withRequest(browser), users.ActionEdited, "", change))
}

// addOutcome adds what leads to the outcome, and when the person was last seen.
func (c *bulk) addOutcome(a *users.Arrival, first time.Time, outcome outcome, name fullName) {
	latest := first.Add(26 * day) // later than any edit
	switch outcome {
	case deactivated:
		left := c.during(latest.Add(2*day), c.ago(bulkEnds), "Europe/Zurich")
		a.Seen = c.during(latest, left.Add(-day), name.zone)
		a.Since = append(a.Since, users.Departed(left, c.admin(c.r.IntN(1000), left), pick(c.r, departures)))
	case unseen:
		a.Seen = c.during(latest, c.ago(95*day), name.zone)
	default:
		s := pick(c.r, recency)
		a.Seen = c.during(c.ago(s.from), c.ago(s.to), name.zone)
	}
}

// keepActor keeps a person as an admin, or as one who can be responsible for service users.
func (c *bulk) keepActor(s signedIn, u users.User) {
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
