package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

// formField names the hidden field with the key of the page that a form is on.
const formField = "form"

// A sentForm is a form as it was posted, in this request or in one before it.
type sentForm struct {
	to     string     // the escaped path that it was posted to
	route  string     // pattern of that path
	id     users.ID   // of the user in that path, if any
	key    formKey    // of the page that it is on; zero for a program that sends none
	sealed string     // the key as it was sent
	values url.Values // all others
}

// sent returns the form that c posts. A key that no page has is httperror.ErrBadForm.
func (a *App) sent(c echo.Context) (sentForm, error) {
	f := sentForm{to: c.Request().URL.EscapedPath(), route: c.Path(), values: url.Values{}}
	f.id, _ = a.pathID(c) // without one, the handler answers 404
	for name, values := range posted(c) {
		if name != formField {
			f.values[name] = values
		}
	}
	f.sealed = posted(c).Get(formField)
	var err error
	f.key, err = a.formKeyIn(c.Request().Context(), posted(c))
	return f, err
}

// once returns the idempotency key of the form, "" if it may be done repeatedly.
func (f sentForm) once() users.RequestKey {
	if f.key.page == "" {
		return ""
	}
	return f.key.page.For(f.to + "?" + f.values.Encode())
}

// What a form is looked up with: where it was posted to, and its values, whose names
// begin so.
const (
	sentTo     = "to"
	sentPrefix = "value."
)

// again returns the button that sends the form again.
func (f sentForm) again(label string) *views.Resend {
	return &views.Resend{Action: f.to, Label: label, Fields: append(f.fields(""), f.keyField()...)}
}

// lookUp returns the button that sends the form to where it is looked up.
func (f sentForm) lookUp() *views.Resend {
	fields := append(f.fields(sentPrefix), views.Option{Label: sentTo, Value: f.to})
	return &views.Resend{Action: lookUpPath, Label: words.LookUpOutcome, Fields: append(fields, f.keyField()...)}
}

// maxName is how many characters of the name of a field are shown again.
const maxName = 40

// keyField returns the field with the key of the page, where it has one.
func (f sentForm) keyField() []views.Option {
	if f.key.page == "" {
		return nil
	}
	return []views.Option{{Label: formField, Value: f.sealed}}
}

// fields returns the other fields, in the order of their names, which begin with prefix.
// Values are cut to twice what their field may hold: spaces around, which are dropped
// when a form is done, are part of what it is looked up by.
func (f sentForm) fields(prefix string) []views.Option {
	var all []views.Option
	for name, values := range f.values {
		for _, value := range values {
			all = append(all, views.Option{Label: prefix + firstRunes(name, maxName), Value: firstRunes(value, 2*fieldLimit(name)+1)})
		}
	}
	slices.SortStableFunc(all, func(x, y views.Option) int { return strings.Compare(x.Label, y.Label) })
	return all
}

// sentBefore returns the form that c asks about. What no page of ours would ask is
// httperror.ErrBadForm.
func (a *App) sentBefore(c echo.Context) (sentForm, error) {
	asked := posted(c)
	f := sentForm{to: asked.Get(sentTo), sealed: asked.Get(formField), values: url.Values{}}
	var err error
	if f.key, err = a.formKeyIn(c.Request().Context(), asked); err != nil || f.key.page == "" || !plainPath(f.to) {
		return sentForm{}, httperror.ErrBadForm
	}
	r, at := a.find(http.MethodPost, f.to)
	if r == nil || !r.Once {
		return sentForm{}, httperror.ErrBadForm
	}
	f.route = r.Path
	f.id, _ = a.pathID(at)
	for name, values := range asked {
		if field, ok := strings.CutPrefix(name, sentPrefix); ok {
			f.values[field] = values
		}
	}
	return f, nil
}
