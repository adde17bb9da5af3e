package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
)

// Answers of the frame itself.
var (
	errCrossOrigin   = errors.New("form posted from another site")
	errNoNavigation  = errors.New("a step of a sign-in that is no navigation")
	errTooMany       = errors.New("too many requests")
	errExportedOften = errors.New("too many exports")
	errTooLarge      = errors.New("request too large")
	errBadForm       = errors.New("form cannot be read")
	errSlowBody      = errors.New("body of the request did not arrive in time")
	errOtherHost     = errors.New("asked for by another host name")
)

// answers is how each error that is an answer, rather than a fault, is told to
// the person who asked.
var answers = []struct {
	err     error
	status  int
	message string
}{
	{users.ErrNotFound, http.StatusNotFound, "There is nothing at this address. It may have been deleted, or never have been there."},
	{users.ErrForbidden, http.StatusForbidden, "You are not allowed to do that."},
	{users.ErrUnknown, http.StatusServiceUnavailable, "The connection to the database broke at the very moment of saving, so it is not known whether something was saved. Open the page again to see."},
	{users.ErrOtherForm, http.StatusConflict, "Someone else sent this form, and it was done for them. Open the page again and send it from there."},
	{users.ErrNoSession, http.StatusUnauthorized, "You are signed out. Sign in and try again."},
	{users.ErrStale, http.StatusConflict, "Someone else changed this user meanwhile. Look at the new values and try again."},
	{users.ErrTaken, http.StatusConflict, "Another user has that user ID."},
	{users.ErrInUse, http.StatusConflict, "Another user signs in with that address."},
	{users.ErrLastOwner, http.StatusConflict, "There must always be an active owner, and this is the last one. Make someone else an owner first."},
	{users.ErrBadCursor, http.StatusBadRequest, "This is not a place in the list. Start again at its beginning."},
	{auth.ErrUnavailable, http.StatusServiceUnavailable, "The sign-in service does not answer. Those who are signed in can go on working. Try again in a minute."},
	{errCrossOrigin, http.StatusForbidden, "This form was sent from another site, so nothing was done. Open the page in the console and send it from there."},
	{errNoNavigation, http.StatusBadRequest, "Signing in starts on a page of its own. Open this address in a tab of your browser."},
	{errTooMany, http.StatusTooManyRequests, "There were too many tries from your network. Wait a minute, then try again."},
	{errExportedOften, http.StatusTooManyRequests, "You have exported the directory many times in a row. Wait a minute, then export it again."},
	{users.ErrExporting, http.StatusTooManyRequests, "An export of yours is still running, or as many of others as may run at once. Wait until one is done, then export again."},
	{users.ErrSuperseded, http.StatusTooManyRequests, "You started newer searches, so this one was stopped. Search again."},
	{users.ErrReadTooLong, http.StatusServiceUnavailable, "This search took too long and was stopped. Narrow it, for example by dates, and search again."},
	{errTooLarge, http.StatusRequestEntityTooLarge, "That is more than the console takes. Send less."},
	{errSlowBody, http.StatusRequestTimeout, "The form did not arrive in time, so nothing was changed. Go back and send it again."},
	{errBusy, http.StatusServiceUnavailable, "The console has too many requests at the moment. Nothing was changed. Try again in a few seconds."},
	{errOtherHost, http.StatusMisdirectedRequest, "The demo is not reached under this host name. Open the address that it printed when it started."},
	{errBadForm, http.StatusBadRequest, "The form could not be read. Open the page again and send it from there."},
}

// explain returns the status and message for err. An error it does not know is a
// fault, of which the person asking is told nothing.
func explain(err error) (status int, message string) {
	for _, a := range answers {
		if errors.Is(err, a.err) {
			return a.status, a.message
		}
	}
	if _, ok := errors.AsType[*users.InvalidError](err); ok {
		return http.StatusUnprocessableEntity, "Some values cannot be accepted."
	}
	// A database that is full, locked or gone: for the person it is no fault to
	// report but something to wait for.
	if trouble := users.Trouble(err); trouble != "" {
		return http.StatusServiceUnavailable, "The console cannot use its database at present: " + trouble +
			". Nothing was changed by this try. Try again in a minute; if it stays so, tell whoever runs the console."
	}
	// What the router finds: no such route, or none for that method.
	if he, ok := errors.AsType[*echo.HTTPError](err); ok && he.Code < 500 {
		return he.Code, httpMessage(he.Code)
	}
	return http.StatusInternalServerError, "Something went wrong on our side. It has been recorded under the number below."
}

// httpMessage is what is said of the errors that the router finds.
func httpMessage(status int) string {
	switch status {
	case http.StatusNotFound:
		_, message := explain(users.ErrNotFound)
		return message
	case http.StatusMethodNotAllowed:
		return "This address does not take that kind of request."
	}
	return "The console cannot answer this request: " + http.StatusText(status) + "."
}

// headings are those of the pages for errors.
var headings = map[int]string{
	http.StatusBadRequest:            "That did not work",
	http.StatusUnauthorized:          "You are signed out",
	http.StatusForbidden:             "You don't have permission to do this",
	http.StatusNotFound:              "Not found",
	http.StatusMethodNotAllowed:      "That did not work",
	http.StatusRequestTimeout:        "That took too long",
	http.StatusMisdirectedRequest:    "Not at this address",
	http.StatusConflict:              "That cannot be done now",
	http.StatusRequestEntityTooLarge: "Too large",
	http.StatusUnprocessableEntity:   "Check what you entered",
	http.StatusTooManyRequests:       "Wait a moment",
	http.StatusInternalServerError:   "Something went wrong",
	http.StatusServiceUnavailable:    "Not available at the moment",
}

// correctable reports whether err is one that the person can put right in the
// form. [users.ErrStale] is not among them: such a form is shown with what has
// changed.
func correctable(err error) bool {
	_, invalid := errors.AsType[*users.InvalidError](err)
	return invalid || errors.Is(err, users.ErrTaken) || errors.Is(err, users.ErrInUse) || errors.Is(err, users.ErrLastOwner)
}

// fieldOrder is the order in which the forms ask for what can be mistaken.
var fieldOrder = []string{"user_id", "despite", "name", "purpose", "responsible", "review_on", "hand_over", "role", "picture_url", "time_zone", "confirm", "as_user", "reason", "format"}

// problems lists what is wrong with a form, for the summary above it and the
// messages beside its fields, in the order of the fields. It is empty for an error
// that is not [correctable].
func problems(err error) []views.Problem {
	if bad, ok := errors.AsType[*users.InvalidError](err); ok {
		list := make([]views.Problem, len(bad.Fields))
		for i, f := range bad.Fields {
			list[i] = views.Problem{Field: f.Field, Message: f.Message}
		}
		slices.SortStableFunc(list, func(a, b views.Problem) int {
			return cmp.Compare(slices.Index(fieldOrder, a.Field), slices.Index(fieldOrder, b.Field))
		})
		return list
	}
	if !correctable(err) {
		return nil
	}
	_, message := explain(err)
	if errors.Is(err, users.ErrTaken) || errors.Is(err, users.ErrInUse) {
		return []views.Problem{{Field: "user_id", Message: message}}
	}
	return []views.Problem{{Message: message}}
}
