package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// rotateForm are the fields of an act on a person that also rotate the tokens whose secrets
// the person has seen.
type rotateForm struct {
	Rotate  []string `form:"rotate"`  // ids of tokens
	Overlap string   `form:"overlap"` // days for which the old secrets still work
}

// overlapDays are the overlaps that are offered, and usualOverlap the one that is proposed.
var overlapDays = []int{0, 1, 7, 30}

const usualOverlap = 7

// freshRotate returns the form as it is shown at first, with every token ticked that the viewer
// can rotate, or none.
func freshRotate(known []users.KnownToken, ticked bool) rotateForm {
	f := rotateForm{Overlap: strconv.Itoa(usualOverlap)}
	for _, t := range known[:min(len(known), users.MaxRotateKnown)] {
		if ticked && t.Why == "" {
			f.Rotate = append(f.Rotate, string(t.ID))
		}
	}
	return f
}

// rotate returns the form as the domain takes it.
func (f rotateForm) rotate() (r users.RotateKnown, err error) {
	days, atoiErr := strconv.Atoi(cmp.Or(f.Overlap, strconv.Itoa(usualOverlap)))
	if atoiErr != nil || !slices.Contains(overlapDays, days) {
		return r, &users.InvalidError{Fields: []users.FieldError{{Field: "overlap", Message: words.ChooseOverlaps}}}
	}
	r.Overlap = time.Duration(days) * day
	for _, id := range f.Rotate {
		r.Tokens = append(r.Tokens, users.TokenID(id))
	}
	return r, nil
}

// with carries out an act that also rotates the tokens of the form.
func (f rotateForm) with(act func(users.RotateKnown) ([]users.Rotated, error)) ([]users.Rotated, error) {
	r, err := f.rotate()
	if err != nil {
		return nil, err
	}
	return act(r)
}

// known returns the tokens whose secrets the target of an act has seen; none to the target
// themselves, as the new secrets are shown to who acts.
func (a *App) known(c echo.Context, target users.Consequences) ([]users.KnownToken, error) {
	if target.User.Key == actor(c).Key {
		return nil, nil
	}
	return a.users.Rotatable(c.Request().Context(), actor(c), target.KnownTokens)
}

// knownTokens lists the tokens whose secrets a person has seen, to be rotated with an act on the
// person; nil if there are none. The text says why to rotate them.
func (t presenter) knownTokens(known []users.KnownToken, form rotateForm, o outcome, text string) *views.KnownTokens {
	if len(known) == 0 {
		return nil
	}
	m := views.KnownTokens{
		Heading: "Rotate tokens that they know", Text: text, Error: o.problem("rotate"),
		Overlap: views.Choice{Field: o.on(views.Field{
			Name: "overlap", Label: "The old secrets work for", Value: form.Overlap, Required: true,
			Hint: "The programs have to switch to the new secrets within this time.",
		})},
	}
	for _, days := range overlapDays {
		value := strconv.Itoa(days)
		option := views.Option{Value: value, Label: words.Days(days), Selected: value == form.Overlap}
		if days == 0 {
			option.Label = "No time: they end at once"
		}
		m.Overlap.Options = append(m.Overlap.Options, option)
	}
	for _, k := range known[:min(len(known), users.MaxRotateKnown)] {
		line := t.knownToken(k)
		line.Ticked = slices.Contains(form.Rotate, line.ID)
		m.List = append(m.List, line)
	}
	if n := len(known) - len(m.List); n > 0 {
		m.More = "And " + numbers.Grouped(n) + " more. All are in the view “Known to people who left”."
	}
	return &m
}

// knownToken shows one token whose secret a person has seen.
func (t presenter) knownToken(k users.KnownToken) views.KnownToken {
	line := views.KnownToken{
		ID: string(k.ID), Name: words.Plain(k.Name), Hint: words.TokenHint(k.Token), User: t.person(k.User), Acts: words.Role(k.Acts()), Why: words.Plain(k.Why),
		Used: t.time(k.LastUsed.At), From: "from " + cmp.Or(words.Plain(k.LastUsed.Address), "an unknown address"),
	}
	if k.LastUsed.Tool != "" {
		line.From += " with " + words.Plain(k.LastUsed.Tool)
	}
	return line
}

// showRotated answers an act that rotated tokens with their new secrets. There is no other page
// with them: sent again, the form leads to where it leads without.
func (a *App) showRotated(c echo.Context, done string, rotated []users.Rotated) error {
	t := a.presenter(c)
	f, _ := c.Get(sentFormKey).(sentForm)
	m := views.RotatedTokens{
		Chrome: a.chrome(c, words.CopySecrets, "users"), Next: views.Link{Label: words.SecretsStored, URL: a.next(f, f.id)},
		Done: done + " " + words.Rotated(len(rotated)),
	}
	m.FormKey = "" // there is nothing to send from here
	for _, r := range rotated {
		line := views.RotatedToken{
			ID: string(r.New.ID), Name: words.Plain(r.New.Name), User: t.person(r.New.User), Secret: r.Secret,
			Old: "The old secret " + words.TokenHint(r.Old) + " has ended.", URL: userPath(r.New.User.ID, "tokens", string(r.New.ID)),
		}
		if r.Old.EndsAt.After(t.now) {
			line.Old = "The old secret " + words.TokenHint(r.Old) + " works until " + t.time(r.Old.EndsAt).Exact + "."
		}
		u, err := a.users.User(c.Request().Context(), t.actor, r.New.User.ID)
		if err == nil && u.Responsible.Key != "" {
			line.Responsible = t.person(u.Responsible)
		}
		m.List = append(m.List, line)
	}
	return render(c, http.StatusOK, views.RotatedTokensPage(m))
}
