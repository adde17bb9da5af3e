package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

// exportForm is the form that exports the directory, as it is posted: what the
// directory is asked for, the format, and a name for this export, which the
// page makes up to follow it by.
type exportForm struct {
	Text       string `form:"q"`
	Selected   string `form:"selected"` // of users that were selected, with a comma between them
	Type       string `form:"type"`
	Role       string `form:"role"`
	Status     string `form:"status"`
	Department string `form:"department"`
	Label      string `form:"label"`
	Manager    string `form:"manager"`
	Seen       string `form:"seen"`
	Created    string `form:"created"`
	View       string `form:"view"`
	Sort       string `form:"sort"`
	Columns    string `form:"columns"` // of the file, with a comma between them; empty for all
	Format     string `form:"format"`
	Export     string `form:"export"`
}

// asked are the parameters of the directory by their names.
func (f *exportForm) asked() map[string]*string {
	return map[string]*string{
		"q": &f.Text, "selected": &f.Selected, "type": &f.Type, "role": &f.Role, "status": &f.Status,
		"department": &f.Department, "label": &f.Label, "manager": &f.Manager,
		"seen": &f.Seen, "created": &f.Created, "view": &f.View, "sort": &f.Sort,
	}
}

// at returns the address of a list of what the form asks for.
func (f *exportForm) at(path string) listAddress {
	l := listAddress{path: path, query: url.Values{}}
	for key, value := range f.asked() {
		if *value != "" {
			l.query.Set(key, *value)
		}
	}
	return l
}

// query returns what the form asks of the directory, with its days as they are in
// zone.
func (f *exportForm) query(zone *time.Location) directory.Query {
	return directoryQuery(f.at("/users"), 0, zone)
}

// exportFormOf returns the form as it is shown at first: with the columns of the list.
func (a *App) exportFormOf(c echo.Context) exportForm {
	f := exportForm{Format: exportFormats[0].value}
	for key, value := range f.asked() {
		*value = truncate(key, c.QueryParam(key))
	}
	f.Columns = a.listExportColumns(c, directory.View(f.View))
	return f
}

// exportUsersForm serves GET /users/export.
func (a *App) exportUsersForm(c echo.Context) error {
	asked := a.exportFormOf(c)
	var err error
	if asked.Selected, err = a.selected(c); err != nil {
		return err
	}
	form, kept, err := keptOr(a, c, asked)
	if err != nil {
		return err
	}
	return a.showExport(c, form, kept, nil)
}

// exportUsers serves POST /users/export.
func (a *App) exportUsers(c echo.Context) error {
	if wait := a.exports.take(client{network(requestOf(c.Request()).address, 64), actor(c).Key}); wait > 0 {
		retryAfter(c.Response().Header(), wait)
		return httperror.ErrExportedOften
	}
	var form exportForm
	err := bindForm(c, &form)
	for key, value := range form.asked() {
		*value = truncate(key, *value)
	}
	form.Export = truncate("export", form.Export)
	i := slices.IndexFunc(exportFormats, func(f exportFormat) bool { return f.value == form.Format })
	var columns []string
	if err == nil && i < 0 {
		err = users.Invalid("format", words.ChooseFormat)
	}
	if err == nil {
		columns, err = form.columns()
	}
	if err == nil {
		format := exportFormats[i]
		format.columns = columns
		err = a.sendExport(c, form, format)
	}
	if correctable(err) {
		return a.showExport(c, form, false, err)
	}
	return err
}

// showExport answers with the page that exports what the form asks for; wrong is
// what was wrong with it when it was posted.
func (a *App) showExport(c echo.Context, form exportForm, kept bool, wrong error) error {
	resume := waitFor(c.Request())
	size, err := a.directory.ExportSize(c.Request().Context(), actor(c), form.query(zoneOf(viewer(c))))
	resume()
	_, unusable := errors.AsType[*users.InvalidError](err)
	if err != nil && !unusable {
		return err
	}
	if wrong == nil {
		wrong = err
	}
	m := a.exportPage(c, form, size.Total, outcomeOf(wrong))
	m.Kept, m.Unusable = kept, unusable
	if !unusable && size.Total != (directory.Total{}) {
		m.Count = words.TotalUsers(size.Total)
	}
	if size.Newest {
		m.Order = words.NewestFirst
	}
	status := http.StatusOK
	if wrong != nil {
		status = formStatus(wrong)
	}
	return render(c, status, views.UserExportPage(m))
}

// exportPage is the page with the form as it is filled in, for so many users.
func (a *App) exportPage(c echo.Context, form exportForm, total directory.Total, o outcome) views.UserExport {
	here, list := form.at("/users/export"), form.at("/users")
	list.query.Del("selected")
	name := rand.Text()
	m := views.UserExport{
		Chrome: a.chrome(c, words.ExportUsers, "users"), Action: here.path, Cancel: list.String(),
		Chips: exportChips(here), Order: words.Choice("sort", form.Sort),
		Columns: o.onChoice(exportColumnsChoice(form.Columns, a.listExportColumns(c, directory.View(form.View)))),
		Format:  views.Choice{Field: o.on(views.Field{Name: "format", Label: "Format", Required: true})},
		Name:    name, Progress: progressPath(name, 0),
	}
	m.Crumbs = []views.Link{{Label: "Users", URL: list.String()}, {Label: "Export"}}
	for _, p := range o.problems {
		if p.Field != "format" && p.Field != "columns" { // no other has a field on the page
			p.Field = ""
		}
		m.Problems = append(m.Problems, p)
	}
	for key := range here.query {
		m.Asked = append(m.Asked, views.Option{Label: key, Value: here.get(key)})
	}
	slices.SortFunc(m.Asked, func(x, y views.Option) int { return strings.Compare(x.Label, y.Label) })
	for _, f := range exportFormats {
		m.Format.Options = append(m.Format.Options, views.Option{Value: f.value, Label: words.Format(f.value), Hint: f.hintFor(total), Selected: f.value == form.Format})
	}
	return m
}

// exportChips are what narrows an export: the view, and what narrows the list.
func exportChips(l listAddress) []views.Chip {
	var chips []views.Chip
	if l.has("view") {
		chips = []views.Chip{{Label: "View: " + words.Plain(words.View(directory.View(l.get("view")))), Remove: l.without("view")}}
	}
	if keys := selectedKeys(l); len(keys) > 0 {
		chips = append(chips, views.Chip{Label: numbers.Counted(len(keys), "selected user", "selected users"), Remove: l.without("selected")})
	}
	return append(chips, directoryChips(l)...)
}
