package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

// A formKey is the content of a form's hidden field, sealed: the key of the page, the user for
// whom the page was rendered, and its path. It keeps another user of the same browser from
// sending the form, and proves whose form it is when the session has ended.
type formKey struct {
	page users.FormKey
	user users.Key
	id   users.ID // of that user
	path string   // escaped
}

// sentFormKey is where an echo.Context holds the [sentForm] that [App.checkFormKey] has read.
const sentFormKey = "console.sent-form"

// formKeyUse is the use of the seal, see [users.Service.Seal].
const formKeyUse = "form key"

// formKeyFor returns the sealed key of the forms on the page that c shows to who. The key
// of the page is a new one, or that of the form that is shown again, as nothing of it was
// done. A page whose key cannot be sealed, as the database is away, has forms without one.
func (a *App) formKeyFor(c echo.Context, who users.User) string {
	known := requestOf(c.Request())
	if known.sealed != "" {
		return known.sealed
	}
	known.page = users.NewFormKey()
	text := strings.Join([]string{string(known.page), string(who.Key), string(who.ID), c.Request().URL.EscapedPath()}, "\n")
	sealed, err := a.users.Seal(c.Request().Context(), formKeyUse, []byte(text))
	if err != nil {
		a.log.WarnContext(c.Request().Context(), "seal form key", "request", known.id, "error", err)
	}
	known.sealed = sealed
	return sealed
}

// formKeyIn returns the key among the values of a form; the zero formKey if there is none.
// One that no page has is httperror.ErrBadForm.
func (a *App) formKeyIn(ctx context.Context, values url.Values) (formKey, error) {
	sent := values[formField]
	if len(sent) == 0 {
		return formKey{}, nil
	}
	text, err := a.users.Unseal(ctx, formKeyUse, sent[0])
	if errors.Is(err, users.ErrBadSeal) || len(sent) > 1 {
		return formKey{}, httperror.ErrBadForm
	} else if err != nil {
		return formKey{}, err
	}
	parts := strings.Split(string(text), "\n")
	if len(parts) != 4 {
		return formKey{}, httperror.ErrBadForm
	}
	page, err := users.ParseFormKey(parts[0])
	if err != nil {
		return formKey{}, httperror.ErrBadForm
	}
	return formKey{page, users.Key(parts[1]), users.ID(parts[2]), parts[3]}, nil
}

// reviewedPath is the route that marks a service user as reviewed. Its form is also on the page of the
// responsible person.
const reviewedPath = "/users/:id/reviewed"

// leadsTo reports whether a page at the path of the key has forms that are posted to a
// path: not one about another user than the page is about, save the form of [reviewedPath].
func (a *App) leadsTo(k formKey, to string) bool {
	if r, _ := a.find(http.MethodPost, to); r != nil && r.Path == reviewedPath {
		return true
	}
	shown, posted := a.userIn(k.path), a.userIn(to)
	return shown == "" || posted == "" || shown == posted
}

// userIn returns the user in an escaped path of the console, if there is one.
func (a *App) userIn(path string) users.ID {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if r, at := a.find(method, path); r != nil {
			id, _ := a.pathID(at)
			return id
		}
	}
	return ""
}

// checkFormKey refuses forms from a page that was rendered for another viewer, or about another
// user.
func (a *App) checkFormKey(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		f, err := a.sent(c)
		who, known := signedIn(c)
		switch {
		case !known && errors.Is(err, httperror.ErrBadForm): // the sign-in page comes first
			f.key = formKey{}
		case err != nil:
			return err
		case f.key.page != "" && !a.leadsTo(f.key, f.to):
			return httperror.ErrBadForm
		case known && f.key.page != "" && f.key.user != who.User.Key:
			return a.answerOtherUser(c, f)
		}
		c.Set(sentFormKey, f)
		if r := requestOf(c.Request()); f.key.page != "" {
			r.page, r.sealed = f.key.page, f.sealed
		}
		return next(c)
	}
}

// answerOtherUser answers a form that was rendered for another user than the viewer. Nothing is
// changed, and the page links to both users' sign-ins.
func (a *App) answerOtherUser(c echo.Context, f sentForm) error {
	const heading = words.OtherUsersForm
	back := a.ownPath(f.key.path)
	who := viewer(c)
	return render(c, http.StatusConflict, views.UnknownPage(views.Unknown{
		Chrome: a.chrome(c, heading, ""), Status: strconv.Itoa(http.StatusConflict), Heading: heading,
		Text: []string{
			"The page with this form was opened as " + string(f.key.id) + ". In this browser " + string(who.ID) + " is signed in now.",
			words.NothingWasChanged,
		},
		Next: []views.Link{
			{Label: "Go on as " + string(who.ID), URL: back},
			{Label: "Sign in as " + string(f.key.id), URL: otherAccount(back)},
		},
	}))
}
