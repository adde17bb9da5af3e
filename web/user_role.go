package web

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// roleForm is the form that changes a role, as it is posted.
type roleForm struct {
	Role    string `form:"role"`
	Version int64  `form:"version,required"`
	Reason  string `form:"reason"`
	rotateForm
}

// change returns the form as the domain takes it.
func (f roleForm) change() users.RoleChange {
	return users.RoleChange{Role: users.Role(f.Role), Version: f.Version, Reason: f.Reason}
}

// changeRoleForm serves GET /users/:id/role.
func (a *App) changeRoleForm(c echo.Context) error {
	target, err := a.target(c, users.ActChangeRole)
	if err != nil {
		return err
	}
	known, err := a.known(c, target)
	if err != nil {
		return err
	}
	fresh := roleForm{Role: string(target.User.Role), Version: target.User.Version, rotateForm: freshRotate(known, false)}
	form, kept, err := keptOr(a, c, fresh)
	if err != nil {
		return err
	}
	m := a.rolePage(c, target, known, form, outcome{})
	m.Form.Kept = kept
	return render(c, http.StatusOK, views.UserRolePage(m))
}

// changeRole serves POST /users/:id/role.
func (a *App) changeRole(c echo.Context) error {
	target, err := a.target(c, users.ActChangeRole)
	if err != nil {
		return err
	}
	known, err := a.known(c, target)
	if err != nil {
		return err
	}
	var form roleForm
	var rotated []users.Rotated
	after := target.User
	if err = bindForm(c, &form); err == nil {
		rotated, err = form.with(func(r users.RotateKnown) (all []users.Rotated, err error) {
			after, all, err = a.users.ChangeRoleAndRotate(c.Request().Context(), actor(c), target.User.ID, form.change(), r)
			return all, err
		})
	}
	stale, isStale := errors.AsType[*users.StaleError](err)
	switch {
	case err == nil && len(rotated) > 0:
		return a.showRotated(c, words.RoleChanged(after.Label(), after.Role), rotated)
	case err == nil:
		return a.done(c, savedWord(target.User.Version, after.Version, words.RoleChanged(after.Label(), after.Role)), after.ID)
	case !isStale && !correctable(err):
		return err
	}
	o := outcomeOf(err)
	if isStale {
		target.User = stale.Current
		o.conflicts = merge(map[string]*string{"role": &form.Role}, roleInput(stale.Base), roleInput(stale.Current))
		form.Version = stale.Current.Version
	}
	m := a.rolePage(c, target, known, form, o)
	if isStale {
		m.Form.Stale = a.presenter(c).stale(stale, userPath(after.ID, "role"))
	}
	return render(c, formStatus(err), views.UserRolePage(m))
}

// roleInput is the role of u as the field of a form, for [merge].
func roleInput(u users.User) map[string]*string {
	role := string(u.Role)
	return map[string]*string{"role": &role}
}

// rolePage is the page with the form as it is filled in.
func (a *App) rolePage(c echo.Context, target users.Consequences, known []users.KnownToken, form roleForm, o outcome) views.UserRole {
	t := a.presenter(c)
	return views.UserRole{
		Chrome: a.userChrome(c, target.User, words.ChangeRole),
		Who:    t.user(target.User),
		Form:   t.roleForm(target.User, target.LastOwner, form, o),
		Known:  t.knownTokens(known, form.rotateForm, o, "If you lower the role, tick those that this person must not use any more. Each gets a new secret at once, shown to you on the next page."),
		Cancel: userPath(target.User.ID),
	}
}

// roleForm shows the role of u and, where the viewer may, the form to change it.
func (t presenter) roleForm(u users.User, lastOwner bool, form roleForm, o outcome) views.RoleForm {
	f := views.RoleForm{
		FormState: views.FormState{Problems: o.problems},
		Action:    userPath(u.ID, "role"), Version: versionWord(form.Version),
		Role:   o.roleChoice(u.Kind, t.actor.MayGive(users.ActChangeRole, u.Kind), form.Role),
		Reason: o.reasonField(form.Reason),
	}
	switch {
	case u.Key == t.actor.Key:
		f.Then = "A change of role ends your sessions: you sign in again with the new one."
	case u.Kind == users.KindPerson:
		f.Then = "A change of role ends their sessions: they sign in again with the new one."
	}
	if err := t.actor.May(users.ActChangeRole, u); err != nil {
		f.Why = err.Error()
	} else if lastOwner {
		f.Why = words.LastOwner
	}
	return f
}
