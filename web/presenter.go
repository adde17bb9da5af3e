package web

import (
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// A presenter converts values of the domain to view models for one viewer: relative to one
// moment, in the viewer's time zone, with links to the pages that the viewer may open.
type presenter struct {
	actor    users.Actor
	now      time.Time
	zone     *time.Location
	pictures pictureHosts
}

// presenter returns the presenter for the viewer.
func (a *App) presenter(c echo.Context) presenter {
	return presenter{actor: actor(c), now: a.now(), zone: zoneOf(viewer(c)), pictures: a.pictureHosts}
}

// zoneOf returns the time zone a user has chosen, or UTC.
func zoneOf(u users.User) *time.Location {
	if known, ok := locations.Load(u.TimeZone); ok {
		return known.(*time.Location)
	}
	zone, err := time.LoadLocation(u.TimeZone)
	if err != nil { // the machine's time zone database lacks it
		return time.UTC
	}
	locations.Store(u.TimeZone, zone)
	return zone
}

// locations caches time zones by name, since loading one reads a file.
var locations sync.Map

// time shows a moment to the viewer.
func (t presenter) time(at time.Time) views.Time { return timeAs(at, t.now, t.zone) }

// today is the present day in the viewer's time zone.
func (t presenter) today() users.Date { return users.Date(t.now.In(t.zone).Format(time.DateOnly)) }

// due reports whether a review date has come.
func (t presenter) due(d users.Date) bool { return d != "" && d <= t.today() }

// person shows a user without a picture.
func (t presenter) person(r users.Ref) views.Person { return t.pictured(r, "") }

// user shows a user with a picture, as in lists.
func (t presenter) user(u users.User) views.Person { return t.pictured(u.Ref(), u.PictureURL) }

// pictured shows a user by name, and an erased user, who has no name and no user_id, by a
// pseudonym.
func (t presenter) pictured(r users.Ref, picture string) views.Person {
	if r.Key == "" && r.ID == "" {
		return views.Person{}
	}
	p := views.Person{Label: words.Plain(r.Label()), ID: words.Plain(string(r.ID)), URL: t.userURL(r)}
	if p.Label == "" {
		p.Label = "user " + pseudonym(r.Key)
	}
	p.Avatar = views.AvatarOf(p.Label, string(r.Key), r.Kind == users.KindService, t.pictures.shown(picture))
	return p
}

// pseudonym returns the name that an erased user is shown by.
func pseudonym(key users.Key) string { return string(key)[:min(len(key), directory.KeyBeginning)] }

// userURL returns the address of a user's page, "" if the viewer may not open it.
func (t presenter) userURL(r users.Ref) string {
	switch {
	case r.ID == "":
		return ""
	case seesDirectory(t.actor):
		return userPath(r.ID)
	case r.Key == t.actor.Key:
		return "/profile"
	}
	return ""
}

// serviceLine shows a service user with its responsible person, and the form to mark it as
// reviewed if the viewer may.
func (t presenter) serviceLine(u users.User) views.ServiceLine {
	line := views.ServiceLine{Person: t.user(u), Purpose: words.Plain(u.Purpose), ReviewOn: words.Date(u.ReviewOn), Due: t.due(u.ReviewOn)}
	// The responsible person may open its page, though not those of other users.
	if line.URL == "" && t.actor.May(users.ActSee, u) == nil {
		line.URL = userPath(u.ID)
	}
	line.Review = t.review(u)
	return line
}

// serviceLines shows service users with their responsible person.
func (t presenter) serviceLines(list []users.User) []views.ServiceLine {
	lines := make([]views.ServiceLine, len(list))
	for i, u := range list {
		lines[i] = t.serviceLine(u)
	}
	return lines
}

// review is the form that marks u as reviewed, or nil if the viewer may not.
func (t presenter) review(u users.User) *views.Review {
	if u.Kind != users.KindService || t.actor.May(users.ActReview, u) != nil {
		return nil
	}
	return &views.Review{
		Action: userPath(u.ID, "reviewed"), Version: versionWord(u.Version),
		On: views.Field{Name: "review_on", Label: "Review date", Type: "date", Value: t.nextReviewOn(), Required: true},
	}
}

// session shows one signed-in browser.
func (t presenter) session(s users.Session) views.Session {
	return views.Session{
		ID: string(s.ID), Device: words.Device(s.UserAgent), Address: words.Plain(s.Address),
		Started: t.time(s.StartedAt), Seen: t.time(s.SeenAt), Expires: t.time(s.ExpiresAt),
		Current: s.ID == t.actor.Session,
	}
}

// sessions shows signed-in browsers.
func (t presenter) sessions(list []users.Session) []views.Session {
	all := make([]views.Session, len(list))
	for i, s := range list {
		all[i] = t.session(s)
	}
	return all
}

// identity shows a provider account of u.
func (t presenter) identity(u users.User, i users.Identity) views.Identity {
	return views.Identity{
		Issuer: words.Plain(i.Issuer), Subject: words.Plain(i.Subject), Address: words.Plain(i.Address),
		Differs: i.Address != "" && i.Address != string(u.ID), Bound: t.time(i.BoundAt),
	}
}

// nextReviewOn returns the proposed review date of a service user.
func (t presenter) nextReviewOn() string {
	return string(users.NextReview(t.today()))
}

// versionWord returns the version of a record for the hidden field of a form (optimistic
// locking): a form with an older version is stale.
func versionWord(version int64) string { return strconv.FormatInt(version, 10) }
