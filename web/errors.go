package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

// explain returns the status and message of a page for err. An error that is not known is
// a fault, with status 500 and no detail.
func explain(err error) (status int, message string) {
	a := httperror.Explain(err)
	// What the router finds: no such route, or none for that method.
	if he, ok := errors.AsType[*echo.HTTPError](err); ok && a.Status == http.StatusInternalServerError && he.Code < a.Status {
		return he.Code, httpMessage(he.Code)
	}
	return a.Status, a.Message
}

// httpMessage is the message for a status that the router finds.
func httpMessage(status int) string {
	switch status {
	case http.StatusNotFound:
		return httperror.Explain(users.ErrNotFound).Message
	case http.StatusMethodNotAllowed:
		return httperror.Explain(httperror.ErrNoMethod).Message
	}
	return "The console cannot answer this request: " + http.StatusText(status) + "."
}

// headings are those of the pages for errors.
var headings = map[int]string{
	http.StatusBadRequest:            "That did not work",
	http.StatusUnauthorized:          words.SignedOut,
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
	return invalid || errors.Is(err, users.ErrTaken) || errors.Is(err, users.ErrInUse) || errors.Is(err, users.ErrLastOwner) || errors.Is(err, users.ErrTooManyTokens) || errors.Is(err, users.ErrRotated)
}

// fieldOrder is the order in which the forms ask for what can be mistaken.
var fieldOrder = []string{"user_id", "despite", "name", "description", "scopes", "rotate", "overlap", "overlap_until", "expiry", "ends_on", "ranges", "leave_none", "purpose", "responsible", "review_on", "hand_over", "role", "picture_url", "time_zone", "confirm", "as_user", "as", "service", "reason", "format"}

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
