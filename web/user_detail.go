package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/numbers"
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

// userDetailPage is the page with a user's details and the acts that the viewer may carry out.
func (a *App) userDetailPage(c echo.Context, d users.Detail) (views.UserDetail, error) {
	t, u := a.presenter(c), d.User
	recent, err := a.history.Recent(c.Request().Context(), t.actor, u)
	if err != nil {
		return views.UserDetail{}, err
	}
	m := views.UserDetail{
		Chrome:         a.userChrome(c, u, ""),
		Facts:          t.userFacts(d),
		Note:           t.note(u),
		Recent:         t.events(recent),
		History:        userPath(u.ID, "activity"),
		ResponsibleFor: t.serviceLines(d.ResponsibleFor),
		Role:           t.roleForm(d.User, d.LastOwner, roleForm{Role: string(u.Role), Version: u.Version}, outcome{}),
		Danger:         t.danger(d),
	}
	if u.Kind == users.KindPerson && m.Role.Why == "" {
		knows, err := a.users.KnowsTokens(c.Request().Context(), u.Key)
		if err != nil {
			return m, err
		}
		if knows { // which tokens to rotate is chosen on the form's own page
			m.Role.Page = m.Role.Action
		}
	}
	m.Facts.Org = t.orgFacts(u, a.users.Provided)
	if m.Leaving, err = a.leaving(c, u); err != nil {
		return m, err
	}
	switch u.Kind {
	case users.KindPerson:
		m.SignIn = a.signInFacts(t, d)
	case users.KindService:
		m.Service = t.serviceFacts(u)
	}
	m.Previous, m.Next = a.neighbours(c, u)
	m.Head, err = a.userHead(c, u, "Overview")
	return m, err
}

// userFacts are the facts about any user.
func (t presenter) userFacts(d users.Detail) views.UserFacts {
	u := d.User
	f := views.UserFacts{
		Kind: words.Kind(u.Kind), Created: t.time(u.CreatedAt), CreatedBy: t.creator(u),
		Updated: t.time(u.UpdatedAt), Seen: t.time(u.SeenAt),
	}
	if u.Kind == users.KindPerson {
		f.Notifications = words.Notifications(t.subject(u), u.Channels, u.Types)
		f.TimeZone = words.Plain(u.TimeZone)
		f.Sessions = views.Link{Label: numbers.Counted(len(d.Sessions), "session", "sessions"), URL: userPath(u.ID, "sessions")}
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
	f := &views.ServiceFacts{
		Purpose: words.Plain(u.Purpose), Responsible: t.person(u.Responsible), ReviewOn: words.Date(u.ReviewOn),
		Due: t.due(u.ReviewOn), Review: t.review(u),
	}
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
		f.SignInURL, f.Message = a.signInURL(), userPath(u.ID)+"?added=1"
	} else if len(d.Identities) == 0 {
		f.Invited = "No account at the provider is linked to this user, and none can be while they are deactivated."
	}
	if d.LastRefusal != nil {
		refused := t.refusedSignIn(*d.LastRefusal)
		f.Refused = &refused
	}
	// The link, or one reason why there is none.
	switch err := t.actor.May(users.ActResetSignIn, u); {
	case len(d.Identities) == 0 || t.actor.May(users.ActEdit, u) != nil: // the head of the page says why
	case err != nil:
		f.ResetWhy = err.Error()
	case d.LastOwner:
		f.ResetWhy = words.LastOwner
	default:
		f.Reset = userPath(u.ID, "reset-sign-in")
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

// danger links to deactivating and deleting, as far as the viewer may. It is empty if the viewer
// may not edit the user: the head of the page says why.
func (t presenter) danger(d users.Detail) views.Danger {
	u := d.User
	if t.actor.May(users.ActEdit, u) != nil {
		return views.Danger{}
	}
	if d.LastOwner {
		return views.Danger{Why: words.LastOwner}
	}
	var danger views.Danger
	var why [2]string // of deactivating or reactivating, and of deleting
	if u.Status == users.StatusDeactivated {
		danger.Reactivate, why[0] = allowed(t.actor, users.ActReactivate, u, userPath(u.ID, "reactivate"))
	} else {
		danger.Deactivate, why[0] = allowed(t.actor, users.ActDeactivate, u, userPath(u.ID, "deactivate"))
	}
	danger.Delete, why[1] = allowed(t.actor, users.ActDelete, u, userPath(u.ID, "delete"))
	if danger == (views.Danger{}) {
		danger.Why = why[1]
	}
	return danger
}
