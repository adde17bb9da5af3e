package web

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// deletedView is the view of the directory with the users who can be restored.
const (
	deletedView = "deleted"
	deletedPath = "/users?view=" + deletedView
)

// restoreForm is the form that restores a deleted user, as it is posted.
type restoreForm struct {
	UserID string `form:"user_id"` // another one than at the deletion; empty for the same
	Reason string `form:"reason"`
}

// purgeForm is the form that deletes a user for good, as it is posted.
type purgeForm struct {
	Confirm string `form:"confirm"`
	Reason  string `form:"reason"`
}

// listDeleted serves GET /users?view=deleted.
func (a *App) listDeleted(c echo.Context) error {
	all, more, err := a.users.DeletedUsers(c.Request().Context(), actor(c), users.Key(c.QueryParam("after")))
	if err != nil {
		return err
	}
	t := a.presenter(c)
	m := views.DeletedUsers{Chrome: a.chrome(c, words.DeletedUsers, "users"), Text: words.DeletedText(a.users.DeletionGrace())}
	m.Crumbs = []views.Link{{Label: "Users", URL: "/users"}, {Label: words.DeletedUsers}}
	for _, d := range all {
		m.Users = append(m.Users, t.deleted(d))
	}
	if c.QueryParams().Has("after") {
		m.First = deletedPath
	}
	if more {
		m.Next = deletedPath + "&after=" + url.QueryEscape(string(all[len(all)-1].Key))
	}
	return render(c, http.StatusOK, views.DeletedUsersPage(m))
}

// deleted shows a deleted user. Their name leads to what is stored of them.
func (t presenter) deleted(d users.DeletedUser) views.DeletedUser {
	m := views.DeletedUser{
		Person: t.person(d.Ref()), Role: words.Role(d.Role), Kind: words.Kind(d.Kind), When: t.time(d.DeletedAt), Left: words.DaysLeft(d.EndsAt.Sub(t.now)), Ends: t.time(d.EndsAt),
	}
	m.Person.URL = deletedUserPath(d.Key)
	switch {
	case d.By.Key == d.Key:
		m.By = unlinked(words.Themselves(d.Kind))
	case d.By.Key == "":
		m.By = unlinked(words.Actor(users.ActorOperator))
	case d.By.ID == "":
		m.By = unlinked("A deleted user")
	default:
		m.By = t.person(d.By)
	}
	if seesAudit(t.actor) {
		m.Event = eventPath(d.Seq)
	}
	m.Restore, m.RestoreWhy = allowed(t.actor, users.ActRestore, userOf(d), deletedUserPath(d.Key)+"/restore")
	m.Purge, _ = allowed(t.actor, users.ActDelete, userOf(d), deletedUserPath(d.Key)+"/purge")
	return m
}

// userOf returns a deleted user as far as permissions ask for it.
func userOf(d users.DeletedUser) users.User {
	return users.User{Key: d.Key, ID: d.ID, Name: d.Name, Kind: d.Kind, Role: d.Role}
}

// deletedUserPath returns the path of the page about a deleted user.
func deletedUserPath(key users.Key) string { return "/deleted/" + url.PathEscape(string(key)) }

// showDeleted serves GET /deleted/:key.
func (a *App) showDeleted(c echo.Context) error {
	plan, err := a.users.RestorePlan(c.Request().Context(), actor(c), users.Key(c.Param("key")))
	if err != nil {
		return err
	}
	t := a.presenter(c)
	m := views.DeletedUserDetail{
		Chrome: a.deletedChrome(c, plan, ""), User: t.deleted(plan.DeletedUser), Created: t.time(plan.User.CreatedAt), Seen: t.time(plan.User.SeenAt),
		Back: comesBack(plan), Lost: staysLost(plan),
	}
	return render(c, http.StatusOK, views.DeletedUserPage(m))
}

// deletedChrome is the chrome of a page about a deleted user.
func (a *App) deletedChrome(c echo.Context, plan users.RestorePlan, title string) views.Chrome {
	label := words.Plain(plan.Ref().Label())
	full, last := label, views.Link{Label: label}
	if title != "" {
		full, last.URL = title+" · "+bidi.Isolate(label), deletedUserPath(plan.Key)
	}
	chrome := a.chrome(c, full, "users")
	chrome.Crumbs = []views.Link{{Label: "Users", URL: "/users"}, {Label: words.DeletedUsers, URL: deletedPath}, last}
	if title != "" {
		chrome.Crumbs = append(chrome.Crumbs, views.Link{Label: title})
	}
	return chrome
}

// comesBack lists what a restoration brings back.
func comesBack(p users.RestorePlan) []string {
	all := []string{"The record, with the role " + string(p.Role) + " and the status " + string(p.User.Status) + "."}
	if p.Taken.Key == "" {
		all = append(all, "The user ID "+string(p.ID)+".")
	}
	if n := len(p.Identities); n > 0 {
		all = append(all, "The sign-in, with "+numbers.Counted(n, "provider account", "provider accounts")+".")
	}
	if p.Tokens > 0 {
		all = append(all, words.Capital(numbers.Counted(p.Tokens, "token", "tokens"))+", each until its expiry.")
	}
	if n := len(p.ResponsibleFor); n > 0 {
		all = append(all, "They are responsible again for "+words.Few(labels(p.ResponsibleFor))+".")
	}
	if p.Views > 0 {
		all = append(all, numbers.Counted(p.Views, "saved view", "saved views")+".")
	}
	return all
}

// staysLost lists what a restoration does not bring back.
func staysLost(p users.RestorePlan) []string {
	var all []string
	if p.Kind == users.KindPerson {
		all = append(all, "Sessions: they sign in again.")
	}
	if p.Taken.Key != "" {
		all = append(all, "The user ID "+string(p.ID)+", which "+bidi.Isolate(words.Plain(p.Taken.Label()))+" has now. Another one is needed.")
	}
	for _, i := range p.LostIdentities {
		all = append(all, "The provider account "+words.Plain(i.Subject)+" of "+words.Plain(i.Issuer)+", which is linked to another user now.")
	}
	if p.Gone.Key != "" {
		all = append(all, "The responsible person: "+bidi.Isolate(words.Plain(string(p.Gone.Label())))+" is deactivated or deleted.")
	}
	if p.Left > 0 {
		all = append(all, numbers.Counted(p.Left, "service user that was", "service users that were")+" handed over or deleted meanwhile, or that you can't edit.")
	}
	if p.Tokens > 0 {
		all = append(all, "The recorded uses of the tokens.")
	}
	return all
}

// labels returns the names of users.
func labels(all []users.User) []string {
	names := make([]string, len(all))
	for i, u := range all {
		names[i] = words.Plain(u.Label())
	}
	return names
}

// deletedTarget returns the deleted user in the path of c, if the viewer may carry out act.
func (a *App) deletedTarget(c echo.Context, act users.Act) (users.RestorePlan, error) {
	plan, err := a.users.RestorePlan(c.Request().Context(), actor(c), users.Key(c.Param("key")))
	if err != nil {
		return users.RestorePlan{}, err
	}
	return plan, actor(c).May(act, plan.User)
}

// restoreLink returns the address of the form that restores the user of a deletion, empty if they
// can't be restored, or not by the viewer.
func (a *App) restoreLink(c echo.Context, e users.Event) (string, error) {
	plan, err := a.users.RestorePlan(c.Request().Context(), actor(c), e.Target.Key)
	if errors.Is(err, users.ErrNotFound) || errors.Is(err, users.ErrForbidden) || err == nil && plan.Seq != e.Seq {
		return "", nil
	}
	path, _ := allowed(actor(c), users.ActRestore, plan.User, deletedUserPath(e.Target.Key)+"/restore")
	return path, err
}

// restoreUserForm serves GET /deleted/:key/restore.
func (a *App) restoreUserForm(c echo.Context) error {
	plan, err := a.deletedTarget(c, users.ActRestore)
	if err != nil {
		return err
	}
	return showConsequence(a, c, restoreForm{}, func(form restoreForm) (views.Consequence, error) {
		return a.restorePage(c, plan, form, outcome{}), nil
	})
}

// restoreUser serves POST /deleted/:key/restore.
func (a *App) restoreUser(c echo.Context) error {
	plan, err := a.deletedTarget(c, users.ActRestore)
	if err != nil {
		return err
	}
	var form restoreForm
	var restored users.User
	if err = bindForm(c, &form); err == nil {
		restored, err = a.users.Restore(c.Request().Context(), actor(c), plan.Key, users.Restoration{ID: form.UserID, Reason: form.Reason})
	}
	if err == nil {
		return a.done(c, words.Restored(restored.Label()), restored.ID)
	}
	return a.answerConsequence(c, err, "", nil, func(o outcome) (views.Consequence, error) {
		return a.restorePage(c, plan, form, o), nil
	})
}

// restorePage says what restoring brings back, and asks for another user_id where that of the
// deletion is taken.
func (a *App) restorePage(c echo.Context, plan users.RestorePlan, form restoreForm, o outcome) views.Consequence {
	m := a.deletedConsequence(c, plan, words.Restore, "restore", form.Reason, o)
	m.Back, m.Lost = comesBack(plan), staysLost(plan)
	if plan.Taken.Key != "" || o.problem("user_id") != "" || form.UserID != "" {
		field := o.on(views.Field{
			Name: "user_id", Label: "User ID", Value: form.UserID, Required: true,
			Hint: "Another one than " + string(plan.ID) + ". For a person, the e-mail address they sign in with.",
		})
		m.UserID = &field
	}
	return m
}

// deletedConsequence is what the consequence pages of a deleted user have.
func (a *App) deletedConsequence(c echo.Context, plan users.RestorePlan, verb, tail, reason string, o outcome) views.Consequence {
	m := views.Consequence{
		Chrome: a.deletedChrome(c, plan, verb), FormState: views.FormState{Problems: o.problems},
		Who: a.presenter(c).deleted(plan.DeletedUser).Person, Heading: verb + " " + bidi.Isolate(words.Plain(plan.Ref().Label())) + "?",
		Button: verb, Action: deletedUserPath(plan.Key) + "/" + tail, Cancel: deletedUserPath(plan.Key), Reason: o.reasonField(reason),
	}
	return m
}

// purgeUserForm serves GET /deleted/:key/purge.
func (a *App) purgeUserForm(c echo.Context) error {
	plan, err := a.deletedTarget(c, users.ActDelete)
	if err != nil {
		return err
	}
	return showConsequence(a, c, purgeForm{}, func(form purgeForm) (views.Consequence, error) {
		return a.purgePage(c, plan, form, outcome{}), nil
	})
}

// purgeUser serves POST /deleted/:key/purge.
func (a *App) purgeUser(c echo.Context) error {
	plan, err := a.deletedTarget(c, users.ActDelete)
	if err != nil {
		return err
	}
	var form purgeForm
	if err = bindForm(c, &form); err == nil {
		err = a.users.Purge(c.Request().Context(), actor(c), plan.Key, users.Purging{Confirm: form.Confirm, Reason: form.Reason})
	}
	return a.answerConsequence(c, err, words.Purged(plan.Ref().Label()), nil, func(o outcome) (views.Consequence, error) {
		return a.purgePage(c, plan, form, o), nil
	})
}

// purgePage says what deleting for good ends, and asks for the user_id.
func (a *App) purgePage(c echo.Context, plan users.RestorePlan, form purgeForm, o outcome) views.Consequence {
	m := a.deletedConsequence(c, plan, words.DeleteForGood, "purge", form.Reason, o)
	m.Danger, m.Heading = true, words.PurgeTitle(plan.Ref().Label())
	m.Final = []string{"The user can't be restored: record, responsibilities and saved views are gone."}
	if plan.Tokens > 0 {
		m.Final = append(m.Final, words.Capital(numbers.Counted(plan.Tokens, "token is", "tokens are"))+" revoked.")
	}
	if len(plan.Identities) > 0 {
		m.Final = append(m.Final, "Their account at the provider is no longer refused as that of a deleted user.")
		if a.users.SignsUp(plan.ID) {
			m.Final = append(m.Final, "They can then sign in with the address "+string(plan.ID)+" as a new user.")
		}
	}
	m.Stays = []string{"The audit log keeps the activity, with user ID and name, until an owner erases it."}
	confirm := o.confirmField(plan.ID, form.Confirm)
	m.Confirm = &confirm
	return m
}
