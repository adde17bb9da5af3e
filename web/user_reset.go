package web

import (
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// resetForm is the form that resets a sign-in, as it is posted.
type resetForm struct {
	AsUser bool   `form:"as_user"` // only from those who may change the role
	Reason string `form:"reason"`
}

// resetSignInForm serves GET /users/:id/reset-sign-in.
func (a *App) resetSignInForm(c echo.Context) error {
	target, err := a.target(c, users.ActResetSignIn)
	if err != nil {
		return err
	}
	return showConsequence(a, c, resetForm{}, func(form resetForm) (views.Consequence, error) {
		return a.resetPage(c, target, form, outcome{}), nil
	})
}

// resetSignIn serves POST /users/:id/reset-sign-in.
func (a *App) resetSignIn(c echo.Context) error {
	target, err := a.target(c, users.ActResetSignIn)
	if err != nil {
		return err
	}
	var form resetForm
	err = bindForm(c, &form)
	if err == nil {
		err = a.users.ResetSignIn(c.Request().Context(), actor(c), target.User.ID, form.reset())
	}
	if form.AsUser && actor(c).May(users.ActChangeRole, target.User) != nil {
		known := requestOf(c.Request())
		known.refused = append(known.refused, "as_user")
	}
	done := words.ResetDone(target.User.Label())
	return a.answerConsequence(c, err, done, nil, func(o outcome) (views.Consequence, error) {
		return a.resetPage(c, target, form, o), nil
	})
}

// reset returns the form as the domain takes it.
func (f resetForm) reset() users.SignInReset {
	return users.SignInReset{Reason: f.Reason, AsUser: f.AsUser}
}

// resetPage shows which account at the provider is linked and which was refused, and says
// what the person who signs in next gets. It is for a person who has another account now;
// for a new person who has got the address, it offers to add them as a user of their own.
func (a *App) resetPage(c echo.Context, target users.Consequences, form resetForm, o outcome) views.Consequence {
	u, t := target.User, a.presenter(c)
	m := a.consequencePage(c, u, "Reset the sign-in of", "reset-sign-in", form.Reason, o)
	m.Crumbs[len(m.Crumbs)-1].Label = words.ResetSignIn
	m.Chrome.Title = "Reset sign-in · " + bidi.Isolate(words.Plain(u.Label()))
	m.Danger = true
	switch {
	case u.Kind != users.KindPerson:
		m.Why = words.OnlyPeopleSignIn
	case target.LastOwner:
		m.Why = words.LastOwner
	case !u.Identified():
		m.Why = words.NothingToReset
	}
	m.Accounts, m.Instead = t.accounts(target), t.newPerson(target)
	m.Ends = append(endingSessions(target), "Their account at the provider is no longer linked to this user.")
	if n := len(target.Tokens); n > 0 {
		m.Ends = append(m.Ends, words.Capital(theirTokens(u, n))+" for good: the next person may not be the same one.")
	}
	m.Next = t.goesAlong(target)
	if u.Role != users.RoleUser && t.actor.May(users.ActChangeRole, u) == nil {
		m.AsUser = &views.Check{Name: "as_user", Label: "Come back with the role user instead of " + string(u.Role), Checked: form.AsUser}
	}
	return m
}

// accounts are the accounts at the provider that are linked to a person, and those with
// which a sign-in as this person was refused.
func (t presenter) accounts(target users.Consequences) []views.ProviderAccount {
	var all []views.ProviderAccount
	for _, i := range target.Identities {
		all = append(all, views.ProviderAccount{
			Heading: "Linked to this user", Name: words.Plain(target.User.Name), Subject: words.Plain(i.Subject), Issuer: words.Plain(i.Issuer),
			Address: words.Plain(i.Address), When: t.time(i.SignedInAt), WhenWord: "Last sign-in",
		})
	}
	for _, r := range target.Refused {
		all = append(all, views.ProviderAccount{
			Heading: "Refused", Name: words.Plain(r.Name), Subject: words.Plain(r.Subject), Issuer: words.Plain(r.Issuer),
			Address: words.Plain(r.Address), When: t.time(r.At), WhenWord: "Refused",
		})
	}
	return all
}

// newPerson says what to do where the address of a user belongs to a new person: a user of
// their own, once the old one is deleted.
func (t presenter) newPerson(target users.Consequences) *views.Instead {
	u := target.User
	if u.Kind != users.KindPerson {
		return nil
	}
	m := &views.Instead{
		Heading: "Does the address belong to a new person now?",
		Text: []string{"Then don't reset: the new person would become " + words.Plain(u.Label()) + ". " +
			"Delete this user first; its activity stays in the audit log. Then add the new person with the address " + string(u.ID) + "."},
	}
	if target.SignsUp {
		m.Text[0] = "Then don't reset: the new person would become " + words.Plain(u.Label()) + ". " +
			"Delete this user; its activity stays in the audit log. The new person can then sign in with the address " + string(u.ID) + " as a new user."
	}
	if err := t.actor.May(users.ActDelete, u); err != nil {
		m.Text = append(m.Text, err.Error())
		return m
	}
	m.Links = []views.Link{{Label: "1. Delete this user", URL: userPath(u.ID, "delete")}}
	if !target.SignsUp {
		m.Links = append(m.Links, views.Link{Label: "2. Add person", URL: "/users/new?user_id=" + url.QueryEscape(string(u.ID))})
	}
	return m
}

// goesAlong lists what the next person who signs in with the address gets.
func (t presenter) goesAlong(target users.Consequences) []string {
	u := target.User
	all := []string{
		"The next sign-in with the verified address " + string(u.ID) + " links its account at the provider to this user.",
		"That person is " + words.Plain(u.Label()) + " from then on, with the role " + string(u.Role) + ", name, picture and preferences.",
		"The activity since " + t.time(u.CreatedAt).Exact + " is theirs: what this user did, and what was done to it.",
	}
	switch n := len(target.ResponsibleFor); n {
	case 0:
	case 1:
		all = append(all, "They are responsible for "+words.Plain(target.ResponsibleFor[0].Label())+".")
	default:
		all = append(all, "They are responsible for "+numbers.Grouped(n)+" service users.")
	}
	return all
}
