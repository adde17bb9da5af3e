package web

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

// asOfParameters are the parameters of the directory as of a day.
var asOfParameters = []string{"as_of", "role", "after"}

// asOfForm is the form that exports the directory as of a day, as it is posted.
type asOfForm struct {
	Day    string `form:"as_of"`
	Role   string `form:"role"`
	Format string `form:"format"`
}

// rolesIn returns the roles in values of a parameter, each of which may list several.
func rolesIn(values []string) (roles []users.Role) {
	for _, value := range values {
		for part := range strings.SplitSeq(value, ",") {
			if role := users.Role(strings.TrimSpace(part)); role != "" && !slices.Contains(roles, role) {
				roles = append(roles, role)
			}
		}
	}
	return roles
}

// asOfQuery returns what a day and roles ask of the directory, or an [*users.InvalidError].
func (t presenter) asOfQuery(day users.Date, roles []users.Role) (directory.AsOfQuery, error) {
	from, to := day.In(t.zone)
	switch {
	case to.IsZero():
		return directory.AsOfQuery{}, users.Invalid("as_of", words.EnterDate)
	case from.After(t.now):
		return directory.AsOfQuery{}, users.Invalid("as_of", words.AsOfDayToCome)
	}
	return directory.AsOfQuery{Day: day, Before: to, Roles: roles}, nil
}

// listAsOf serves GET /users with the parameter as_of.
func (a *App) listAsOf(c echo.Context) error {
	if err := actor(c).May(users.ActSeeAudit, users.User{}); err != nil {
		return err
	}
	asked := c.QueryParams()
	day, roles := users.Date(truncate("as_of", c.QueryParam("as_of"))), rolesIn(asked["role"])
	q, err := a.presenter(c).asOfQuery(day, roles)
	q.After = users.Key(truncate("after", c.QueryParam("after")))
	for name := range asked {
		if err == nil && !slices.Contains(asOfParameters, name) {
			err = users.Invalid("", words.AsOfDayOnly)
		}
	}
	var page directory.AsOfPage
	if err == nil {
		page, err = a.directory.AsOf(c.Request().Context(), actor(c), q)
	}
	if err != nil && !correctable(err) {
		return err
	}
	status := http.StatusOK
	if err != nil {
		status = http.StatusUnprocessableEntity
	}
	return render(c, status, views.UsersAsOfPage(a.asOfDayPage(c, q, roles, page, outcomeOf(err))))
}

// asOfDayPage is the page with users as they were at the end of a day.
func (a *App) asOfDayPage(c echo.Context, q directory.AsOfQuery, roles []users.Role, page directory.AsOfPage, o outcome) views.UsersAsOf {
	t := a.presenter(c)
	m := views.UsersAsOf{
		Chrome: a.chrome(c, words.RolesAsOfDay, "audit"), FormState: views.FormState{Problems: o.problems},
		Heading: words.RolesAsOfDay, Text: words.AsOfDayMeaning + " In your time zone, " + t.zone.String() + ".", Path: "/users",
		Day: o.on(views.Field{Name: "as_of", Label: "Day", Type: "date", Value: c.QueryParam("as_of"), Required: true}),
	}
	m.Crumbs = []views.Link{{Label: words.AuditLog, URL: "/audit"}, {Label: words.RolesAsOfDay}}
	if users.Date(m.Day.Value).Time().IsZero() {
		m.Day.Value = "" // an input for dates can show no other text
	}
	for _, role := range directory.RolesKept {
		m.Roles = append(m.Roles, views.Option{Value: string(role), Label: words.Role(role), Selected: slices.Contains(roles, role)})
	}
	if len(o.problems) > 0 {
		return m
	}
	m.Heading = words.RolesAsOf(q.Day)
	for _, row := range page.Rows {
		m.Rows = append(m.Rows, t.asOfRow(row))
	}
	if page.Erased {
		m.Note = words.AsOfDayErased
	}
	at := func(after users.Key) string { return asOfAddress(q, after) }
	if page.Next != "" {
		m.Next = at(page.Next)
	}
	if q.After != "" {
		m.First = at("")
	}
	if m.None = len(m.Rows) == 0; !m.None && t.actor.May(users.ActExport, users.User{}) == nil {
		m.Export = asOfExportForm(q, m.FormKey)
	}
	return m
}

// asOfAddress returns the address of users as of a day, after one.
func asOfAddress(q directory.AsOfQuery, after users.Key) string {
	values := url.Values{"as_of": {string(q.Day)}, "role": {roleList(q.Roles)}}
	if after != "" {
		values.Set("after", string(after))
	}
	return "/users?" + values.Encode()
}

// powerToday is the address of the admins and owners as of today.
func (t presenter) powerToday() string {
	return asOfAddress(directory.AsOfQuery{Day: t.today(), Roles: []users.Role{users.RoleAdmin, users.RoleOwner}}, "")
}

// roleList returns roles with commas between.
func roleList(roles []users.Role) string {
	texts := make([]string, len(roles))
	for i, role := range roles {
		texts[i] = string(role)
	}
	return strings.Join(texts, ",")
}

// asOfExportForm is the form that exports the list of q.
func asOfExportForm(q directory.AsOfQuery, key string) *views.AsOfExport {
	m := &views.AsOfExport{Action: asOfExportPath, Fields: []views.Option{
		{Label: formField, Value: key}, {Label: "as_of", Value: string(q.Day)}, {Label: "role", Value: roleList(q.Roles)},
	}}
	for _, f := range exportFormats {
		m.Formats = append(m.Formats, views.Option{Value: f.value, Label: words.Format(f.value)})
	}
	return m
}

// asOfRow shows a user as they were, without a link if they are deleted.
func (t presenter) asOfRow(row directory.AsOfRow) views.UserAsOfRow {
	u := row.User
	m := views.UserAsOfRow{Who: t.user(u), Type: words.Kind(u.Kind), Role: words.Role(u.Role), Status: statusBadge(u.Status), Now: words.AsOfDeleted}
	if row.Now == nil {
		m.Who.URL = ""
	} else {
		m.Now = words.Role(row.Now.Role) + " · " + words.Status(row.Now.Status)
	}
	return m
}

// asOfExportPath is where a list as of a day is exported.
const asOfExportPath = "/users/export/roles"

// exportAsOf serves POST /users/export/roles.
func (a *App) exportAsOf(c echo.Context) error {
	if wait := a.exports.take(client{network(requestOf(c.Request()).address, 64), actor(c).Key}); wait > 0 {
		retryAfter(c.Response().Header(), wait)
		return httperror.ErrExportedOften
	}
	var form asOfForm
	if err := bindForm(c, &form); err != nil {
		return err
	}
	q, err := a.presenter(c).asOfQuery(users.Date(form.Day), rolesIn([]string{form.Role}))
	i := slices.IndexFunc(exportFormats, func(f exportFormat) bool { return f.value == form.Format })
	if err == nil && i < 0 {
		err = users.Invalid("format", words.ChooseFormat)
	}
	if err != nil {
		return err
	}
	format := exportFormats[i]
	name := "roles-" + string(q.Day) + "." + format.extension
	return a.sendFile(c, name, rand.Text(), format, func(s *exportSender) error {
		return a.directory.ExportAsOf(s.ctx, actor(c), q, format.domain(), s)
	})
}
