package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// newServiceUserForm is the form that creates a service user, as it is posted.
type newServiceUserForm struct {
	newUserForm
	serviceForm
	Token bool `form:"token"` // also issue a token, as the form of a first token proposes it
}

// newServiceUserFormOf returns the form as it is shown at first.
func (a *App) newServiceUserFormOf(c echo.Context) newServiceUserForm {
	f := newServiceUserForm{newUserForm: newUserFormOf(c)}
	f.Responsible, f.ReviewOn = string(actor(c).ID), a.presenter(c).nextReviewOn()
	return f
}

// createServiceUserForm serves GET /service-users/new.
func (a *App) createServiceUserForm(c echo.Context) error {
	if isFragment(c, views.SuggestionsID("responsible")) {
		return a.suggest(c, "responsible")
	}
	form, kept, err := keptOr(a, c, a.newServiceUserFormOf(c))
	if err != nil {
		return err
	}
	m, err := a.newServiceUserPage(c, form, outcome{})
	if err != nil {
		return err
	}
	m.Kept = kept
	return render(c, http.StatusOK, views.NewServiceUserPage(m))
}

// createServiceUser serves POST /service-users/new.
func (a *App) createServiceUser(c echo.Context) error {
	var form newServiceUserForm
	err := bindForm(c, &form)
	var created users.User
	var token users.Token
	var secret string
	n := users.NewServiceUser{NewPerson: form.user(), ServiceFields: form.serviceForm.fields()}
	switch {
	case err != nil:
	case form.Token:
		created, token, secret, err = a.users.CreateServiceUserWithToken(c.Request().Context(), actor(c), n, a.firstToken(c))
	default:
		created, err = a.users.CreateServiceUser(c.Request().Context(), actor(c), n)
	}
	switch {
	case err == nil && secret != "":
		return a.showSecret(c, tokenPlace{user: created, base: userPath(created.ID, "tokens")}, token, secret, nil)
	case err == nil:
		return a.done(c, words.Created(created.Label()), created.ID)
	case !correctable(err):
		return err
	}
	a.noteRefusedRole(c, users.ActCreateService, users.KindService, form.Role)
	taken, takenErr := a.takenBy(c, form.UserID, err)
	if takenErr != nil {
		return takenErr
	}
	m, pageErr := a.newServiceUserPage(c, form, outcomeOf(err))
	if pageErr != nil {
		return pageErr
	}
	m.Taken = taken
	return render(c, http.StatusUnprocessableEntity, views.NewServiceUserPage(m))
}

// firstToken returns the token that is issued with a service user, as the form of a first token
// proposes it.
func (a *App) firstToken(c echo.Context) users.NewToken {
	form := a.freshToken()
	form.Name = words.FirstTokenName
	n, _ := form.token(a.presenter(c), a.users.TokenLifetime()) // without a lifetime the domain refuses it
	return n
}

// newServiceUserPage is the page with the form as it is filled in.
func (a *App) newServiceUserPage(c echo.Context, form newServiceUserForm, o outcome) (views.NewServiceUser, error) {
	people, err := a.suggestPeople(c, o, "responsible", form.Responsible)
	roles := actor(c).MayGive(users.ActCreateService, users.KindService)
	m := views.NewServiceUser{
		Chrome: a.chrome(c, words.NewServiceUser, "service"), FormState: views.FormState{Problems: o.problems},
		Action: "/service-users/new", Cancel: "/users?view=" + string(directory.ViewService),
		UserID: o.on(views.Field{
			Name: "user_id", Label: "User ID", Value: form.UserID, Required: true,
			Autofocus: form.UserID == "", Placeholder: "nightly-backup", Hint: "Small letters, digits and . _ + @ -. It can't be changed later.",
		}),
		Name: o.nameField(form.Name), Picture: o.pictureField(form.PictureURL, a.pictureHosts),
		Service: o.serviceFields(form.serviceForm, people, "/service-users/new"),
		Role:    o.roleChoice(users.KindService, roles, form.Role), RoleWhy: roleWhy(roles),
	}
	if token := a.firstToken(c); token.Lifetime > 0 {
		m.TokenHint = words.WithToken(token)
	}
	m.Service.Purpose.Autofocus = form.UserID != ""
	m.Crumbs = []views.Link{{Label: "Service users", URL: "/users?view=service"}, {Label: words.NewServiceUser}}
	return m, err
}
