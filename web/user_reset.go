package web

import (
	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
)

// resetSignInForm serves GET /users/:id/reset-sign-in.
func (a *App) resetSignInForm(c echo.Context) error {
	target, err := a.target(c, users.ActResetSignIn)
	if err != nil {
		return err
	}
	return showConsequence(a, c, func(form reasonForm) (views.Consequence, error) {
		return a.resetPage(c, target, form, outcome{}), nil
	})
}

// resetSignIn serves POST /users/:id/reset-sign-in.
func (a *App) resetSignIn(c echo.Context) error {
	target, err := a.target(c, users.ActResetSignIn)
	if err != nil {
		return err
	}
	var form reasonForm
	err = bindForm(c, &form)
	if err == nil {
		err = a.users.ResetSignIn(c.Request().Context(), actor(c), target.User.ID, form.Reason)
	}
	done := "The sign-in of " + target.User.Label() + " is reset."
	return a.answerConsequence(c, err, done, userPath(target.User.ID), func(o outcome) (views.Consequence, error) {
		return a.resetPage(c, target, form, o), nil
	})
}

// resetPage says what resetting a sign-in brings: the way back in for someone
// whose account at the provider is another one now.
func (a *App) resetPage(c echo.Context, target users.Consequences, form reasonForm, o outcome) views.Consequence {
	u := target.User
	m := a.consequencePage(c, u, "Reset the sign-in of", "reset-sign-in", form.Reason, o)
	m.Chrome.Title = "Reset sign-in · " + plainText(u.Label())
	m.Danger = true
	m.Ends = append(endingSessions(target), "Their account at the provider is no longer bound to this user.")
	m.Stays = []string{
		"The record, the role and the history stay as they are.",
		"The next sign-in with the verified address " + string(u.ID) + " binds the account it is made with.",
	}
	switch {
	case u.Kind != users.KindPerson:
		m.Why = "Only people sign in."
	case target.LastOwner:
		m.Why = lastOwnerWhy
	case !u.Identified():
		m.Why = "There is nothing to reset: they have not signed in yet."
	}
	return m
}
