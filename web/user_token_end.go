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

// endTokenForm is the form that disables or revokes a token, as it is posted.
type endTokenForm struct {
	Act       string `form:"act,required"` // actDisable or actRevoke
	LeaveNone bool   `form:"leave_none"`
	Reason    string `form:"reason"`
}

// What an endTokenForm asks for.
const (
	actDisable = "disable"
	actRevoke  = "revoke"
)

// endTokenForm serves GET /users/:id/tokens/:token/end.
func (a *App) endTokenForm(c echo.Context) error {
	p, token, err := a.tokenAt(c, users.ActRevokeToken)
	if err != nil {
		return err
	}
	form, kept, err := keptOr(a, c, endTokenForm{})
	if err != nil {
		return err
	}
	m, err := a.endTokenPage(c, p, token, form, outcome{})
	if err != nil {
		return err
	}
	m.Kept = kept
	return render(c, http.StatusOK, views.TokenEndPage(m))
}

// endToken serves POST /users/:id/tokens/:token/end.
func (a *App) endToken(c echo.Context) error {
	p, token, err := a.tokenAt(c, users.ActRevokeToken)
	if err != nil {
		return err
	}
	var form endTokenForm
	err = bindForm(c, &form)
	done := ""
	if err == nil {
		done, err = a.endAsAsked(c, token, form)
	}
	switch {
	case err == nil:
		return a.done(c, done, "")
	case !correctable(err):
		return err
	}
	m, pageErr := a.endTokenPage(c, p, token, form, outcomeOf(err))
	if pageErr != nil {
		return pageErr
	}
	return render(c, formStatus(err), views.TokenEndPage(m))
}

// endAsAsked disables or revokes a token and says what was done.
func (a *App) endAsAsked(c echo.Context, token users.Token, form endTokenForm) (done string, err error) {
	ctx, how := c.Request().Context(), users.TokenEnd{Reason: form.Reason, LeaveNone: form.LeaveNone}
	switch form.Act {
	case actDisable:
		return words.TokenDisabled(token), a.users.DisableToken(ctx, actor(c), token.ID, how)
	case actRevoke:
		return words.TokenRevoked(token), a.users.RevokeToken(ctx, actor(c), token.ID, how)
	}
	return "", formError("act", words.ChooseTokenEnd)
}

// endTokenPage says what stops working with a token.
func (a *App) endTokenPage(c echo.Context, p tokenPlace, token users.Token, form endTokenForm, o outcome) (views.TokenEnd, error) {
	t, name := a.presenter(c), words.Plain(token.Name)
	label := bidi.Isolate(name)
	m := views.TokenEnd{
		Chrome:    a.tokenChrome(c, p, []views.Link{{Label: name, URL: p.path(token.ID)}}, words.DisableOrRevoke),
		FormState: views.FormState{Problems: o.problems}, Heading: "Disable or revoke " + label + "?", Who: t.user(p.user),
		Action: p.path(token.ID, "end"), Cancel: p.path(token.ID), Reason: o.tokenReason(form.Reason),
		Disable: "Disable " + label, Revoke: "Revoke " + label,
		Means: []views.Fact{
			{Label: "Disable", Text: "Its uses are refused until it is enabled again."},
			{Label: "Revoke", Text: "Its uses are refused for good. It is listed for 90 days, with the uses that were refused."},
		},
	}
	switch token.State(t.now) {
	case users.TokenRevoked:
		m.Why = words.TokenRevokedAlready
		return m, nil
	case users.TokenDisabled, users.TokenExpired:
		m.Heading, m.Disable, m.Means = "Revoke "+label+"?", "", m.Means[1:]
	}
	all, err := a.users.Tokens(c.Request().Context(), t.actor, p.user.ID)
	if err != nil {
		return m, err
	}
	m.LeaveNone, m.LeaveWhy = t.leaveNone(all, token, form, o)
	uses, err := a.users.TokenUses(c.Request().Context(), t.actor, token.ID)
	if err != nil {
		return m, err
	}
	m.Clients, m.Unused = t.tokenClients(uses.Clients), unusedWords(len(uses.Clients))
	m.Clients = m.Clients[:min(len(m.Clients), mostClients)]
	for i := range m.Clients {
		m.Clients[i].Cadence = words.Lower(m.Clients[i].Cadence)
	}
	return m, nil
}

// leaveNone is the box that ends the only token that works, with what is said of it; nil where
// another one works.
func (t presenter) leaveNone(all []users.Token, token users.Token, form endTokenForm, o outcome) (*views.Check, views.Field) {
	if !form.LeaveNone && o.problem("leave_none") == "" && !t.onlyLive(all, token) {
		return nil, views.Field{}
	}
	return &views.Check{Name: "leave_none", Label: "Leaked: end it now", Checked: form.LeaveNone}, views.Field{
		Name: "leave_none", Error: o.problem("leave_none"),
		Hint: "It is the only token of " + bidi.Isolate(words.Plain(token.User.Label())) + " that works. To keep programs running, rotate it instead.",
	}
}

// mostClients is how many programs the page names.
const mostClients = 8

// unusedWords says what there is to say beside the programs that the page names.
func unusedWords(clients int) string {
	switch {
	case clients == 0:
		return "No program used it in the last 90 days."
	case clients > mostClients:
		return numbers.Counted(clients-mostClients, "other program", "other programs") + " used it in the last 90 days."
	}
	return ""
}

// onlyLive reports whether token gives access and no other of all does.
func (t presenter) onlyLive(all []users.Token, token users.Token) bool {
	for _, other := range all {
		if other.ID != token.ID && other.State(t.now) == users.TokenLive {
			return false
		}
	}
	return token.State(t.now) == users.TokenLive
}

// enableToken serves POST /users/:id/tokens/:token/enable.
func (a *App) enableToken(c echo.Context) error {
	_, token, err := a.tokenAt(c, users.ActIssueToken)
	if err != nil {
		return err
	}
	var form struct{}
	if err := bindForm(c, &form); err != nil {
		return err
	}
	if err := a.users.EnableToken(c.Request().Context(), actor(c), token.ID, ""); err != nil {
		return err
	}
	return a.done(c, words.TokenEnabled(token), "")
}
