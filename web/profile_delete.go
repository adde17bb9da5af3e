package web

import (
	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// confirmForm is the form at the foot of the profile.
type confirmForm struct {
	Confirm string `form:"confirm"` // the viewer's own user_id
}

// deleteOwn serves POST /profile/delete. The session is gone with the account, so
// that the page that follows is one for strangers.
func (a *App) deleteOwn(c echo.Context) error {
	var form confirmForm
	err := bindForm(c, &form)
	who := actor(c)
	if err == nil {
		err = a.users.Delete(c.Request().Context(), who, who.ID, users.Deletion{Confirm: form.Confirm})
	}
	switch {
	case err == nil:
		return a.showSignedOut(c, a.signOutURL(c, "", ""), words.AccountDeleted)
	case !correctable(err):
		return err
	}
	m, pageErr := a.profilePage(c, ownFormOf(viewer(c)), outcomeOf(err))
	if pageErr != nil {
		return pageErr
	}
	d, detailErr := a.users.Detail(c.Request().Context(), who, who.ID)
	if detailErr != nil {
		return detailErr
	}
	m.Delete = a.deleteOwnForm(d, outcomeOf(err), form.Confirm)
	return render(c, formStatus(err), views.ProfilePage(m))
}

// deleteOwnForm asks for the viewer's user_id, or says why they cannot go.
func (a *App) deleteOwnForm(d users.Detail, o outcome, confirm string) views.DeleteOwn {
	if d.LastOwner {
		return views.DeleteOwn{Why: words.OwnLastOwner}
	}
	m := views.DeleteOwn{Action: "/profile/delete", Confirm: o.confirmField(d.User.ID, confirm)}
	m.Return = words.OwnReturn(a.users.DeletionGrace(), a.users.SignsUp(d.User.ID))
	return m
}
