package web

import (
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// orgForm are the fields by which an organisation sorts its users. Each is a form of its own, as
// it may come from the provider.
type orgForm struct {
	departmentForm
	titleForm
	managerForm
	labelsForm
}

type departmentForm struct {
	Department string `form:"department"`
}

type titleForm struct {
	Title string `form:"title"`
}

type managerForm struct {
	Manager string `form:"manager"`
}

type labelsForm struct {
	Labels string `form:"labels"`
}

// orgFormOf returns the form as it is filled in from u.
func orgFormOf(u users.User) orgForm {
	return orgForm{departmentForm{u.Department}, titleForm{u.Title}, managerForm{string(u.Manager.ID)}, labelsForm{labelList(u.Labels)}}
}

// labelList returns labels as a form and a sentence have them.
func labelList(labels string) string { return strings.Join(users.SplitLabels(labels), ", ") }

// inputs gives access to the fields by name, for [merge].
func (f *orgForm) inputs() map[string]*string {
	return map[string]*string{"department": &f.Department, "title": &f.Title, "manager": &f.Manager, "labels": &f.Labels}
}

// orgFieldsOf are the names of the fields that users of a kind have, in the order of the form.
func orgFieldsOf(kind users.Kind) []string {
	if kind == users.KindPerson {
		return []string{"department", "title", "manager", "labels"}
	}
	return []string{"department", "labels"}
}

// editable are the fields of a form that the viewer may set, by name.
type editable map[string]bool

// editableOrgFields returns the fields of u that the viewer may set: none of their own, and none
// that come from the provider.
func (a *App) editableOrgFields(c echo.Context, u users.User) editable {
	may := editable{}
	if actor(c).May(users.ActOrganise, u) != nil {
		return may
	}
	for _, field := range orgFieldsOf(u.Kind) {
		may[field] = !a.users.Provided(u, field)
	}
	return may
}

// given returns the value of a field, nil if the viewer may not set it.
func given[T any](may editable, field string, value *T) *T {
	if !may[field] {
		return nil
	}
	return value
}

// fields returns the form as the domain takes it.
func (f *orgForm) fields(may editable) users.OrgFields {
	return users.OrgFields{
		Department: given(may, "department", &f.Department), Title: given(may, "title", &f.Title),
		Manager: given(may, "manager", &f.Manager), Labels: given(may, "labels", &f.Labels),
	}
}

// orgFields ask for the fields that the viewer may set. The form is at the address at.
func (a *App) orgFields(c echo.Context, o outcome, may editable, f orgForm, at string) ([]views.PersonField, error) {
	var all []views.PersonField
	if may["department"] {
		departments, err := a.directory.Departments(c.Request().Context(), actor(c), "")
		if err != nil {
			return nil, err
		}
		field := views.PersonField{Field: o.on(views.Field{Name: "department", Label: words.Field("department"), Value: f.Department})}
		for _, department := range departments {
			field.People = append(field.People, views.Option{Value: department})
		}
		all = append(all, field)
	}
	if may["title"] {
		all = append(all, views.PersonField{Field: o.on(views.Field{Name: "title", Label: words.Field("title"), Value: f.Title})})
	}
	if may["manager"] {
		people, err := a.suggestPeople(c, o, "manager", f.Manager)
		if err != nil {
			return nil, err
		}
		all = append(all, o.personField(views.Field{Name: "manager", Label: words.Field("manager"), Value: f.Manager, Suggest: at}, people))
	}
	if may["labels"] {
		all = append(all, views.PersonField{Field: o.on(views.Field{
			Name: "labels", Label: words.Field("labels"), Value: f.Labels, Hint: "With commas between them.",
		})})
	}
	return all, nil
}

// lockedOrgFields are the fields of u that the form does not change, as far as they have a value or
// come from the provider.
func (t presenter) lockedOrgFields(u users.User, provided func(users.User, string) bool, may editable) []views.Locked {
	var all []views.Locked
	for _, field := range orgFieldsOf(u.Kind) {
		value, why := t.orgValue(u, field), words.SetByAdmins
		if provided(u, field) {
			why = words.FromProvider
		}
		if may[field] || value == "" && why == words.SetByAdmins {
			continue
		}
		all = append(all, views.Locked{Label: words.Field(field), Value: value, Why: why})
	}
	return all
}

// orgValue returns the value of a field of u in words, "" for none.
func (t presenter) orgValue(u users.User, field string) string {
	switch field {
	case "department":
		return words.Plain(u.Department)
	case "title":
		return words.Plain(u.Title)
	case "manager":
		return t.manager(u).Label
	}
	return words.Plain(labelList(u.Labels))
}

// manager shows the manager of u, also one who was deleted.
func (t presenter) manager(u users.User) views.Person {
	if u.Manager.Key != "" && u.Manager.ID == "" {
		return unlinked(words.DeletedUser)
	}
	return t.person(u.Manager)
}

// orgFacts are the facts about where in the organisation u belongs.
func (t presenter) orgFacts(u users.User, provided func(users.User, string) bool) views.OrgFacts {
	f := views.OrgFacts{Department: words.Plain(u.Department), Title: words.Plain(u.Title), Manager: t.manager(u), Labels: users.SplitLabels(u.Labels)}
	var from []string
	for _, field := range orgFieldsOf(u.Kind) {
		if provided(u, field) && t.orgValue(u, field) != "" {
			from = append(from, words.Field(field))
		}
	}
	f.Provided = words.And(from)
	return f
}
