package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// moreTimeForm is the form that gives the old token of a rotation more time, as it is posted.
type moreTimeForm struct {
	overlapForm
	Reason string `form:"reason"`
}

// moreTimeForm serves GET /users/:id/tokens/:token/overlap.
func (a *App) moreTimeForm(c echo.Context) error {
	p, token, successor, err := a.rotationTarget(c, users.ActIssueToken)
	if err != nil {
		return err
	}
	fresh := moreTimeForm{overlapForm: overlapForm{Overlap: "30d"}}
	if token.EndsAt.Sub(a.now()) >= 30*day-words.Slack {
		fresh.overlapForm = overlapForm{overlapDate, token.IssuedUntil.In(a.presenter(c).zone).Format(time.DateOnly)}
	}
	form, kept, err := keptOr(a, c, fresh)
	if err != nil {
		return err
	}
	m := a.moreTimePage(c, p, token, successor, form, outcome{})
	m.Kept = kept
	return render(c, http.StatusOK, views.TokenActPage(m))
}

// moreTime serves POST /users/:id/tokens/:token/overlap.
func (a *App) moreTime(c echo.Context) error {
	p, token, successor, err := a.rotationTarget(c, users.ActIssueToken)
	if err != nil {
		return err
	}
	var form moreTimeForm
	err = bindForm(c, &form)
	if err == nil {
		span, spanErr := form.span(a.presenter(c))
		if err = spanErr; err == nil {
			err = a.users.ExtendOverlap(c.Request().Context(), actor(c), token.ID, span, form.Reason)
		}
	}
	switch {
	case err == nil:
		return a.done(c, words.OverlapExtended(token), "")
	case !correctable(err):
		return err
	}
	return render(c, formStatus(err), views.TokenActPage(a.moreTimePage(c, p, token, successor, form, outcomeOf(err))))
}

// moreTimePage says until when the old token works, and asks for a later end.
func (a *App) moreTimePage(c echo.Context, p tokenPlace, token, successor users.Token, form moreTimeForm, o outcome) views.TokenAct {
	t := a.presenter(c)
	m := t.tokenActPage(p, token, o, form.Reason)
	m.Chrome = a.tokenChrome(c, p, []views.Link{{Label: words.Plain(token.Name), URL: p.path(token.ID)}}, "More time")
	m.Heading, m.Action, m.Button = "Give the old token "+words.TokenHint(token)+" more time", p.path(token.ID, "overlap"), "Give it more time"
	m.Changes = []string{"The old token ends " + t.inDays(token.EndsAt).Relative + " as it is. It was issued until " + words.Day(token.IssuedUntil.In(t.zone)) + " and never works longer."}
	if !token.EndsAt.After(t.now) {
		m.Changes[0] = "The old token has ended, and works again from now on. It was issued until " + words.Day(token.IssuedUntil.In(t.zone)) + " and never works longer."
	}
	m.Stays = []string{"The new token " + words.TokenHint(successor) + " is as it was."}
	m.Until, m.UntilOn = overlapFields(o, "From now on it works for", form.overlapForm, 1)
	if successor.ID == "" {
		m.Why = words.NoSuccessor
	}
	return m
}

// tokenActPage is what the small pages of a rotation have.
func (t presenter) tokenActPage(p tokenPlace, token users.Token, o outcome, reason string) views.TokenAct {
	return views.TokenAct{FormState: views.FormState{Problems: o.problems}, Who: t.user(p.user), Cancel: p.path(token.ID), Reason: o.tokenReason(reason)}
}

// strikeOffForm is the form that strikes off a program, as it is posted. A page with it is
// addressed with the first three fields.
type strikeOffForm struct {
	Asker   string `form:"asker"`
	Tool    string `form:"tool"`
	Network string `form:"network"`
	Reason  string `form:"reason"`
}

// client returns the program that the form names.
func (f strikeOffForm) client() users.ClientName {
	return users.ClientName{Asker: users.Key(f.Asker), Name: f.Tool, Network: f.Network}
}

// strikeOffForm serves GET /users/:id/tokens/:token/strike-off.
func (a *App) strikeOffForm(c echo.Context) error {
	p, token, err := a.tokenAt(c, users.ActRevokeToken)
	if err != nil {
		return err
	}
	named := strikeOffForm{Asker: c.QueryParam("asker"), Tool: c.QueryParam("tool"), Network: c.QueryParam("network")}
	form, kept, err := keptOr(a, c, named)
	if err != nil {
		return err
	}
	m, err := a.strikeOffPage(c, p, token, form, outcome{})
	if err != nil {
		return err
	}
	m.Kept = kept
	return render(c, http.StatusOK, views.TokenActPage(m))
}

// strikeOff serves POST /users/:id/tokens/:token/strike-off.
func (a *App) strikeOff(c echo.Context) error {
	p, token, err := a.tokenAt(c, users.ActRevokeToken)
	if err != nil {
		return err
	}
	var form strikeOffForm
	err = bindForm(c, &form)
	if err == nil {
		err = a.users.StrikeOffClient(c.Request().Context(), actor(c), token.ID, form.client(), form.Reason)
	}
	switch {
	case err == nil:
		return a.done(c, words.ProgramStruckOff, "")
	case !correctable(err):
		return err
	}
	m, pageErr := a.strikeOffPage(c, p, token, form, outcomeOf(err))
	if pageErr != nil {
		return pageErr
	}
	return render(c, formStatus(err), views.TokenActPage(m))
}

// strikeOffPage says what striking off a program brings, or that the token was not used by it.
func (a *App) strikeOffPage(c echo.Context, p tokenPlace, token users.Token, form strikeOffForm, o outcome) (views.TokenAct, error) {
	t := a.presenter(c)
	m := t.tokenActPage(p, token, o, form.Reason)
	m.Chrome = a.tokenChrome(c, p, []views.Link{{Label: words.Plain(token.Name), URL: p.path(token.ID)}}, "Strike off")
	m.Heading, m.Why = "Strike off a program?", words.NoSuchProgram
	state, err := a.users.RotationOf(c.Request().Context(), t.actor, token.ID)
	if err != nil && !errors.Is(err, users.ErrNotFound) {
		return m, err
	}
	for _, client := range state.Clients {
		if (users.ClientName{Asker: client.Asker.Key, Name: client.Name, Network: client.Network}) == form.client() {
			t.strikeOff(&m, client)
			m.Action = p.path(token.ID, "strike-off")
			m.Hidden = []views.Option{{Label: "asker", Value: form.Asker}, {Label: "tool", Value: form.Tool}, {Label: "network", Value: form.Network}}
		}
	}
	return m, nil
}

// strikeOff fills in what striking off a program brings.
func (t presenter) strikeOff(m *views.TokenAct, client users.TokenClient) {
	shown := t.tokenClient(client)
	m.Heading, m.Button, m.Why = "Strike off "+programAt(shown, client.Asker.Key != "")+"?", "Strike off "+bidi.Isolate(shown.Tool), ""
	m.Changes = []string{"The old token can be retired although this program has not switched."}
	m.Stays = []string{
		"It last used the old token " + shown.Old.Relative + " (" + words.Lower(shown.Cadence) + "). Nothing is refused by this.",
		"If it uses the old token again, it is listed as not switched again.",
	}
	if client.State != users.ClientNotSwitched {
		m.Why = "This program is " + words.Lower(clientStates[client.State].Word) + " already."
	}
}

// retireToken serves POST /users/:id/tokens/:token/retire.
func (a *App) retireToken(c echo.Context) error {
	_, token, err := a.tokenAt(c, users.ActRevokeToken)
	if err != nil {
		return err
	}
	var form struct{}
	if err := bindForm(c, &form); err != nil {
		return err
	}
	if err := a.users.RetireToken(c.Request().Context(), actor(c), token.ID, ""); err != nil {
		return err
	}
	return a.done(c, words.TokenRetired(token), "")
}
