package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// A next returns the path that a form redirects to once it is done, and when it is sent again.
// The user_id made is that of the target of the form's first event; it is empty if the viewer may
// not see the event. An empty path is the page after signing out.
type next func(f sentForm, made users.ID) string

// to returns a next that leads to one page of the console.
func to(path string) next { return func(sentForm, users.ID) string { return path } }

// toUser returns a next that leads to the page of the user in the path of the form, or to a page
// below it.
func toUser(tail ...string) next {
	return func(f sentForm, _ users.ID) string { return userPath(f.id, tail...) }
}

// toList returns a next that leads back to the list or page on which the form was, if it names one, and
// otherwise as other does.
func (a *App) toList(other next) next {
	return func(f sentForm, made users.ID) string {
		if to := f.values.Get("return_to"); strings.HasPrefix(to, "/users?") || plainPath(to) {
			return a.ownPath(to)
		}
		return other(f, made)
	}
}

// todoPath is the path of the page To do.
const todoPath = "/todo"

// toTodo returns a next that leads back to To do if the form was there, and otherwise as other does.
func toTodo(other next) next {
	return func(f sentForm, made users.ID) string {
		if f.values.Get("return_to") == todoPath {
			return todoPath
		}
		return other(f, made)
	}
}

// toMade returns a next that leads to the page of the user whom the form has made.
func toMade(query string) next {
	return func(_ sentForm, made users.ID) string {
		if made == "" {
			return "/users"
		}
		return userPath(made) + query
	}
}

// toView leads to the directory as the form has saved it.
func toView(f sentForm, _ users.ID) string {
	at, _ := directoryAddress(f.values.Get("query"))
	return at.String()
}

// signsOut leads to the page after signing out.
func signsOut(sentForm, users.ID) string { return "" }

// next returns where a form leads, by its route.
func (a *App) next(f sentForm, made users.ID) string {
	for _, r := range a.table {
		if r.Method == http.MethodPost && r.Path == f.route && r.next != nil {
			return r.next(f, made)
		}
	}
	return "/"
}

// done redirects to the page that the form leads to, which shows text and what was changed. Where
// nothing was, it says so instead.
func (a *App) done(c echo.Context, text string, made users.ID) error {
	f, _ := c.Get(sentFormKey).(sentForm)
	events := requestOf(c.Request()).recorded
	if events.first == 0 && text != words.NothingChanged {
		text = words.NothingWasChanged
	}
	a.flash(c, text, events)
	return a.seeOther(c, a.next(f, made))
}

// toBatch leads to the batch in the path of the form. Of a form that starts a new batch only
// [App.leadsOn] knows which.
func toBatch(f sentForm, _ users.ID) string {
	if path, ok := strings.CutPrefix(f.to, "/batches/"); ok {
		id, _, _ := strings.Cut(path, "/")
		return batchPath(users.BatchID(id))
	}
	return "/batches"
}

// toUndone leads back to the page that a form undid a batch from, or to the batch.
func toUndone(f sentForm, made users.ID) string {
	if to := f.values.Get("return_to"); plainPath(to) {
		return to
	}
	return toBatch(f, made)
}

// toTokens leads to the list of tokens that the form is about.
func toTokens(f sentForm, _ users.ID) string { return f.tokens() }

// toFirstToken leads to the form for the first token of the service user that the form has
// made.
func toFirstToken(f sentForm, made users.ID) string {
	switch {
	case made == "":
		return "/users"
	case f.values.Get("token") != "": // it was issued with the service user
		return userPath(made, "tokens")
	}
	return userPath(made, "tokens", "new") + "?first=1"
}

// issues reports whether the form issues a token, whose secret is the answer to the form and
// not shown again.
func (f sentForm) issues() bool {
	return strings.HasSuffix(f.route, "/tokens/new") || strings.HasSuffix(f.route, "/:token/rotate")
}

// tokens returns the path of the list of tokens that the form is about.
func (f sentForm) tokens() string {
	before, _, _ := strings.Cut(f.to, "/tokens/")
	return before + "/tokens"
}

// leadsOn returns where a form leads that was done before, with its first event. The list of
// tokens says of a form that issued one that its secret is not shown again.
func (a *App) leadsOn(f sentForm, of users.Event) string {
	path := a.next(f, of.Target.ID)
	if f.route == "/users/batch" && of.Group != "" && path == "/batches" {
		path = batchPath(users.BatchID(of.Group))
	}
	if f.issues() {
		path += "?issued=" + url.QueryEscape(string(issuedToken(of)))
	}
	return path
}

// issuedToken returns the token that was issued with an event.
func issuedToken(e users.Event) (id users.TokenID) {
	for _, c := range e.Changes {
		if c.Field == "successor" || c.Field == "token" && id == "" {
			id = users.TokenID(c.New)
		}
	}
	return id
}
