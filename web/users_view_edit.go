package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// editViewForm is the form that changes a saved view, as it is posted.
type editViewForm struct {
	ID string `form:"id,required"`
	viewForm
}

// editSharedViewForm is the form of those who may share views.
type editSharedViewForm struct {
	ID string `form:"id,required"`
	sharedViewForm
}

// editViewPage serves GET /users/views/edit?id=: one of the viewer's own views.
func (a *App) editViewPage(c echo.Context) error {
	form, kept, err := keptOr(a, c, editSharedViewForm{ID: truncate("id", c.QueryParam("id"))})
	if err != nil {
		return err
	}
	saved, err := a.users.SavedViews(c.Request().Context(), actor(c))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(saved, func(v users.SavedView) bool { return string(v.ID) == form.ID && v.Owner.Key == actor(c).Key })
	if i < 0 {
		return users.ErrNotFound
	}
	if !kept {
		form.Name, form.Query, form.Shared = saved[i].Name, saved[i].Query, saved[i].Shared
	}
	return a.showEditView(c, form, kept, outcome{}, http.StatusOK)
}

// editView serves POST /users/views/edit.
func (a *App) editView(c echo.Context) error {
	var form editSharedViewForm
	var err error
	if actor(c).May(users.ActShareView, users.User{}) == nil {
		err = bindForm(c, &form)
	} else {
		own := editViewForm{}
		err = bindForm(c, &own)
		form.ID, form.viewForm = own.ID, own.viewForm
	}
	at, why := viewAddress(form.Query)
	if err == nil && why != "" {
		err = &users.InvalidError{Fields: []users.FieldError{{Message: why}}}
	}
	var after users.SavedView
	if err == nil {
		after, err = a.users.EditView(c.Request().Context(), actor(c), users.ViewID(form.ID), users.NewView{Name: form.Name, Query: at.query.Encode(), Shared: form.Shared})
	}
	switch {
	case err == nil:
		return a.done(c, words.SavedView(after.Name), "")
	case !correctable(err):
		return err
	}
	return a.showEditView(c, form, false, outcomeOf(err), http.StatusUnprocessableEntity)
}

// showEditView answers with the page of the form as it is filled in.
func (a *App) showEditView(c echo.Context, form editSharedViewForm, kept bool, o outcome, status int) error {
	m, err := a.savedViewsPage(c)
	if err != nil {
		return err
	}
	for i := range o.problems {
		if o.problems[i].Field == "query" || o.problems[i].Field == "id" { // it has no field to be seen
			o.problems[i].Field = ""
		}
	}
	at, _ := directoryAddress(form.Query)
	m.Kept, m.Problems, m.Form = kept, o.problems, a.viewForm(c, at, form.sharedViewForm, o)
	m.Form.Action, m.Form.ID, m.Form.Cancel = "/users/views/edit", form.ID, "/users/views"
	return render(c, status, views.SavedViewsPage(m))
}
