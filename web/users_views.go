package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// viewForm is the form that saves a view, as it is posted.
type viewForm struct {
	Name  string `form:"name"`
	Query string `form:"query"` // of the directory
}

// sharedViewForm is the form of those who may share views.
type sharedViewForm struct {
	viewForm
	Shared bool `form:"shared"`
}

// savedViews serves GET /users/views.
func (a *App) savedViews(c echo.Context) error {
	form, kept, err := keptOr(a, c, sharedViewForm{})
	if err != nil {
		return err
	}
	m, err := a.savedViewsPage(c)
	if err != nil {
		return err
	}
	if m.Kept = kept; kept {
		at, _ := directoryAddress(form.Query)
		m.Form = a.viewForm(c, at, form, outcome{})
	}
	return render(c, http.StatusOK, views.SavedViewsPage(m))
}

// saveView serves POST /users/views. What is kept of the address is what the
// directory makes of it.
func (a *App) saveView(c echo.Context) error {
	var form sharedViewForm
	var err error
	if actor(c).May(users.ActShareView, users.User{}) == nil {
		err = bindForm(c, &form)
	} else {
		err = bindForm(c, &form.viewForm)
	}
	at, why := viewAddress(form.Query)
	var saved users.SavedView
	if err == nil && why != "" {
		err = &users.InvalidError{Fields: []users.FieldError{{Message: why}}}
	}
	if err == nil {
		saved, err = a.users.SaveView(c.Request().Context(), actor(c), users.NewView{Name: form.Name, Query: at.query.Encode(), Shared: form.Shared})
	}
	switch {
	case err == nil:
		return a.done(c, words.SavedView(saved.Name), "")
	case !correctable(err):
		return err
	}
	m, pageErr := a.savedViewsPage(c)
	if pageErr != nil {
		return pageErr
	}
	o := outcomeOf(err)
	for i := range o.problems {
		if o.problems[i].Field == "query" { // it has no field to be seen
			o.problems[i].Field = ""
		}
	}
	m.Problems, m.Form = o.problems, a.viewForm(c, at, form, o)
	return render(c, http.StatusUnprocessableEntity, views.SavedViewsPage(m))
}

// viewAddress returns the address of a view to be saved, and why it cannot be, if it cannot.
func viewAddress(query string) (at listAddress, why string) {
	at, offered := directoryAddress(query)
	switch {
	case utf8.RuneCountInString(at.get("q")) > users.MaxText:
		return at, words.ViewTooLong
	case !offered:
		return at, words.NoSuchView
	}
	return at, ""
}

// deleteViewForm is the form around the list of views.
type deleteViewForm struct {
	View string `form:"view"` // its id
}

// deleteView serves POST /users/views/delete.
func (a *App) deleteView(c echo.Context) error {
	var form deleteViewForm
	if err := bindForm(c, &form); err != nil {
		return err
	}
	gone, err := a.users.DeleteView(c.Request().Context(), actor(c), users.ViewID(form.View))
	if err != nil {
		return err
	}
	return a.done(c, words.DeletedView(gone.Name), "")
}

// savedViewsPage is the page with the views that the viewer sees.
func (a *App) savedViewsPage(c echo.Context) (views.SavedViews, error) {
	saved, err := a.users.SavedViews(c.Request().Context(), actor(c))
	m := views.SavedViews{Chrome: a.chrome(c, words.SavedViews, "users"), Directory: "/users", Delete: "/users/views/delete"}
	m.Crumbs = []views.Link{{Label: "Users", URL: "/users"}, {Label: words.SavedViews}}
	who, t := actor(c), a.presenter(c)
	for _, v := range saved {
		at := savedAddress(v)
		line := views.SavedView{
			ID: string(v.ID), Name: words.Plain(v.Name), URL: at, Holds: holdsWord(at), Shared: v.Shared,
			Link: a.baseURL.Scheme + "://" + a.baseURL.Host + at,
		}
		line.MayDelete = v.Owner.Key == who.Key || who.May(users.ActDeleteView, users.User{}) == nil
		if v.Owner.Key == who.Key {
			line.Edit = "/users/views/edit?id=" + string(v.ID)
		}
		if v.Owner.Key != who.Key {
			line.Owner = t.person(v.Owner)
		}
		m.Views = append(m.Views, line)
	}
	return m, err
}

// viewForm is the form that saves the view at an address, as it is filled in.
func (a *App) viewForm(c echo.Context, at listAddress, form sharedViewForm, o outcome) *views.ViewForm {
	at = at.atStart()
	f := &views.ViewForm{
		Action: "/users/views", Query: at.query.Encode(), Holds: holdsWord(at.String()), Cancel: at.String(),
		Name: o.on(views.Field{Name: "name", Label: "Name", Value: form.Name, Required: true}),
	}
	if actor(c).May(users.ActShareView, users.User{}) == nil {
		f.Share = &views.Check{Name: "shared", Label: "Show it to everyone who sees the directory", Checked: form.Shared}
	}
	return f
}

// savedAddress returns the address of a saved view.
func savedAddress(v users.SavedView) string { return "/users?" + v.Query }

// directoryAddress returns the address of the directory with that query, with
// only the parameters that the directory knows and without a place in the list.
// It reports false where one of them has a value that the directory does not
// offer.
func directoryAddress(query string) (listAddress, bool) {
	l := listAddress{path: "/users", query: url.Values{}}
	values, err := url.ParseQuery(query)
	if err != nil {
		return l, false
	}
	offered := true
	for _, key := range append([]string{"view", "sort"}, directoryFilters...) {
		if value := values.Get(key); value != "" {
			l.query.Set(key, truncate(key, value))
			offered = offered && offers(key, value)
		}
	}
	return l, offered
}

// offers reports whether the directory offers that value of a parameter.
func offers(key, value string) bool {
	switch key {
	case "q", "department", "label", "manager":
		return true
	case "type", "role", "status":
		return !slices.ContainsFunc(directory.Values(value).All(), func(one string) bool {
			return !slices.ContainsFunc(words.Choices[key], func(v words.ChoiceOf) bool { return v.Value == one })
		})
	case "seen", "created":
		return directory.Span(value).Understood(key == "seen")
	case "view":
		return slices.ContainsFunc(directoryViews, func(v directoryView) bool { return string(v.view) == value })
	}
	return value == "name" || slices.ContainsFunc(words.Choices[key], func(v words.ChoiceOf) bool { return v.Value == value })
}

// holdsWord says what is at an address of the directory: "People · Status:
// Invited · Newest first".
func holdsWord(address string) string {
	_, query, _ := strings.Cut(address, "?")
	l, _ := directoryAddress(query)
	var parts []string
	for _, v := range directoryViews {
		if l.has("view") && string(v.view) == l.get("view") {
			parts = append(parts, words.View(v.view))
		}
	}
	for _, chip := range directoryChips(l) {
		parts = append(parts, words.Shorten(chip.Label, 80))
	}
	for _, v := range words.Choices["sort"] {
		if l.has("sort") && v.Value == l.get("sort") {
			parts = append(parts, v.Label)
		}
	}
	if len(parts) == 0 {
		return "All users"
	}
	return strings.Join(parts, " · ")
}

// maxSavedTabs is how many saved views stand among the others, and maxTabLabel how long their names
// are there, in characters. The rest is on a page of its own.
const (
	maxSavedTabs = 10
	maxTabLabel  = 30
)

// withSaved adds the saved views to the named ones. The one that is at the
// address takes the mark from the named one that it is part of.
func withSaved(tabs []views.Tab, saved []users.SavedView, at listAddress) []views.Tab {
	current := slices.IndexFunc(saved, at.isSaved)
	for i := range tabs {
		tabs[i].Current = tabs[i].Current && current < 0
	}
	for i, v := range saved {
		if i >= maxSavedTabs && i != current {
			continue
		}
		name := words.Plain(v.Name)
		tabs = append(tabs, views.Tab{Label: words.Shorten(name, maxTabLabel), Title: name, URL: savedAddress(v), Current: i == current, Divided: i == 0})
	}
	return tabs
}

// isSaved reports whether a view is at the address.
func (l listAddress) isSaved(v users.SavedView) bool { return v.Query == l.atStart().query.Encode() }

// maxUpdates is how many of the viewer's own views the form that saves a view offers to change.
const maxUpdates = 5

// saveForm is the form that saves the view at an address, or changes an own view to it; nil if
// nothing is set, or a view is saved there.
func (a *App) saveForm(c echo.Context, at listAddress, saved []users.SavedView) *views.ViewForm {
	if !at.has(append([]string{"sort"}, directoryFilters...)...) || slices.ContainsFunc(saved, at.isSaved) {
		return nil
	}
	f := a.viewForm(c, at, sharedViewForm{}, outcome{})
	for _, v := range saved {
		if v.Owner.Key == actor(c).Key && len(f.Updates) < maxUpdates {
			f.Updates = append(f.Updates, views.ViewUpdate{Action: "/users/views/edit", ID: string(v.ID), Name: v.Name, Shared: v.Shared})
		}
	}
	return f
}
