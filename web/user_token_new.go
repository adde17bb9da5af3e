package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// newTokenForm is the form that issues a token, as it is posted.
type newTokenForm struct {
	Name        string `form:"name"`
	Description string `form:"description"`
	scopesForm
	expiryForm
	Ranges string `form:"ranges"` // separated by commas or spaces
	Reason string `form:"reason"`
}

// scopesForm are the boxes of the scopes.
type scopesForm struct {
	UsersRead        string `form:"scope.users.read"`
	UsersWrite       string `form:"scope.users.write"`
	AuditRead        string `form:"scope.audit.read"`
	TokensSelf       string `form:"scope.tokens.self"`
	TokensIntrospect string `form:"scope.tokens.introspect"`
	Everything       string `form:"scope.api.everything_else"`
	DatasetsCreate   string `form:"scope.datasets.create"`
	FilesImport      string `form:"scope.files.import"`
	FilesUpload      string `form:"scope.files.upload"`
}

// ticks are the boxes in the order of [users.Scopes].
func (f scopesForm) ticks() []string {
	return []string{f.UsersRead, f.UsersWrite, f.AuditRead, f.TokensSelf, f.TokensIntrospect, f.Everything, f.DatasetsCreate, f.FilesImport, f.FilesUpload}
}

// scopes are the scopes whose boxes are ticked, never nil.
func (f scopesForm) scopes() []users.Scope {
	chosen := []users.Scope{}
	for i, tick := range f.ticks() {
		if tick == "on" {
			chosen = append(chosen, users.Scopes[i])
		}
	}
	return chosen
}

// token returns the form as the domain takes it. Where the expiry is wrong, it has none, so
// that the domain refuses it with what else is wrong.
func (f newTokenForm) token(t presenter, most time.Duration) (n users.NewToken, wrong error) {
	lifetime, never, wrong := f.lifetime(t, most)
	if wrong != nil {
		lifetime = 0
	}
	return users.NewToken{
		Name: f.Name, Description: f.Description, Lifetime: lifetime, Never: never, Scopes: f.scopes(),
		Ranges: strings.FieldsFunc(f.Ranges, func(r rune) bool { return r == ',' || r == ';' || r <= ' ' }), Reason: f.Reason,
	}, wrong
}

// newTokenForm serves GET /users/:id/tokens/new.
func (a *App) newTokenForm(c echo.Context) error {
	p, err := a.mayIssueAt(c)
	if err != nil {
		return err
	}
	form, kept, err := keptOr(a, c, a.freshToken())
	if err != nil {
		return err
	}
	m := a.newTokenPage(c, p, form, outcome{})
	m.Kept = kept
	return render(c, http.StatusOK, views.TokenFormPage(m))
}

// freshToken returns the form as it is shown at first.
func (a *App) freshToken() newTokenForm {
	return newTokenForm{scopesForm: scopesForm{UsersRead: "on"}, expiryForm: expiryOf(usualDays, a.users.TokenLifetime())}
}

// mayIssueAt returns the place in the path of c, if the viewer may issue a token there.
func (a *App) mayIssueAt(c echo.Context) (tokenPlace, error) {
	p, err := a.tokensAt(c, users.ActSeeTokens)
	if err == nil {
		err = a.users.MayIssueToken(actor(c), p.user)
	}
	return p, err
}

// newToken serves POST /users/:id/tokens/new. It answers with the secret.
func (a *App) newToken(c echo.Context) error {
	p, err := a.mayIssueAt(c)
	if err != nil {
		return err
	}
	var form newTokenForm
	err = bindForm(c, &form)
	var token users.Token
	var secret string
	if err == nil {
		n, wrong := form.token(a.presenter(c), a.users.TokenLifetime())
		token, secret, err = a.users.IssueToken(c.Request().Context(), actor(c), p.user.ID, n)
		err = form.fieldErrors(err, wrong)
	}
	switch {
	case err == nil:
		return a.showSecret(c, p, token, secret, nil)
	case !correctable(err):
		return err
	}
	return render(c, formStatus(err), views.TokenFormPage(a.newTokenPage(c, p, form, outcomeOf(err))))
}

// newTokenPage is the page with the form as it is filled in.
func (a *App) newTokenPage(c echo.Context, p tokenPlace, form newTokenForm, o outcome) views.TokenForm {
	t := a.presenter(c)
	heading, whom := words.NewToken+" for "+t.subject(p.user), t.subject(p.user)
	if p.user.Key == t.actor.Key {
		heading, whom = words.NewToken, "you"
	}
	m := views.TokenForm{
		Chrome: a.tokenChrome(c, p, nil, words.NewToken), FormState: views.FormState{Problems: o.problems},
		Heading: heading, Text: "A program sends it with each request and acts as " + whom + ".",
		Action: p.base + "/new", Cancel: views.Link{Label: "Cancel", URL: p.base}, Button: "Issue token",
		About:  o.on(views.Field{Name: "description", Label: "Description", Value: form.Description, Spellcheck: true}),
		Scopes: scopeGroups(form.scopesForm, p.user.Role, o),
		Ranges: o.on(views.Field{
			Name: "ranges", Label: "Addresses", Value: form.Ranges, Placeholder: "10.0.4.0/24, 2001:db8::/32",
			Hint: "Addresses or networks that it may be used from, with commas between. Left empty: any.",
		}),
		Reason: o.tokenReason(form.Reason), Notice: t.expiryNotes(p.user),
	}
	name := o.on(views.Field{Autofocus: true, Name: "name", Label: "Name", Value: form.Name, Required: true, Hint: "The program that uses it, like “Nightly report”."})
	m.Name = &name
	m.Expiry, m.EndsOn = t.expiryFields(o, "Ends", form.expiryForm, a.users.TokenLifetime())
	m.Acts = []views.Fact{
		{Label: "Acts as", Who: t.user(p.user), Text: words.Role(p.user.Role)},
		{Label: "Secret", Text: "Shown once, on the next page"},
	}
	if c.QueryParam("first") != "" {
		m.Heading = words.FirstToken
		m.Action, m.Cancel = m.Action+"?first=1", views.Link{Label: words.SkipForNow, URL: userPath(p.user.ID)}
	}
	return m
}

// tokenReason asks why. The reason is kept with the event.
func (o outcome) tokenReason(value string) views.Field {
	f := o.reasonField(value)
	f.Hint = "Kept in the audit log."
	return f
}

// consoleScopes is how many of [users.Scopes], from the first on, are about the console alone.
const consoleScopes = 5

// scopeGroups are the boxes of the scopes: those of the console, and those of the platform.
func scopeGroups(f scopesForm, role users.Role, o outcome) []views.ScopeGroup {
	groups := []views.ScopeGroup{{Legend: "In this console it may", Error: o.problem("scopes")}, {Legend: "On the Roboto platform it may"}}
	for i, tick := range f.ticks() {
		scope := users.Scopes[i]
		g := &groups[0]
		if i >= consoleScopes {
			g = &groups[1]
		}
		g.Scopes = append(g.Scopes, views.ScopeBox{
			Check: views.Check{Name: "scope." + string(scope), Label: words.Scope(scope), Checked: tick == "on"}, Code: string(scope), Hint: words.ScopeHint(scope, role),
		})
	}
	return groups
}

// expiryNotes say who sees that a token of u ends.
func (t presenter) expiryNotes(u users.User) []views.Note {
	notes := []views.Note{{Icon: "info", Text: "No e-mail is sent."}}
	switch {
	case u.Key == t.actor.Key:
		notes = append(notes, views.Note{Icon: "user", Text: "You see it on My profile from 14 days before."})
	case u.Responsible.ID != "":
		notes = append(notes, views.Note{Icon: "user", Text: t.person(u.Responsible).Label + ", the responsible person, sees it on My profile under “To do” from 14 days before."})
	default:
		notes = append(notes, views.Note{Icon: "triangle-alert", Text: "There is no responsible person who would see it on My profile under “To do”."})
	}
	return append(notes,
		views.Note{Icon: "users", Text: "In the directory it is in the view “Tokens ending in 14 days”."},
		views.Note{Icon: "monitor", Text: "Operators see it in the metric console_tokens_ending."})
}
