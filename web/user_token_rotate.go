package web

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// rotateTokenForm is the form that rotates a token, as it is posted.
type rotateTokenForm struct {
	overlapForm
	expiryForm
	Unused string `form:"unused"` // id of the unused successor that is replaced, as the page said
	Reason string `form:"reason"`
}

// overlapForm are the fields that say for how long an old token goes on working.
type overlapForm struct {
	Overlap string `form:"overlap,required"` // one of overlaps, or overlapDate
	Until   string `form:"overlap_until"`    // last day, with overlapDate
}

// overlapDate is an overlap until a day.
const overlapDate = "date"

// overlaps are the overlaps that are offered, the usual one last.
var overlaps = []struct {
	value, label string
	span         time.Duration
}{
	{"none", "No overlap: it ends now", 0}, {"1h", "1 hour", time.Hour}, {"1d", "1 day", day}, {"7d", "7 days", 7 * day}, {"30d", "30 days", 30 * day},
}

// span returns the overlap that the form asks for.
func (f overlapForm) span(t presenter) (time.Duration, error) {
	if f.Overlap == overlapDate {
		return t.until("overlap_until", f.Until)
	}
	for _, o := range overlaps {
		if o.value == f.Overlap {
			return o.span, nil
		}
	}
	return 0, formError("overlap", words.ChooseOverlap)
}

// overlapFields ask for how long an old token goes on working; from is the first of overlaps
// that is offered.
func overlapFields(o outcome, label string, f overlapForm, from int) (*views.Choice, views.Field) {
	c := views.Choice{Field: o.on(views.Field{Name: "overlap", Label: label, Value: f.Overlap, Required: true})}
	for _, offered := range overlaps[from:] {
		c.Options = append(c.Options, views.Option{Value: offered.value, Label: offered.label, Selected: offered.value == f.Overlap})
	}
	c.Options = append(c.Options, views.Option{Value: overlapDate, Label: "Until a date", Selected: f.Overlap == overlapDate})
	return &c, o.on(views.Field{Name: "overlap_until", Label: "Last day of the old one", Type: "date", Value: f.Until, Required: true})
}

// rotationTarget returns the token in the path of c with its successor, if it has one that has
// not ended, and the place.
func (a *App) rotationTarget(c echo.Context, act users.Act) (p tokenPlace, token, successor users.Token, err error) {
	if p, token, err = a.tokenAt(c, act); err != nil {
		return p, token, successor, err
	}
	if token.ReplacedBy != "" {
		successor, err = a.users.Token(c.Request().Context(), actor(c), token.ReplacedBy)
		if errors.Is(err, users.ErrNotFound) || err == nil && !successor.Ended(a.now()).IsZero() {
			return p, token, users.Token{}, nil
		}
	}
	return p, token, successor, err
}

// rotateTokenForm serves GET /users/:id/tokens/:token/rotate.
func (a *App) rotateTokenForm(c echo.Context) error {
	p, token, successor, err := a.rotationTarget(c, users.ActSeeTokens)
	if err == nil {
		err = a.users.MayIssueToken(actor(c), p.user)
	}
	if err == nil && !successor.LastUsed.At.IsZero() {
		err = users.ErrRotated
	}
	if err != nil {
		return err
	}
	days := int(token.IssuedUntil.Sub(token.IssuedAt) / day)
	fresh := rotateTokenForm{overlapForm: overlapForm{Overlap: "30d"}, expiryForm: expiryOf(days, a.users.TokenLifetime()), Unused: string(successor.ID)}
	if token.LastUsed.At.IsZero() {
		fresh.Overlap = "none"
	}
	form, kept, err := keptOr(a, c, fresh)
	if err != nil {
		return err
	}
	m := a.rotatePage(c, p, token, successor, form, outcome{})
	m.Kept = kept
	return render(c, http.StatusOK, views.TokenFormPage(m))
}

// rotateToken serves POST /users/:id/tokens/:token/rotate. It answers with the secret of the
// successor.
func (a *App) rotateToken(c echo.Context) error {
	p, old, successor, err := a.rotationTarget(c, users.ActSeeTokens)
	if err == nil {
		err = a.users.MayIssueToken(actor(c), p.user)
	}
	if err != nil {
		return err
	}
	var form rotateTokenForm
	err = bindForm(c, &form)
	var token users.Token
	var secret string
	if err == nil {
		token, secret, err = a.rotateAsAsked(c, old, successor, form)
	}
	switch {
	case err == nil:
		if now, err := a.users.Token(c.Request().Context(), actor(c), old.ID); err == nil { // the secret is shown in any case
			old = now
		}
		return a.showSecret(c, p, token, secret, &old)
	case !correctable(err):
		return err
	}
	return render(c, formStatus(err), views.TokenFormPage(a.rotatePage(c, p, old, successor, form, outcomeOf(err))))
}

// rotateAsAsked rotates a token. An unused successor is replaced if the page said so.
func (a *App) rotateAsAsked(c echo.Context, old, successor users.Token, form rotateTokenForm) (users.Token, string, error) {
	t := a.presenter(c)
	overlap, overlapErr := form.span(t)
	lifetime, never, expiryErr := form.lifetime(t, a.users.TokenLifetime())
	if err := joinProblems(overlapErr, expiryErr); err != nil {
		return users.Token{}, "", err
	}
	token, secret, err := a.users.RotateToken(c.Request().Context(), actor(c), old.ID, users.Rotation{
		NewToken: users.NewToken{Lifetime: lifetime, Never: never, Reason: form.Reason}, Overlap: overlap,
		ReplaceUnused: form.Unused != "" && form.Unused == string(successor.ID),
	})
	return token, secret, form.fieldErrors(err, nil)
}

// joinProblems returns all that is wrong with a form in one error; nil if nothing is.
func joinProblems(all ...error) error {
	var bad users.InvalidError
	for _, err := range all {
		if one, ok := errors.AsType[*users.InvalidError](err); ok {
			bad.Fields = append(bad.Fields, one.Fields...)
		} else if err != nil {
			return err
		}
	}
	if len(bad.Fields) == 0 {
		return nil
	}
	return &bad
}

// rotatePage is the page with the form as it is filled in.
func (a *App) rotatePage(c echo.Context, p tokenPlace, token, successor users.Token, form rotateTokenForm, o outcome) views.TokenForm {
	t, name := a.presenter(c), words.Plain(token.Name)
	label := bidi.Isolate(name)
	m := views.TokenForm{
		Chrome:    a.tokenChrome(c, p, []views.Link{{Label: name, URL: p.path(token.ID)}}, "Rotate"),
		FormState: views.FormState{Problems: o.problems},
		Heading:   "Rotate " + label, Text: "A new token takes the place of " + words.TokenHint(token) + ". Its secret is shown once, on the next page.",
		Action: p.path(token.ID, "rotate"), Cancel: views.Link{Label: "Cancel", URL: p.path(token.ID)}, Button: "Rotate " + label,
		Reason: o.tokenReason(form.Reason), Notice: t.expiryNotes(p.user), Happens: t.rotationNotes(token, successor),
		Hidden: []views.Option{{Label: "unused", Value: string(successor.ID)}},
	}
	m.Overlap, m.OverlapUntil = overlapFields(o, "The old token goes on working for", form.overlapForm, 0)
	m.Overlap.Hint = "Both work until then, so that programs can switch one after the other."
	m.Expiry, m.EndsOn = t.expiryFields(o, "The new token ends", form.expiryForm, a.users.TokenLifetime())
	m.Acts = []views.Fact{
		{Label: "Acts as", Who: t.user(p.user), Text: words.Role(p.user.Role)}, {Label: "Allows", Text: words.Scopes(token.Scopes)},
		{Label: "Addresses", Text: rangeOrAny(token)},
	}
	if token.Acts() != p.user.Role {
		m.Acts[0].Text += ", before " + string(token.Acts())
	}
	return m
}

// rotationNotes say what a rotation brings.
func (t presenter) rotationNotes(token, successor users.Token) []views.Note {
	notes := []views.Note{
		{Icon: "refresh-cw", Text: "The new token has the same name, scopes and addresses."},
		{Icon: "arrow-right-left", Text: "The Tokens tab lists the programs that have not switched."},
		{Icon: "check", Text: "It says when the old token is safe to retire."},
	}
	if successor.ID != "" {
		notes = slices.Insert(notes, 0, views.Note{Icon: "triangle-alert", Text: "Its successor " + words.TokenHint(successor) + " was not used. It is revoked, and replaced by another."})
	}
	return notes
}
