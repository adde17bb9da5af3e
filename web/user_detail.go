package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// userDetail serves GET /users/:id. With ?added it is the page after a person
// was added, with what to send them.
func (a *App) userDetail(c echo.Context) error {
	readOn(c)
	id, err := a.pathID(c)
	if err != nil {
		return err
	}
	detail, err := a.users.Detail(c.Request().Context(), actor(c), id)
	if err != nil {
		return err
	}
	if c.QueryParams().Has("added") && detail.User.Status == users.StatusInvited {
		return render(c, http.StatusOK, views.PersonAddedPage(a.personAdded(c, detail.User)))
	}
	m, err := a.userDetailPage(c, detail)
	if err != nil {
		return err
	}
	a.rememberUser(c, detail.User.Key)
	return render(c, http.StatusOK, views.UserDetailPage(m))
}

// shownServiceUsers is how many service users of a person the page lists unfolded.
const shownServiceUsers = 6

// userDetailPage is the page with a user's details and the acts that the viewer may carry out.
func (a *App) userDetailPage(c echo.Context, d users.Detail) (views.UserDetail, error) {
	ctx, t, u := c.Request().Context(), a.presenter(c), d.User
	recent, err := a.history.Recent(ctx, t.actor, u)
	if err != nil {
		return views.UserDetail{}, err
	}
	weeks, err := a.history.UserWeeks(ctx, t.actor, u)
	if err != nil {
		return views.UserDetail{}, err
	}
	gone, err := a.deactivation(c, u, recent)
	if err != nil {
		return views.UserDetail{}, err
	}
	m := views.UserDetail{
		Chrome:  a.userChrome(c, u, ""),
		Head:    a.headWith(c, u, d.Tokens, "Overview"),
		Leaving: a.leaving(c, d),
		Strip:   t.strip(d, gone),
		Weeks:   t.weeks(u, weeks),
		Recent:  t.changeRows(recent),
		History: userPath(u.ID, "activity"),
		Facts:   t.userFacts(d),
		Note:    t.note(u),
	}
	m.Head.Badges, m.Head.Labels = kindBadges(t.actor, u), users.SplitLabels(u.Labels) // the strip has status and role
	m.Facts.Org = t.orgFacts(u, a.users.Provided)
	m.Facts.Org.Labels = nil
	m.ResponsibleFor, m.MoreFor = t.dueFirst(d.ResponsibleFor)
	switch u.Kind {
	case users.KindPerson:
		m.SignIn = a.signInFacts(t, d)
	case users.KindService:
		m.Service = t.serviceFacts(u)
	}
	m.Previous, m.Next = a.neighbours(c, u)
	m.Ended, err = a.ended(c, d, gone)
	return m, err
}

// dueFirst shows the service users of a person, those whose review is due before the others, and
// divides them into those that the page lists and those that it folds.
func (t presenter) dueFirst(all []users.User) (lines, more []views.ServiceLine) {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b users.User) int {
		switch due := t.due(a.ReviewOn); {
		case due == t.due(b.ReviewOn):
			return 0
		case due:
			return -1
		}
		return 1
	})
	lines = t.serviceLines(all)
	shown := min(len(lines), shownServiceUsers)
	return lines[:shown], lines[shown:]
}

// weeks is the chart of what u did, and what others did to u.
func (t presenter) weeks(u users.User, all []history.UserWeek) views.Chart {
	m := views.Chart{
		ID: "weeks", Caption: words.EventsByWeek, Unit: views.Unit{One: "event", Many: "events"}, PerRow: 1,
		First: views.Series{Name: words.By(u.Kind, u.Key == t.actor.Key)}, Second: views.Series{Name: words.ByOthers, Tone: "old"},
	}
	for _, w := range all {
		addWeek(&m, w.Monday, w.By, w.Others)
		if max(w.By, w.Others) >= history.MaxInWeek {
			m.Caption = words.EventsByWeekCut
		}
	}
	m.Axis = append(m.Axis, "This week")
	return m
}

// toldActions are the actions whose changes a short list leaves out: they are the whole record of a
// user or an identifier.
var toldActions = []users.Action{users.ActionCreated, users.ActionRestored, users.ActionBound, users.ActionReset, users.ActionMoved}

// changeRows shows events in short. What the sentence says is not repeated as a change.
func (t presenter) changeRows(list []users.Event) []views.ChangeRow {
	rows := make([]views.ChangeRow, len(list))
	for i, e := range t.events(list) {
		if e.Tail != "" || slices.Contains(toldActions, list[i].Action) {
			e.Changes = nil
		}
		for j := range e.Changes {
			e.Changes[j].Old, e.Changes[j].New = words.Shorten(e.Changes[j].Old, savedValue), words.Shorten(e.Changes[j].New, savedValue)
		}
		rows[i].Event = e
		if users.MayUndo(t.actor, list[i]) {
			rows[i].Undo = undoPath(list[i].Seq)
		}
	}
	return rows
}

// userFacts are the facts about any user.
func (t presenter) userFacts(d users.Detail) views.UserFacts {
	u := d.User
	f := views.UserFacts{Created: t.time(u.CreatedAt), CreatedBy: t.creator(u), Updated: t.time(u.UpdatedAt)}
	if u.Kind == users.KindPerson {
		f.Notifications = words.Notifications(t.subject(u), u.Channels, u.Types)
		f.TimeZone = words.TimeThere(u.TimeZone, t.now.In(zoneOf(u)).Format("15:04"))
	}
	return f
}

// subject is what a sentence about u begins with.
func (t presenter) subject(u users.User) string {
	if u.Key == t.actor.Key {
		return "You"
	}
	return bidi.Isolate(words.Plain(u.Label()))
}

// creator shows who created u.
func (t presenter) creator(u users.User) views.Person {
	switch {
	case u.CreatedBy.ID != "":
		return t.person(u.CreatedBy)
	case u.CreatedBy.Key != "":
		return unlinked("A deleted user")
	}
	return unlinked(words.Actor(users.ActorOperator))
}

// serviceFacts are the facts about a service user.
func (t presenter) serviceFacts(u users.User) *views.ServiceFacts {
	f := &views.ServiceFacts{Purpose: words.Plain(u.Purpose), Review: t.review(u)}
	if u.Purpose == "" || u.Responsible.ID == "" || u.ReviewOn == "" {
		f.Edit, _ = allowed(t.actor, users.ActEdit, u, userPath(u.ID, "edit"))
	}
	return f
}

// signInFacts are the provider accounts of a person and the last refused sign-in.
func (a *App) signInFacts(t presenter, d users.Detail) *views.SignInFacts {
	u := d.User
	f := &views.SignInFacts{}
	for _, i := range d.Identities {
		f.Identities = append(f.Identities, t.identity(u, i))
	}
	if u.Status == users.StatusInvited {
		f.Invited = words.InvitedSince(t.time(u.CreatedAt).Relative) + " They have not signed in yet. Their account at the provider is linked to this user when they first " +
			"sign in with the verified address " + string(u.ID) + "."
		f.SignInURL = a.signInURL()
	} else if len(d.Identities) == 0 {
		f.Invited = "No account at the provider is linked to this user, and none can be while they are deactivated."
	}
	if d.LastRefusal != nil {
		refused := t.refusedSignIn(*d.LastRefusal)
		f.Refused = &refused
	}
	return f
}

// signInURL is the address to send to those who are to sign in.
func (a *App) signInURL() string { return a.baseURL.JoinPath("/sign-in").String() }

// refusedSignIn shows a sign-in that was not accepted.
func (t presenter) refusedSignIn(r users.RefusedSignIn) views.RefusedSignIn {
	refusal := words.Refusals[string(r.Reason)]
	return views.RefusedSignIn{Address: words.Plain(r.Address), When: t.time(r.At), Why: refusal.Found, Fix: refusal.Admin}
}
