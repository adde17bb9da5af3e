package web

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/httperror"
)

// Limits of a request.
const (
	maxForm   = 64 << 10 // bytes of a form
	maxButton = 8 << 10  // bytes of a form that anyone may post: a button and a path
	maxFields = 200      // of a form or a query

	maxLines      = 256 << 10 // bytes of a form with lines of an import
	maxLineFields = 600       // of such a form: 50 lines, and 50 columns

	bodyPiece   = 4 << 10          // bytes by which a body grows at first
	bodyStalled = 10 * time.Second // without a byte of the body
	bodyLongest = 30 * time.Second // for all of it
)

// checkFraming refuses requests whose body has no stated length, and queries with too
// many parameters. Browsers always state the length of a form, and where a chunked body
// also has one, a proxy may have read another request than we do.
func (a *App) checkFraming(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TransferEncoding) > 0 || r.ContentLength < 0 || strings.Count(r.URL.RawQuery, "&") >= maxFields {
			w.Header().Set("Connection", "close") // what follows may be meant as the rest of it
			a.answerError(w, r, httperror.ErrBadForm)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// withForm reads the form that is posted to a route, once it is known that the client
// may call it. A client without a session has a form read only where it may be kept
// until they have signed in, and not more often than forms are kept.
func (a *App) withForm(r route, next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		refused := admission(c, r.Access)
		if refused != nil && !errors.Is(refused, users.ErrNoSession) {
			return refused
		}
		var err error
		switch _, known := signedIn(c); {
		case r.Path == importPath && !known:
			return refused // its file is not kept
		case r.Path == importPath:
			file, uploadErr := a.readUpload(c)
			defer file.remove()
			requestOf(c.Request()).upload, err = file, uploadErr
		case r.Path == importCheckPath && known:
			err = a.readForm(c, formLimits{maxLines, maxLineFields}, allBodies)
		case known:
			err = a.readForm(c, aForm, allBodies)
		case r.Path == backchannelPath:
			err = a.readForm(c, aForm, strangerBodies)
		case r.Access == accessAnyone && r.Path != lookUpPath:
			err = a.readForm(c, formLimits{maxButton, maxFields}, strangerBodies)
		default:
			err = a.readUnknownForm(c)
		}
		if refused != nil && (errors.Is(err, httperror.ErrTooLarge) || errors.Is(err, httperror.ErrTooMany)) {
			return refused // it is not kept
		}
		if err != nil {
			return err
		}
		return next(c)
	}
}

// readUnknownForm reads the form of a client without a session, to be kept. It returns
// httperror.ErrTooMany if this client has had too many forms kept.
func (a *App) readUnknownForm(c echo.Context) error {
	if wait := a.forms.take(client{network: network(requestOf(c.Request()).address, 64)}); wait > 0 {
		retryAfter(c.Response().Header(), wait)
		return httperror.ErrTooMany
	}
	return a.readForm(c, aForm, strangerBodies)
}

// formLimits are the most bytes and fields of a form.
type formLimits struct{ bytes, fields int }

// aForm are the limits of most forms.
var aForm = formLimits{maxForm, maxFields}

// readForm reads the form in the body of c into its PostForm. The body is within the limits and of
// a stated length, see [App.checkFraming].
func (a *App) readForm(c echo.Context, limits formLimits, share float64) error {
	r := c.Request()
	if r.ContentLength > int64(limits.bytes) {
		return httperror.ErrTooLarge
	}
	// A page of ours posts in one way. A body of another type, or of none, is no form.
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); (kind != "" || r.ContentLength > 0) && strings.TrimSpace(strings.ToLower(kind)) != "application/x-www-form-urlencoded" {
		return httperror.ErrBadForm
	}
	body, err := readBody(c.Response().Writer.(*response), r, share)
	if err != nil {
		return err
	}
	if bytes.Count(body, []byte("&")) >= limits.fields {
		return httperror.ErrBadForm
	}
	if r.PostForm, err = url.ParseQuery(string(body)); err != nil {
		return httperror.ErrBadForm
	}
	requestOf(r).bodyRead = true
	return nil
}

// readBody reads the body of r, without a worker. Each read must bring something in time. The
// buffer grows with what has arrived, and counts against share of the budget.
func readBody(w *response, r *http.Request, share float64) ([]byte, error) {
	defer waitFor(r)()
	size, control := int(r.ContentLength), http.NewResponseController(w)
	last := time.Now().Add(bodyLongest)
	body, read := make([]byte, min(size, bodyPiece)), 0
	for read < size {
		if read == len(body) {
			grown := min(size, 4*len(body))
			if w.hold.resize(w.form+grown, share) != nil {
				w.hold.budget.refused(budgetBody)
				return nil, httperror.ErrBusy
			}
			body = append(make([]byte, 0, grown), body...)[:grown]
		}
		deadline := time.Now().Add(bodyStalled)
		if deadline.After(last) {
			deadline = last
		}
		_ = control.SetReadDeadline(deadline) // not supported by a recorder
		n, err := r.Body.Read(body[read:])
		read += n
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return nil, httperror.ErrSlowBody
		case err != nil && read < size:
			return nil, httperror.ErrBadForm
		}
	}
	w.form += size
	_ = control.SetReadDeadline(time.Time{}) // net/http would take it for a client that has gone
	return body, nil
}
