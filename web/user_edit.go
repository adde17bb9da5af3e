package web

import (
	"errors"
	"maps"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// editForm are the fields of the forms that edit a user.
type editForm struct {
	recordForm
	Version int64  `form:"version,required"`
	Reason  string `form:"reason"`
}

// userEditForm is the form that edits a user, as it is posted. A person has one part of it, a
// service user another.
type userEditForm struct {
	editForm
	orgForm
	notificationForm
	serviceForm
}

// editFormOf returns the form as it is filled in from u.
func editFormOf(u users.User) userEditForm {
	return userEditForm{editForm{recordForm: recordFormOf(u), Version: u.Version}, orgFormOf(u), notificationFormOf(u), serviceFormOf(u)}
}

// of returns the parts of the form that the viewer may edit u with; the others are nil.
func (f *userEditForm) of(u users.User, may editable) any {
	parts := &struct {
		*editForm
		*departmentForm
		*titleForm
		*managerForm
		*labelsForm
		*notificationForm
		*serviceForm
	}{editForm: &f.editForm}
	parts.departmentForm, parts.titleForm = given(may, "department", &f.departmentForm), given(may, "title", &f.titleForm)
	parts.managerForm, parts.labelsForm = given(may, "manager", &f.managerForm), given(may, "labels", &f.labelsForm)
	if u.Kind == users.KindService {
		parts.serviceForm = &f.serviceForm
	} else {
		parts.notificationForm = &f.notificationForm
	}
	return parts
}

// edit returns the form as the domain takes it.
func (f userEditForm) edit(u users.User, may editable) users.Edit {
	e := users.Edit{Fields: f.recordForm.fields(), OrgFields: f.orgForm.fields(may), Version: f.Version, Reason: f.Reason}
	if u.Kind == users.KindService {
		service := f.serviceForm.fields()
		e.Service = &service
	} else {
		e.Fields = f.with(e.Fields)
	}
	return e
}

// inputs gives access to the fields of u by name, all but version and reason.
func (f *userEditForm) inputs(u users.User) map[string]*string {
	all := f.recordForm.inputs()
	maps.Copy(all, f.orgForm.inputs())
	if u.Kind == users.KindService {
		maps.Copy(all, f.serviceForm.inputs())
	} else {
		maps.Copy(all, f.notificationForm.inputs())
	}
	return all
}

// editTarget returns the user to edit, if the viewer may.
func (a *App) editTarget(c echo.Context) (users.User, error) {
	id, err := a.pathID(c)
	if err != nil {
		return users.User{}, err
	}
	u, err := a.users.User(c.Request().Context(), actor(c), id)
	if err != nil {
		return users.User{}, err
	}
	return u, actor(c).May(users.ActEdit, u)
}

// editUserForm serves GET /users/:id/edit.
func (a *App) editUserForm(c echo.Context) error {
	u, err := a.editTarget(c)
	if err != nil {
		return err
	}
	for _, field := range []string{"responsible", "manager"} {
		if isFragment(c, views.SuggestionsID(field)) {
			return a.suggest(c, field)
		}
	}
	fresh := editFormOf(u)
	if name := c.QueryParam("name"); name != "" { // typed in the palette
		fresh.Name = truncate("name", name)
	}
	form, kept, err := keptOr(a, c, fresh)
	if err != nil {
		return err
	}
	m, err := a.editPage(c, u, form, outcome{})
	if err != nil {
		return err
	}
	m.Kept = kept
	return render(c, http.StatusOK, views.UserEditPage(m))
}

// editUser serves POST /users/:id/edit. A form with mistakes is shown again as it
// was filled in; so is one that someone else came before, with what they changed.
func (a *App) editUser(c echo.Context) error {
	u, err := a.editTarget(c)
	if err != nil {
		return err
	}
	var form userEditForm
	var saved users.User
	may := a.editableOrgFields(c, u)
	err = bindForm(c, form.of(u, may))
	if err == nil {
		saved, err = a.users.Edit(c.Request().Context(), actor(c), u.ID, form.edit(u, may))
	}
	stale, isStale := errors.AsType[*users.StaleError](err)
	switch {
	case err == nil:
		return a.done(c, savedWord(u.Version, saved.Version, words.Saved(saved.Label())), saved.ID)
	case !isStale && !correctable(err):
		return err
	}
	o := outcomeOf(err)
	if isStale { // the form goes on from what is stored now, so that sent again it is accepted
		base, theirs := editFormOf(stale.Base), editFormOf(stale.Current)
		o.conflicts = merge(form.inputs(u), base.inputs(u), theirs.inputs(u))
		form.Version, u = stale.Current.Version, stale.Current
	}
	m, pageErr := a.editPage(c, u, form, o)
	if pageErr != nil {
		return pageErr
	}
	if isStale {
		m.Stale = a.presenter(c).stale(stale, userPath(u.ID, "edit"))
	}
	return render(c, formStatus(err), views.UserEditPage(m))
}

// savedWord says that a record was saved, or that the form changed nothing in it.
func savedWord(before, after int64, saved string) string {
	if before == after {
		return words.NothingChanged
	}
	return saved
}

// editPage is the page with the form as it is filled in. What the viewer does not
// change here stands below it as text.
func (a *App) editPage(c echo.Context, u users.User, form userEditForm, o outcome) (views.UserEdit, error) {
	t := a.presenter(c)
	m := views.UserEdit{
		Chrome: a.userChrome(c, u, "Edit"), FormState: views.FormState{Problems: o.problems},
		Who: t.user(u), Action: userPath(u.ID, "edit"), Cancel: userPath(u.ID),
		Version: versionWord(form.Version),
		Name:    first(o.nameField(form.Name)),
		Picture: o.pictureField(form.PictureURL, a.pictureHosts),
		Reason:  o.reasonField(form.Reason),
	}
	may := a.editableOrgFields(c, u)
	m.Locked = append(t.lockedOrgFields(u, a.users.Provided, may), t.locked(u)...)
	var err error
	if m.Org, err = a.orgFields(c, o, may, form.orgForm, m.Action); err != nil {
		return m, err
	}
	if u.Kind != users.KindService {
		m.Channels, m.Types = o.channelToggles(form.notificationForm), o.typeToggles(form.notificationForm, "them")
		m.Sentence = words.Notifications(t.subject(u), form.channels(), form.types())
		return m, nil
	}
	people, err := a.suggestPeople(c, o, "responsible", form.Responsible)
	service := o.serviceFields(form.serviceForm, people, m.Action)
	m.Service = &service
	return m, err
}

// locked are the facts about u that its edit form does not change.
func (t presenter) locked(u users.User) []views.Locked {
	role := views.Locked{Label: "Role", Value: words.Role(u.Role), Link: views.Link{Label: words.ChangeRole}}
	role.Link.URL, role.Why = allowed(t.actor, users.ActChangeRole, u, userPath(u.ID, "role"))
	list := []views.Locked{
		{Label: "User ID", Value: string(u.ID), Why: words.UserIDFixed},
		{Label: "Type", Value: words.Kind(u.Kind), Why: words.TypeFixed},
		role,
		{Label: "Status", Value: words.Status(u.Status), Why: words.StatusFixed},
	}
	if u.Kind == users.KindPerson {
		list = append(list, views.Locked{Label: "Time zone", Value: words.Plain(u.TimeZone), Why: words.TimeZoneFixed})
	}
	return list
}
