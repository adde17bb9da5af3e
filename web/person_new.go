package web

import (
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// newPersonForm is the form that adds a person, as it is posted.
type newPersonForm struct {
	newUserForm
	notificationForm
	ReturnTo string `form:"return_to"` // "/todo" from there, else empty
}

// newUserForm are the fields of the forms that add a user.
type newUserForm struct {
	UserID string `form:"user_id"`
	recordForm
	Role    string `form:"role"`
	Despite bool   `form:"despite"` // also if another user signs in with the address
}

// newPersonFormOf returns the form as it is shown at first: as every user begins,
// with what the address asks for filled in.
func newPersonFormOf(c echo.Context) newPersonForm {
	return newPersonForm{newUserForm: newUserFormOf(c), notificationForm: usualNotifications}
}

// usualNotifications are those of a person who is added.
var usualNotifications = notificationForm{ChannelEmail: "on", TypeMention: "on"}

// newUserFormOf returns the fields as they are shown at first.
func newUserFormOf(c echo.Context) newUserForm {
	f := newUserForm{UserID: c.QueryParam("user_id"), Role: c.QueryParam("role")}
	f.recordForm = recordForm{Name: c.QueryParam("name")}
	if f.Role == "" {
		f.Role = string(users.RoleUser)
	}
	return f
}

// person returns the form as the domain takes it.
func (f newPersonForm) person() users.NewPerson {
	n := f.user()
	n.Channels, n.Types = f.channels(), f.types()
	return n
}

// user returns the fields as the domain takes them.
func (f newUserForm) user() users.NewPerson {
	return users.NewPerson{ID: f.UserID, Name: f.Name, PictureURL: f.PictureURL, Role: users.Role(f.Role), Despite: f.Despite}
}

// addPersonForm serves GET /users/new.
func (a *App) addPersonForm(c echo.Context) error {
	form, kept, err := keptOr(a, c, newPersonFormOf(c))
	if err != nil {
		return err
	}
	m := a.newPersonPage(c, form, outcome{})
	m.Kept = kept
	return render(c, http.StatusOK, views.NewPersonPage(m))
}

// addPerson serves POST /users/new. The next page has what to send the person.
func (a *App) addPerson(c echo.Context) error {
	var form newPersonForm
	err := bindForm(c, &form)
	var added users.User
	if err == nil {
		added, err = a.users.AddPerson(c.Request().Context(), actor(c), form.person())
	}
	switch {
	case err == nil:
		return a.done(c, words.Added(added.Label()), added.ID)
	case !correctable(err):
		return err
	}
	a.noteRefusedRole(c, users.ActAddPerson, users.KindPerson, form.Role)
	o := outcomeOf(err)
	if errors.Is(err, users.ErrTaken) { // in the words of the field's label
		o.problems = []views.Problem{{Field: "user_id", Message: words.AddressTaken}}
	}
	m := a.newPersonPage(c, form, o)
	if used, ok := errors.AsType[*users.AddressInUseError](err); ok {
		m.InUse = a.presenter(c).addressInUse(used)
	}
	if m.Taken, err = a.takenBy(c, form.UserID, err); err != nil {
		return err
	}
	return render(c, http.StatusUnprocessableEntity, views.NewPersonPage(m))
}

// newPersonPage is the page with the form as it is filled in.
func (a *App) newPersonPage(c echo.Context, form newPersonForm, o outcome) views.NewPerson {
	roles := actor(c).MayGive(users.ActAddPerson, users.KindPerson)
	m := views.NewPerson{
		Chrome: a.chrome(c, words.AddPersonTitle, "users"), FormState: views.FormState{Problems: o.problems},
		Action: "/users/new", Cancel: "/users", SignUp: a.signUpWords(),
		UserID: o.on(views.Field{
			Autofocus: true, Name: "user_id", Label: "E-mail address", Value: form.UserID, Type: "email", Required: true,
			Hint: "The address they sign in with. It is their user ID.",
		}),
		Name: o.nameField(form.Name), Picture: o.pictureField(form.PictureURL, a.pictureHosts),
		Role: o.roleChoice(users.KindPerson, roles, form.Role), RoleWhy: roleWhy(roles),
		Channels: o.channelToggles(form.notificationForm), Types: o.typeToggles(form.notificationForm, "them"),
	}
	m.Crumbs = []views.Link{{Label: "Users", URL: "/users"}, {Label: words.AddPersonTitle}}
	if form.Despite {
		m.InUse = &views.AddressInUse{Box: views.Check{Name: "despite", Label: despiteLabel, Checked: true}}
	}
	return m
}

// despiteLabel is the label of the box that adds a person although another user signs in
// with the address.
const despiteLabel = "Add this person all the same"

// addressInUse shows who signs in with the address of a person to be added.
func (t presenter) addressInUse(used *users.AddressInUseError) *views.AddressInUse {
	m := &views.AddressInUse{Address: string(used.Address), Box: views.Check{Name: "despite", Label: despiteLabel}}
	for _, r := range used.By {
		m.By = append(m.By, t.person(r))
	}
	return m
}

// signUpWords says who can sign in without being added, as a sentence; empty if no one can.
func (a *App) signUpWords() string {
	switch signUp, domains := a.users.SignUp(); signUp {
	case users.SignupDomain:
		return "People with an address at " + words.Or(domains) + " can also sign in without being added. They then have the role user."
	case users.SignupOpen:
		return "People with an account at the provider can also sign in without being added. They then have the role user."
	}
	return ""
}

// maxUserID is the length of the longest user_id, in characters.
const maxUserID = 254

// roleWhy says why there is only one role to choose.
func roleWhy(roles []users.Role) string {
	if len(roles) > 1 {
		return ""
	}
	return words.OneRole
}

// noteRefusedRole notes that a form asked for a role that the viewer may not
// give.
func (a *App) noteRefusedRole(c echo.Context, act users.Act, kind users.Kind, role string) {
	if role != "" && !slices.Contains(actor(c).MayGive(act, kind), users.Role(role)) {
		known := requestOf(c.Request())
		known.refused = append(known.refused, "role")
	}
}

// takenBy shows who has the user_id that a form asks for, where that is what is
// wrong with it.
func (a *App) takenBy(c echo.Context, userID string, wrong error) (*views.Person, error) {
	if !errors.Is(wrong, users.ErrTaken) {
		return nil, nil
	}
	id, err := users.ParseID(string(users.EnteredID(userID)))
	if err != nil {
		return nil, err
	}
	u, err := a.users.User(c.Request().Context(), actor(c), id)
	if errors.Is(err, users.ErrNotFound) {
		return nil, nil // deleted since then
	}
	if err != nil {
		return nil, err
	}
	p := a.presenter(c).user(u)
	return &p, nil
}

// personAdded is the page after a person was added, with what to send them.
func (a *App) personAdded(c echo.Context, u users.User) views.PersonAdded {
	return views.PersonAdded{
		Chrome: a.userChrome(c, u, "Added"), Who: a.presenter(c).user(u), SignInURL: a.signInURL(), Message: a.invitation(c, u), Another: "/users/new",
	}
}

// invitation is a message from the viewer to a person who was added.
func (a *App) invitation(c echo.Context, u users.User) string {
	hello := "Hello,"
	if u.Name != "" {
		hello = "Hello " + words.Plain(u.Name) + ","
	}
	return hello + "\n\nyou have been added to the console of " + a.org + ". Sign in here, with the account that has the address " +
		string(u.ID) + ":\n\n" + a.signInURL() + "\n\n" + words.Plain(viewer(c).Label())
}
