package demodata

import (
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// nextReview draws the day of the next review of a service user; some are overdue.
func (c *bulk) nextReview() users.Date {
	days := 10 + c.r.IntN(1000)
	if c.r.IntN(20) == 0 {
		days = -c.r.IntN(60)
	}
	return users.Date(c.now.Add(time.Duration(days) * day).Format(time.DateOnly))
}

// service generates service user i, who is created at a time.
func (c *bulk) service(i int, at time.Time) users.Arrival {
	s, chance := pick(c.r, c.listed), c.r.IntN(100)
	s.id = c.unique(s.id, "")
	responsible, ok := c.responsibleAt(at)
	if chance < 8 || !ok {
		return users.NewArrival(users.KindService, users.ID(s.id), users.Command(request(c.requests)), at)
	}
	a := users.NewArrival(users.KindService, users.ID(s.id), c.admin(i/40, at), at)
	a.User.Name, a.User.Purpose = s.name, s.purpose
	org := serviceOrgOf(s.id)
	a.User.Department, a.User.Labels = org.Department, org.Labels
	a.User.Responsible = users.Ref{Key: responsible.Key, ID: responsible.ID, Name: responsible.Name, Kind: users.KindPerson}
	a.User.ReviewOn = users.Date(at.AddDate(0, pick(c.r, []int{6, 9, 12}), 0).Format(time.DateOnly))
	reviewed := c.during(at.Add(20*day), c.ago(bulkEnds), "Europe/Zurich")
	next := c.nextReview()
	a.Since = append(a.Since, users.Edited(reviewed, c.withRequest(responsible.Actor), users.ActionReviewed, "", func(u *users.User) { u.ReviewOn = next }))
	if chance < 14 {
		retired := c.during(reviewed.Add(day), c.ago(bulkEnds), "Europe/Zurich")
		a.Since = append(a.Since, users.Departed(retired, c.admin(c.r.IntN(1000), retired), pick(c.r, retirements)))
	}
	return a
}

// responsibleAt returns a person who can be responsible for a service user from a time on.
func (c *bulk) responsibleAt(at time.Time) (signedIn, bool) {
	for range 20 {
		if len(c.pool) == 0 {
			break
		}
		if s := pick(c.r, c.pool); s.since.Before(at) {
			return s, true
		}
	}
	return signedIn{}, false
}
